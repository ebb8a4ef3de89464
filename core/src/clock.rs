//! Time, as a trait, so that tests can control it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crate::base_url::BaseUrl;
use crate::cancel::CancelToken;
use crate::error::{Error, Kind, Result};

/// 100 years, in milliseconds.
const MAX_AHEAD: u64 = 100 * 365 * 24 * 3600 * 1000;

/// The current time, and waiting.
pub(crate) trait Clock: Send + Sync {
    /// The calendar time.
    fn now(&self) -> SystemTime;
    /// A monotonic time that nobody can set back.
    fn instant(&self) -> Instant;
    /// Waits until this moment. False if it was cancelled first.
    fn sleep_until(&self, end: Instant, cancel: &CancelToken) -> bool;
}

/// The system's clock. Its calendar may be ahead, and moved further: for rehearsals with a sandbox, never with the
/// service.
#[derive(Debug)]
pub(crate) struct OffsetClock {
    /// In milliseconds.
    ahead: AtomicU64,
    may_move: bool,
}

impl OffsetClock {
    pub(crate) fn new(ahead: Duration, base_url: &BaseUrl) -> Result<Self> {
        let clock = Self { ahead: AtomicU64::new(0), may_move: base_url.is_loopback };
        if !ahead.is_zero() {
            clock.advance(ahead).map_err(|error| Error::invalid("clock_offset", error.message()))?;
        }
        Ok(clock)
    }

    /// Moves the calendar forwards.
    pub(crate) fn advance(&self, by: Duration) -> Result<()> {
        let refuse = |why: &str| Err(Error::new(Kind::InvalidArgument, why));
        if !self.may_move {
            return refuse(
                "the clock can be moved only if the host of `base_url` is loopback, as that of a sandbox",
            );
        }
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        let further = |ahead: u64| ahead.checked_add(by).filter(|ahead| *ahead <= MAX_AHEAD);
        match self.ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, further) {
            Ok(_) => Ok(()),
            Err(_) => refuse("the clock can be at most 100 years ahead"),
        }
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> SystemTime {
        SystemTime::now() + Duration::from_millis(self.ahead.load(Ordering::Relaxed))
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, end: Instant, cancel: &CancelToken) -> bool {
        cancel.sleep_until(end)
    }
}
