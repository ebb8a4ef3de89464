//! How long a certificate may be valid. The limit becomes shorter over the years.

use time::macros::date;
use time::{Date, OffsetDateTime};

use crate::settings::Settings;

/// From a day on, the longest lifetime of a certificate of a public CA (CA/B
/// Forum, ballot SC-081).
const MAX_DAYS: [(Date, u16); 3] =
    [(date!(2026 - 03 - 15), 200), (date!(2027 - 03 - 15), 100), (date!(2029 - 03 - 15), 47)];

fn longest(day: Date) -> Option<u16> {
    MAX_DAYS.iter().rev().find(|(since, _)| *since <= day).map(|(_, days)| *days)
}

impl Settings {
    /// The number of days between the first and the last day of a certificate that is ordered for `days` days
    /// and issued now. Both days count: a certificate of 200 days ends 199 days after its first day.
    pub(crate) fn lifetime_days(&self, ordered: i64, made: OffsetDateTime) -> i64 {
        let day = self.as_of.map_or(made.date(), Into::into);
        let most = self.longest_lifetime_days.or_else(|| longest(day));
        most.map_or(ordered, |most| ordered.min(i64::from(most) - 1).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::{date, longest};

    #[test]
    fn lifetimes_shrink() {
        for (day, days) in [
            (date!(2026 - 03 - 14), None),
            (date!(2026 - 03 - 15), Some(200)),
            (date!(2027 - 03 - 14), Some(200)),
            (date!(2027 - 03 - 15), Some(100)),
            (date!(2029 - 03 - 15), Some(47)),
            (date!(2040 - 01 - 01), Some(47)),
        ] {
            assert_eq!(longest(day), days, "{day}");
        }
    }
}
