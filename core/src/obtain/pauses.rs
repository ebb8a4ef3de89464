//! The pauses between two looks at the service.

use std::time::Duration;

const LONGEST: Duration = Duration::from_secs(30);
/// Whoever asks for no pause at all would only get the account blocked.
const SHORTEST: Duration = Duration::from_millis(10);

/// Longer each time, and half a minute at most.
#[derive(Debug)]
pub(crate) struct Pauses(Duration);

impl Pauses {
    pub(crate) fn new(first: Duration) -> Self {
        Self(first)
    }

    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.0.clamp(SHORTEST, LONGEST);
        self.0 = pause.mul_f64(1.5);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_grow_from_whatever_is_given_to_half_a_minute() {
        for first in [Duration::ZERO, Duration::from_secs(2), Duration::from_secs(600)] {
            let mut pauses = Pauses::new(first);
            let found: Vec<_> = (0..40).map(|_| pauses.next()).collect();
            assert!(found.is_sorted() && found[0] >= SHORTEST && found[39] == LONGEST, "{found:?}");
        }
    }
}
