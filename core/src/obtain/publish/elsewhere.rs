//! Files that nobody here has published: they are looked for in the shared store, on a thread of its own, so that the store
//! holds up only those who ask for them.
//!
//! It looks in rounds. All who have come before a round are answered by it, and who comes during a round waits for the next
//! one: so what was published before the question is found.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::question::{Finding, Found, Question};
use super::round;
use crate::alarm::Alarm;
use crate::cancel::CancelToken;
use crate::ledger::challenges::Lookup;
use crate::limits::Within;

/// For a round. A CA waits longer than two of them take.
const PATIENCE: Duration = Duration::from_secs(2);
/// From the beginning of a crowd's round to the next one, unless many wait.
const PAUSE: Duration = Duration::from_millis(500);
const MANY: usize = MOST_QUESTIONS / 2;
/// They wait for a round, besides those of the round that is under way.
const MOST_QUESTIONS: usize = 64;

/// The questions of a server's guests.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    state: Mutex<State>,
    /// Somebody has asked, or the server ends.
    called: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// By the session that has brought it.
    lookups: Vec<(u64, Arc<Lookup>)>,
    /// They wait for the next round.
    questions: Vec<Arc<Question>>,
}

impl Elsewhere {
    pub(super) fn add(&self, session: u64, lookup: Lookup) {
        self.lock().lookups.push((session, Arc::new(lookup)));
    }

    pub(super) fn forget(&self, session: u64) {
        self.lock().lookups.retain(|(of, _)| *of != session);
    }

    pub(super) fn ask(&self, domain: &str, file: &str) -> Found {
        let mut state = self.lock();
        let Some((_, lookup)) = state.lookups.first() else { return Found::Now(Finding::Absent) };
        if state.questions.len() >= MOST_QUESTIONS {
            return Found::Now(Finding::Unknown);
        }
        let question = Arc::new(Question::new(lookup, domain, file));
        state.questions.push(Arc::clone(&question));
        self.called.notify_one();
        Found::Later(question)
    }

    /// The looker's thread. The bell rings when somebody was answered.
    pub(super) fn answer_all(&self, end: &CancelToken, bell: &Alarm) {
        let mut pause_end = None;
        while let Some((lookup, questions)) = self.next_round(end, pause_end) {
            let begin = Instant::now();
            let limits = Within { cancel: end, deadline: begin + PATIENCE };
            let is_crowd = round::answer(&questions, &lookup, &limits, bell);
            pause_end = is_crowd.then(|| begin + PAUSE);
        }
    }

    /// Wakes the looker, so that it sees that its token is cancelled.
    pub(super) fn wake(&self) {
        // Without the lock it could come between the looker's look at the token and its sleep.
        let _state = self.lock();
        self.called.notify_one();
    }

    /// Waits for questions of one store. None at the end of the server.
    fn next_round(
        &self,
        end: &CancelToken,
        pause_end: Option<Instant>,
    ) -> Option<(Arc<Lookup>, Vec<Arc<Question>>)> {
        let mut state = self.lock();
        while !end.is_cancelled() {
            let pause =
                pause_end.map(|end| end.saturating_duration_since(Instant::now())).unwrap_or_default();
            let Some(first) = state.questions.first() else {
                state = self.called.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if pause.is_zero() || state.questions.len() >= MANY {
                let lookup = Arc::clone(&first.lookup);
                let questions = std::mem::take(&mut state.questions).into_iter();
                let (of_this_one, others) =
                    questions.partition(|question| Arc::ptr_eq(&question.lookup, &lookup));
                state.questions = others;
                return Some((lookup, of_this_one));
            }
            let woken = self.called.wait_timeout(state, pause);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
