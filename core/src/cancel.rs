//! Cancellation: one token that every wait and every network read and write checks.

use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::time::{Duration, Instant};
use std::{fmt, io};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::alarm::Alarm;
use crate::per_process::PerProcess;

/// Ends the calls that use it. Clone it, keep one clone, and give the other to [`Client::cancelled_by`].
///
/// Waits and network operations end within 50 milliseconds. A cancelled token stays cancelled.
///
/// [`Client::cancelled_by`]: crate::Client::cancelled_by
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<TokenState>);

/// Without a lock: a signal handler or a forked child could find a lock taken.
#[derive(Default)]
struct TokenState {
    cancelled: AtomicBool,
    /// Wakes those that wait. Made when somebody waits for long: most tokens never need the descriptors.
    alarm: PerProcess<Alarm>,
    ask: Option<Ask>,
    /// If one of these tokens is cancelled, this one is too.
    parents: Vec<CancelToken>,
    /// A combination, which is known to nobody else and so is cancelled through its parents alone. Their callbacks are
    /// called too, as a child's are not: it is used on another thread.
    is_combined: bool,
}

type Ask = Box<dyn Fn() -> bool + Send + Sync>;

/// How long a wait may last before it checks the token again, where nothing wakes it.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// The descriptor is ready.
    Ready,
    Cancelled,
    /// The time has come.
    Over,
}

impl CancelToken {
    /// A token that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is also cancelled when `ask` returns true. For hosts where only the calling thread can know, such
    /// as one whose signal handlers run on that thread.
    ///
    /// `ask` is called on the thread of the call: at every network read and write, and at least every 50 milliseconds
    /// during a wait. So it has to be fast. Ops run on their own thread and do not call it.
    #[must_use]
    pub fn asking(ask: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(TokenState { ask: Some(Box::new(ask)), ..TokenState::default() }))
    }

    /// A token that nobody else has, so it is never cancelled.
    pub(crate) fn never() -> Self {
        Self::under(Vec::new(), true)
    }

    /// A new token that is cancelled together with this one. It does not call this one's callback: a callback belongs
    /// to the thread of the call, and a child is for another thread.
    pub(crate) fn child(&self) -> Self {
        Self::under(vec![self.clone()], false)
    }

    /// A token that is cancelled when either of the two is, and calls the callbacks of both.
    pub(crate) fn or(&self, other: &Self) -> Self {
        // Nobody else knows a combination, so its parts are used directly.
        let mut parents = if self.0.is_combined { self.0.parents.clone() } else { vec![self.clone()] };
        if parents.iter().all(|parent| !Arc::ptr_eq(&parent.0, &other.0)) {
            parents.push(other.clone());
        }
        match parents.as_slice() {
            [alone] => alone.clone(),
            _ => Self::under(parents, true),
        }
    }

    fn under(parents: Vec<Self>, is_combined: bool) -> Self {
        Self(Arc::new(TokenState { parents, is_combined, ..TokenState::default() }))
    }

    /// Cancels. Can be called more than once, from any thread, and from a signal handler.
    pub fn cancel(&self) {
        // Only the first call rings: one byte is enough, and nobody takes it away.
        if !self.0.cancelled.swap(true, Ordering::SeqCst) {
            // Either a waiter sees the flag after it made the alarm, or the alarm is seen here.
            fence(Ordering::SeqCst);
            if let Some(alarm) = self.0.alarm.made() {
                alarm.ring();
            }
        }
    }

    /// Whether the token is cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        if self.is_set() {
            return true;
        }
        let answer = self.0.ask.as_ref().is_some_and(|ask| ask())
            || (self.0.is_combined && self.0.parents.iter().any(Self::is_cancelled));
        if answer {
            self.cancel();
        }
        answer
    }

    /// Whether this token or one of its parents is cancelled, without calling a callback.
    fn is_set(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst) || self.0.parents.iter().any(Self::is_set)
    }

    /// Whether a callback has to be called during a wait.
    fn asks(&self) -> bool {
        self.0.ask.is_some() || (self.0.is_combined && self.0.parents.iter().any(Self::asks))
    }

    /// Waits until this moment. False if it was cancelled first.
    pub(crate) fn sleep_until(&self, end: Instant) -> bool {
        self.wait(None, Some(end)) != Waited::Cancelled
    }

    /// Waits until one of the descriptors is ready, and at most until this moment.
    pub(crate) fn wait<'a>(
        &'a self,
        watched: impl IntoIterator<Item = (BorrowedFd<'a>, PollFlags)>,
        end: Option<Instant>,
    ) -> Waited {
        let mut fds: Vec<_> = watched.into_iter().map(|(fd, flags)| PollFd::new(fd, flags)).collect();
        let count = fds.len();
        // A short wait needs no alarms, and so no descriptors. Nor does one that has to call a callback.
        let mut polls = true;
        let mut may_stop_polling = !self.asks();
        loop {
            if self.is_cancelled() {
                return Waited::Cancelled;
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let pause = if polls { Some(left.unwrap_or(POLL_INTERVAL).min(POLL_INTERVAL)) } else { left };
            match poll(&mut fds, pause.map_or(PollTimeout::NONE, in_milliseconds)) {
                Ok(1..) if fds.iter().take(count).any(|fd| fd.any().unwrap_or_default()) => {
                    return Waited::Ready;
                }
                // An alarm rings without a cancel: the host has closed our descriptor.
                Ok(1..) if !self.is_cancelled() => {
                    fds.truncate(count);
                    polls = true;
                }
                _ if left == Some(Duration::ZERO) => return Waited::Over,
                Ok(0) if may_stop_polling => {
                    may_stop_polling = false;
                    // Without free descriptors it goes on polling.
                    polls = self.add_alarms(&mut fds).is_err();
                    fence(Ordering::SeqCst);
                }
                // Also after a signal, whose handler may have cancelled the token.
                _ => {}
            }
        }
    }

    /// Adds the alarms of this token and of its parents.
    fn add_alarms<'a>(&'a self, found: &mut Vec<PollFd<'a>>) -> io::Result<()> {
        if !self.0.is_combined {
            found.push(PollFd::new(self.0.alarm.get_or_make(Alarm::new)?.ear(), PollFlags::POLLIN));
        }
        self.0.parents.iter().try_for_each(|parent| parent.add_alarms(found))
    }
}

