//! Time, as a trait, so that tests can control it.

use std::time::{Instant, SystemTime};

use crate::cancel::CancelToken;

/// The current time, and waiting.
pub(crate) trait Clock: Send + Sync {
    /// The calendar time.
    fn now(&self) -> SystemTime;
    /// A monotonic time that nobody can set back.
    fn instant(&self) -> Instant;
    /// Waits until this moment. False if it was cancelled first.
    fn sleep_until(&self, end: Instant, cancel: &CancelToken) -> bool;
}

/// The real clock.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, end: Instant, cancel: &CancelToken) -> bool {
        cancel.sleep_until(end)
    }
}
