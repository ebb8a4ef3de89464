//! Times, moved by whole days: what is between two of them stays the same, and when it was is not told.

use time::{Date, Duration, Month};

/// The first day of what was recorded becomes this one.
const FIRST: (i32, Month, u8) = (2026, Month::January, 1);
/// `2026-01-01`.
const LENGTH: usize = 10;

/// How far times are moved.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shift {
    earliest: Option<Date>,
}

impl Shift {
    pub(super) fn learn(&mut self, text: &str) {
        let Some(date) = date(text) else { return };
        self.earliest = Some(self.earliest.map_or(date, |earliest| earliest.min(date)));
    }

    /// A text that begins with a date, moved. None if it is something else.
    pub(super) fn of(self, text: &str) -> Option<String> {
        let moved = date(text)?.checked_add(self.days())?;
        let (year, month, day) = moved.to_calendar_date();
        Some(format!("{year:04}-{:02}-{day:02}{}", u8::from(month), text.get(LENGTH..).unwrap_or_default()))
    }

    /// A Unix time, moved.
    pub(super) fn of_seconds(self, seconds: i64) -> i64 {
        seconds.saturating_add(self.days().whole_seconds())
    }

    fn days(self) -> Duration {
        let first = Date::from_calendar_date(FIRST.0, FIRST.1, FIRST.2).ok();
        first.zip(self.earliest).map_or(Duration::ZERO, |(first, earliest)| first - earliest)
    }
}

/// The date at the beginning of a time, and of nothing else.
fn date(text: &str) -> Option<Date> {
    let (date, rest) = text.split_at_checked(LENGTH)?;
    let is_time = rest.is_empty() || rest.starts_with([' ', 'T']);
    let is_time = is_time && rest.chars().all(|c| c.is_ascii_digit() || " T:.+-Z".contains(c));
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok();
    date.filter(|_| is_time && year.len() == 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_stays() {
        let mut shift = Shift::default();
        for text in ["2026-03-11 23:59:59", "2025-12-31", "not 2020-01-01", "2026-13-01"] {
            shift.learn(text);
        }
        assert_eq!(shift.of("2025-12-31T01:02:03.5Z").as_deref(), Some("2026-01-01T01:02:03.5Z"));
        assert_eq!(shift.of("2026-03-11 23:59:59").as_deref(), Some("2026-03-12 23:59:59"));
        assert_eq!(shift.of("2026-03-11 of March"), None);
        assert_eq!(shift.of_seconds(0), 86_400);
    }
}
