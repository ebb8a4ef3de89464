//! How often a call to an engine is made, and when.

use std::time::{Duration, Instant};

use crate::backoff::Backoff;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::settings::{ClientBuilder, MAX_RETRIES, TIMEOUT};

/// The settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// The time limit of a call, with its retries.
    pub(super) timeout: Duration,
    max_retries: u32,
}

impl Patience {
    pub(super) fn of(settings: &ClientBuilder) -> Self {
        Self {
            timeout: settings.timeout.unwrap_or(TIMEOUT),
            max_retries: settings.max_retries.unwrap_or(MAX_RETRIES),
        }
    }

    pub(super) fn begin<'a>(&self, limits: &'a dyn Limits) -> Attempts<'a> {
        Attempts {
            limits,
            deadline: limits.deadline().min(Instant::now() + self.timeout),
            left: self.max_retries,
            backoff: Backoff::new(Duration::from_millis(100), 2.0, Duration::from_secs(5)),
        }
    }
}

/// The attempts of one call.
pub(super) struct Attempts<'a> {
    pub(super) limits: &'a dyn Limits,
    pub(super) deadline: Instant,
    left: u32,
    backoff: Backoff,
}

impl Attempts<'_> {
    /// Waits for the next attempt. False if there is none, since a pause beyond the deadline would only hide what went
    /// wrong.
    pub(super) fn is_next(&mut self, asked_pause: Option<Duration>) -> Result<bool> {
        let pause = asked_pause.unwrap_or_default().max(self.backoff.uneven_pause());
        let next = Instant::now().checked_add(pause).filter(|next| *next < self.deadline);
        let (Some(next), Some(left)) = (next, self.left.checked_sub(1)) else { return Ok(false) };
        self.left = left;
        if self.limits.cancel().sleep_until(next) { Ok(true) } else { Err(Error::cancelled()) }
    }
}