/// Rounded up: rounded down, the last millisecond would be a busy loop.
fn in_milliseconds(pause: Duration) -> PollTimeout {
    PollTimeout::try_from(pause.as_micros().div_ceil(1000)).unwrap_or(PollTimeout::MAX)
}

impl fmt::Debug for TokenState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("cancelled", &self.cancelled).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;
    use std::thread;

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
            // The intermediate tokens are not kept.
            let all = tokens.iter().fold(CancelToken::never(), |all, token| all.or(token));
            let (child, end) = (all.child().child(), Instant::now() + Duration::from_secs(60));
            let waits = [all.clone(), child].map(|token| thread::spawn(move || token.sleep_until(end)));
            tokens[cancelled].cancel();
            assert_eq!(waits.map(|wait| wait.join().expect("no panic")), [false, false]);
            let others: Vec<_> = tokens.iter().map(CancelToken::is_cancelled).collect();
            assert_eq!(others.iter().filter(|cancelled| **cancelled).count(), 1, "the others are left alone");
            // The state is the same when it is checked later.
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
            // On another thread, the token sees the result of a callback that was called here, and does not call it
            // itself.
            let (child, end) = (both.child(), Instant::now() + Duration::from_secs(60));
            let heard = child.clone();
            let wait = thread::spawn(move || heard.sleep_until(end));
            answer.store(1, Ordering::Relaxed);
            assert!(!child.is_cancelled() && both.is_cancelled() && child.is_cancelled());
            assert!(!wait.join().expect("not asked") && !other.is_cancelled());
        }
    }
}
