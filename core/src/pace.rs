//! The rate limit of a client, across all its threads.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::error::{Error, Kind, Result};

/// Remembers when the last requests were sent.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Requests allowed in a window. 0: no limit.
    max_requests: usize,
    window: Duration,
    /// How many clients share the limit: each window is longer by this factor.
    shares: AtomicU32,
    /// When each of the last `max_requests` requests is sent. The newest may be in the future.
    taken: Mutex<VecDeque<Instant>>,
}

impl Pace {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "settings keep it from 0 to a million"
    )]
    pub(crate) fn new(requests_per_second: f64) -> Self {
        // Half a request per second is one in two seconds.
        let max_requests = if requests_per_second > 0.0 { (requests_per_second as usize).max(1) } else { 0 };
        let window =
            Duration::try_from_secs_f64(max_requests as f64 / requests_per_second).unwrap_or(Duration::MAX);
        Self { max_requests, window, shares: AtomicU32::new(1), taken: Mutex::default() }
    }

    /// Takes one of so many equal shares of the limit from now on.
    pub(crate) fn share_among(&self, clients: usize) {
        self.shares.store(u32::try_from(clients).unwrap_or(u32::MAX).max(1), Ordering::Relaxed);
    }

    /// Reserves a place and waits until its time.
    pub(crate) fn wait(&self, cancel: &CancelToken, deadline: Instant) -> Result<()> {
        if cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        match self.take(Instant::now(), deadline) {
            None => Err(Error::new(
                Kind::Timeout,
                "the client's pace leaves no place before the time-out; raise `timeout` or `requests_per_second`",
            )),
            Some(at) if cancel.sleep_until(at) => Ok(()),
            Some(_) => Err(Error::cancelled()),
        }
    }

    fn take(&self, now: Instant, deadline: Instant) -> Option<Instant> {
        if self.max_requests == 0 {
            return Some(now);
        }
        // A share is first fewer requests in a window, and then a longer window: a call waits for its place only until its
        // deadline.
        let shares = self.shares.load(Ordering::Relaxed);
        let places = (self.max_requests / shares as usize).max(1);
        let each = self.window / u32::try_from(self.max_requests).unwrap_or(u32::MAX);
        let window = each.checked_mul(shares)?.checked_mul(u32::try_from(places).unwrap_or(u32::MAX))?;
        let window = if shares == 1 { self.window } else { window };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while taken.len() > places {
            taken.pop_front();
        }
        let at = match taken.front() {
            Some(oldest) if taken.len() == places => now.max(oldest.checked_add(window)?),
            _ => now,
        };
        if at >= deadline {
            return None;
        }
        if taken.len() == places {
            taken.pop_front();
        }
        taken.push_back(at);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times that ten simultaneous requests get, in milliseconds.
    fn places(requests_per_second: f64) -> Vec<u128> {
        let pace = Pace::new(requests_per_second);
        let now = Instant::now();
        let far = now + Duration::from_secs(3600);
        (0..6).filter_map(|_| pace.take(now, far)).map(|at| (at - now).as_millis()).collect()
    }

    #[test]
    fn no_window_holds_more_than_its_share() {
        assert_eq!(places(2.0), [0, 0, 1000, 1000, 2000, 2000]);
        assert_eq!(places(0.5), [0, 2000, 4000, 6000, 8000, 10000]);
        assert_eq!(places(0.0), [0; 6]);
    }

    #[test]
    fn clients_share_the_limit() {
        let now = Instant::now();
        let far = now + Duration::from_secs(3600);
        let places = |pace: &Pace| pace.take(now, far).map(|at| (at - now).as_millis());
        for (clients, expected) in [
            (1, [0, 0, 0, 0, 1000]),
            (2, [0, 0, 1000, 1000, 2000]),
            (3, [0, 750, 1500, 2250, 3000]),
            (100, [0, 25_000, 50_000, 75_000, 100_000]),
        ] {
            let pace = Pace::new(4.0);
            pace.share_among(clients);
            assert_eq!([0; 5].map(|_| places(&pace)), expected.map(Some), "{clients}");
        }
        let pace = Pace::new(4.0);
        pace.share_among(0);
        assert_eq!(places(&pace), Some(0));
    }

    #[test]
    fn no_place_is_taken_beyond_the_deadline() {
        let pace = Pace::new(1.0);
        let now = Instant::now();
        let deadline = now + Duration::from_millis(1500);
        let taken: Vec<_> = (0..4).map(|_| pace.take(now, deadline).is_some()).collect();
        assert_eq!(taken, [true, true, false, false]);
    }
}
