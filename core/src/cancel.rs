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
pub struct CancelToken(Arc<State>);

/// Without a lock, which a signal handler or a child of fork could find taken.
#[derive(Default)]
struct State {
    cancelled: AtomicBool,
    ask: Option<Ask>,
}

type Ask = Box<dyn Fn() -> bool + Send + Sync>;

/// How long a wait goes on before the token is looked at again.
const LOOK_EVERY: Duration = Duration::from_millis(50);

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
    /// milliseconds of a wait, so it has to be quick. Ops have a token of their own instead.
    #[must_use]
    pub fn asking(ask: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(State { ask: Some(Box::new(ask)), ..State::default() }))
    }

    /// A token of its own that is cancelled with this one. Not with one that asks: what it asks is for the call's thread,
    /// and a child is for another.
    pub(crate) fn child(&self) -> Self {
        if self.0.ask.is_some() {
            return Self::new();
        }
        let parent = self.clone();
        Self::asking(move || parent.is_cancelled())
    }

    /// How often a wait has to look at the token, if it is not woken by it.
    pub(crate) fn look_every(&self) -> Option<Duration> {
        self.0.ask.is_some().then_some(LOOK_EVERY)
    }

    /// Cancels: from any thread, as often as wanted.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Release);
    }

    /// Whether somebody cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        if self.0.cancelled.load(Ordering::Acquire) {
            return true;
        }
        if !self.0.ask.as_ref().is_some_and(|ask| ask()) {
            return false;
        }
        self.cancel();
        true
    }

    /// Waits until this moment; false if somebody cancelled first.
    pub(crate) fn sleep_until(&self, end: Instant) -> bool {
        while !self.is_cancelled() {
            let left = end.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return true;
            }
            thread::sleep(left.min(LOOK_EVERY));
        }
        false
    }
}

impl fmt::Debug for State {
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
}
