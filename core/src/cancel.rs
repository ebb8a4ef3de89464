//! Cancelling: one token that every wait and every read and write of the network looks at.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Ends the calls that look at it: clone it, keep one, give one to [`Client::cancelled_by`].
///
/// Waits and the network end within 50 milliseconds. A token that was cancelled stays so.
///
/// [`Client::cancelled_by`]: crate::Client::cancelled_by
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<TokenState>);

/// Without a lock, which a signal handler or a child of fork could find taken.
#[derive(Default)]
struct TokenState {
    cancelled: AtomicBool,
    ask: Option<Ask>,
    /// The tokens that this one is cancelled with.
    parents: Vec<CancelToken>,
    /// Whether it asks what they ask: not on another thread than the call's.
    asks_parents: bool,
}

type Ask = Box<dyn Fn() -> bool + Send + Sync>;

/// How long a wait goes on before the token is looked at again.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

impl CancelToken {
    /// A token that nobody has cancelled yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is cancelled, too, when the answer is true: for hosts where only the thread that made the call can
    /// tell, such as one whose signal handlers run there.
    ///
    /// It is asked on the thread of the call: at every read and write of the network, and at least every 50
    /// milliseconds of a wait, so it has to be quick. Ops, which have a thread of their own, do not ask it.
    #[must_use]
    pub fn asking(ask: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(TokenState { ask: Some(Box::new(ask)), ..TokenState::default() }))
    }

    /// A token that nobody has, and so nobody cancels.
    pub(crate) fn never() -> Self {
        Self::under(Vec::new(), true)
    }

    /// A token of its own that is cancelled with this one. It does not ask what this one asks: that is for the call's
    /// thread, and a child is for another.
    pub(crate) fn child(&self) -> Self {
        Self::under(vec![self.clone()], false)
    }

    /// A token that is cancelled with each of the two, and asks what they ask.
    pub(crate) fn or(&self, other: &Self) -> Self {
        // One that was put together like this is known to nobody else, so it is taken apart again.
        let mut parents = if self.0.asks_parents { self.0.parents.clone() } else { vec![self.clone()] };
        if parents.iter().all(|parent| !Arc::ptr_eq(&parent.0, &other.0)) {
            parents.push(other.clone());
        }
        match parents.as_slice() {
            [alone] => alone.clone(),
            _ => Self::under(parents, true),
        }
    }

    fn under(parents: Vec<Self>, asks_parents: bool) -> Self {
        Self(Arc::new(TokenState { parents, asks_parents, ..TokenState::default() }))
    }

    /// How often a wait that is not the token's own has to look at it.
    pub(crate) fn look_every(&self) -> Option<Duration> {
        (self.0.ask.is_some() || !self.0.parents.is_empty()).then_some(POLL_INTERVAL)
    }

    /// Cancels: from any thread, as often as wanted.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Release);
    }

    /// Whether somebody cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        if self.is_set() {
            return true;
        }
        let answer = self.0.ask.as_ref().is_some_and(|ask| ask())
            || (self.0.asks_parents && self.0.parents.iter().any(Self::is_cancelled));
        if answer {
            self.cancel();
        }
        answer
    }

    /// Whether this token or one that it is cancelled with was cancelled, without asking.
    fn is_set(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire) || self.0.parents.iter().any(Self::is_set)
    }

    /// Waits until this moment; false if somebody cancelled first.
    pub(crate) fn sleep_until(&self, end: Instant) -> bool {
        while !self.is_cancelled() {
            let left = end.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return true;
            }
            thread::sleep(left.min(POLL_INTERVAL));
        }
        false
    }
}

impl fmt::Debug for TokenState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("cancelled", &self.cancelled).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn a_wait_asks_and_remembers_the_answer() {
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let token = CancelToken::asking(move || count.fetch_add(1, Ordering::Relaxed) == 2);
        let start = Instant::now();
        assert!(!token.sleep_until(start + Duration::from_secs(60)));
        assert!(start.elapsed() < Duration::from_secs(30));
        assert!(token.is_cancelled());
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn one_of_several_is_enough() {
        for cancelled in 0..3 {
            let tokens = [CancelToken::new(), CancelToken::new(), CancelToken::new()];
            // The ones in between are not kept.
            let all = tokens.iter().fold(CancelToken::never(), |all, token| all.or(token));
            let (child, end) = (all.child().child(), Instant::now() + Duration::from_secs(60));
            let waits = [all.clone(), child].map(|token| thread::spawn(move || token.sleep_until(end)));
            tokens[cancelled].cancel();
            assert_eq!(waits.map(|wait| wait.join().expect("no panic")), [false, false]);
            let others: Vec<_> = tokens.iter().map(CancelToken::is_cancelled).collect();
            assert_eq!(others.iter().filter(|cancelled| **cancelled).count(), 1, "the others are left alone");
            // Whoever comes later finds it so.
            assert!(all.or(&CancelToken::new()).is_cancelled() && all.child().is_cancelled());
        }
    }

    #[test]
    fn the_same_token_again_is_one() {
        let token = CancelToken::new();
        let once = CancelToken::never().or(&token);
        assert!(Arc::ptr_eq(&once.0, &token.0) && Arc::ptr_eq(&once.or(&token).0, &token.0));
    }

    #[test]
    fn what_is_asked_is_asked_on_the_thread_of_the_call_alone() {
        let here = thread::current().id();
        for is_first in [true, false] {
            let (answer, other) = (Arc::new(AtomicU32::new(0)), CancelToken::new());
            let asked = Arc::clone(&answer);
            let asking = CancelToken::asking(move || {
                assert_eq!(thread::current().id(), here);
                asked.load(Ordering::Relaxed) > 0
            });
            let both = if is_first { asking.or(&other) } else { other.or(&asking) };
            assert!(!both.is_cancelled());
            // On another thread it hears what became of a question that was asked here, and does not ask.
            let (child, end) = (both.child(), Instant::now() + Duration::from_secs(60));
            let heard = child.clone();
            let wait = thread::spawn(move || heard.sleep_until(end));
            answer.store(1, Ordering::Relaxed);
            assert!(!child.is_cancelled() && both.is_cancelled() && child.is_cancelled());
            assert!(!wait.join().expect("not asked") && !other.is_cancelled());
        }
    }
}
