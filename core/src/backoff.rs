//! The pauses between tries: longer each time, up to a limit.

use std::time::Duration;

/// Makes one pause after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    next: Duration,
    factor: f64,
    max: Duration,
}

impl Backoff {
    pub(crate) const fn new(first: Duration, factor: f64, max: Duration) -> Self {
        Self { next: first, factor, max }
    }

    /// The next pause.
    pub(crate) fn pause(&mut self) -> Duration {
        let pause = self.next.min(self.max);
        self.next = pause.mul_f64(self.factor);
        pause
    }

    /// The next pause, shortened at random by up to half: clients that failed at the same time should not come back at the
    /// same time.
    pub(crate) fn uneven_pause(&mut self) -> Duration {
        self.pause().mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_limit() {
        let second = Duration::from_secs(1);
        let mut backoff = Backoff::new(second, 2.0, 5 * second);
        let pauses: Vec<_> = (0..5).map(|_| backoff.pause().as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 5, 5]);
        let mut backoff = Backoff::new(second, 2.0, 5 * second);
        for longest in [1, 2, 4, 5, 5] {
            let pause = backoff.uneven_pause();
            assert!(pause >= longest * second / 2 && pause <= longest * second, "{pause:?}");
        }
    }

    #[test]
    fn a_first_pause_beyond_the_limit_is_cut() {
        let mut backoff = Backoff::new(Duration::from_secs(600), 1.5, Duration::from_secs(30));
        assert_eq!((backoff.pause().as_secs(), backoff.pause().as_secs()), (30, 30));
    }
}
