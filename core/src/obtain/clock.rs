//! Time, so that tests can own it.

use std::time::{Instant, SystemTime};

use crate::cancel::CancelToken;

/// What time it is, and how time passes.
pub(crate) trait Clock: Send + Sync {
    /// The calendar's time.
    fn now(&self) -> SystemTime;
    /// A moment to measure from, which nobody sets back.
    fn instant(&self) -> Instant;
    /// Waits until this moment; false if somebody cancelled first.
    fn sleep_until(&self, end: Instant, cancel: &CancelToken) -> bool;
}

/// The real one.
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
