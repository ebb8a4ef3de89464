//! Times: the service's `2026-02-09 23:59:59` (UTC) becomes RFC 3339.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, Time as Clock, UtcOffset};

/// A time in an answer: RFC 3339 in UTC, or the unchanged text if it could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(String);

impl Time {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The moment. None if the text could not be read.
    #[must_use]
    pub fn to_system_time(&self) -> Option<SystemTime> {
        OffsetDateTime::parse(&self.0, &Rfc3339).ok().map(SystemTime::from)
    }
}

impl From<SystemTime> for Time {
    /// In seconds. RFC 3339 has the years 0 to 9999. A moment outside becomes the first or last second of that range.
    fn from(moment: SystemTime) -> Self {
        let seconds = unix_seconds(moment).clamp(FIRST_SECOND, LAST_SECOND);
        let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Self(moment.format(&Rfc3339).unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned()))
    }
}

/// `0000-01-01T00:00:00Z` and `9999-12-31T23:59:59Z`.
const FIRST_SECOND: i64 = -62_167_219_200;
const LAST_SECOND: i64 = 253_402_300_799;

/// Rounded down, also before the epoch.
fn unix_seconds(moment: SystemTime) -> i64 {
    let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    match moment.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => seconds(after),
        Err(error) => {
            let before = error.duration();
            -seconds(before).saturating_add(i64::from(before.subsec_nanos() > 0))
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Converts `YYYY-MM-DD HH:MM:SS` to RFC 3339 in UTC. A T instead of the space, a fraction and an offset are accepted.
pub(crate) fn vendor_time_to_rfc3339(text: &str) -> Option<String> {
    if is_moment(text.as_bytes()) {
        return Some([text.get(..10)?, "T", text.get(11..)?, "Z"].concat());
    }
    let (date, rest) = text.split_at_checked(10)?;
    let (clock, rest) = rest.strip_prefix([' ', 'T', 't'])?.split_at_checked(8)?;
    let (fraction, zone) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (fraction, zone) = rest.split_at(digits);
            // More than nine digits are more than a time can store.
            (Some(fraction).filter(|fraction| !fraction.is_empty())?.get(..9).unwrap_or(fraction), zone)
        }
        None => ("0", rest),
    };
    let moment = [date, "T", clock, ".", fraction, &offset(zone.trim_start())?].concat();
    OffsetDateTime::parse(&moment, &Rfc3339).ok()?.checked_to_offset(UtcOffset::UTC)?.format(&Rfc3339).ok()
}

/// A time in PHP's own format: `{"date": "2026-01-01 00:00:00.000000", "timezone_type": 3, "timezone": "UTC"}`. Names
/// of places are not accepted, because their offsets change.
pub(crate) fn php_time_to_rfc3339(date: &str, zone: &str) -> Option<String> {
    vendor_time_to_rfc3339(&format!("{date}{}", offset(zone).filter(|_| !zone.is_empty())?))
}

/// `+02:00`, `+0200`, `Z`, or a name of UTC, in the form of RFC 3339. An empty text means UTC.
fn offset(zone: &str) -> Option<Cow<'_, str>> {
    if ["", "Z", "UTC", "GMT", "Etc/UTC"].iter().any(|name| zone.eq_ignore_ascii_case(name)) {
        return Some("Z".into());
    }
    match *zone.as_bytes() {
        [b'+' | b'-', _, _, b':', _, _] => Some(zone.into()),
        [b'+' | b'-', _, _, _, _] => {
            let (hours, minutes) = zone.split_at_checked(3)?;
            Some([hours, ":", minutes].concat().into())
        }
        _ => None,
    }
}

/// Whether `YYYY-MM-DD HH:MM:SS` is a valid moment.
fn is_moment(text: &[u8]) -> bool {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ', h1, h2, b':', n1, n2, b':', s1, s2] = text else {
        return false;
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2];
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let two = |tens: u8, ones: u8| (tens - b'0') * 10 + (ones - b'0');
    let year = i32::from(two(y1, y2)) * 100 + i32::from(two(y3, y4));
    let day =
        Month::try_from(two(m1, m2)).and_then(|month| Date::from_calendar_date(year, month, two(d1, d2)));
    day.is_ok() && Clock::from_hms(two(h1, h2), two(n1, n2), two(s1, s2)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_become_rfc3339() {
        for (given, read) in [
            ("2026-02-09 23:59:59", Some("2026-02-09T23:59:59Z")),
            ("2024-02-29 00:00:00", Some("2024-02-29T00:00:00Z")),
            ("2026-02-09T23:59:59Z", Some("2026-02-09T23:59:59Z")),
            ("2026-02-09T23:59:59+02:00", Some("2026-02-09T21:59:59Z")),
            ("9999-12-31T23:59:59-01:00", None),
            ("2026-02-30 00:00:00", None),
            ("0000-00-00 00:00:00", None),
            ("2026-02-09", None),
            ("tomorrow", None),
            ("2026-02-09 23:59:59.5", Some("2026-02-09T23:59:59.5Z")),
            ("2026-02-09 23:59:59.000000", Some("2026-02-09T23:59:59Z")),
            ("2026-02-09 23:59:59,250", Some("2026-02-09T23:59:59.25Z")),
            ("2026-02-09T23:59:59.1234567891234Z", Some("2026-02-09T23:59:59.123456789Z")),
            ("2026-02-09T23:59:59.5", Some("2026-02-09T23:59:59.5Z")),
            ("2026-02-09T23:59:59", Some("2026-02-09T23:59:59Z")),
            ("2026-02-09 23:59:59Z", Some("2026-02-09T23:59:59Z")),
            ("2026-02-09 23:59:59 UTC", Some("2026-02-09T23:59:59Z")),
            ("2026-02-09 23:59:59.000000+02:00", Some("2026-02-09T21:59:59Z")),
            ("2026-02-09T23:59:59+0000", Some("2026-02-09T23:59:59Z")),
            ("2026-02-30 00:00:00.5", None),
            ("2026-02-09 23:59:59.", None),
            ("2026-02-09 23:59:59.x", None),
            ("2026-02-09 23:59:59 CET", None),
            ("2026-02-09  23:59:59", None),
            ("2026-02-09_23:59:59", None),
            ("2026-02-0\u{e9} 23:59:59", None),
            ("2026-02-09 23:59:59\u{e9}", None),
        ] {
            assert_eq!(vendor_time_to_rfc3339(given).as_deref(), read, "{given}");
        }
    }

    #[test]
    fn times_of_php_become_rfc3339() {
        for (date, zone, read) in [
            ("2026-02-09 23:59:59.000000", "UTC", Some("2026-02-09T23:59:59Z")),
            ("2026-02-09 23:59:59.250000", "Z", Some("2026-02-09T23:59:59.25Z")),
            ("2026-02-09 23:59:59.000000", "+02:00", Some("2026-02-09T21:59:59Z")),
            ("2026-02-09 23:59:59", "+00:00", Some("2026-02-09T23:59:59Z")),
            ("2026-02-09 23:59:59.000000", "Europe/Vienna", None),
            ("2026-02-09 23:59:59.000000", "", None),
            ("2026-02-09 23:59:59Z", "+02:00", None),
            ("soon", "UTC", None),
        ] {
            assert_eq!(php_time_to_rfc3339(date, zone).as_deref(), read, "{date} {zone}");
        }
    }

    #[test]
    fn every_moment_has_a_text() {
        let after = |seconds, nanos| SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
        let before = |seconds, nanos| SystemTime::UNIX_EPOCH - Duration::new(seconds, nanos);
        let last = LAST_SECOND.unsigned_abs();
        let first = FIRST_SECOND.unsigned_abs();
        for (moment, text) in [
            (after(0, 0), "1970-01-01T00:00:00Z"),
            (after(60, 999_999_999), "1970-01-01T00:01:00Z"),
            (before(0, 1), "1969-12-31T23:59:59Z"),
            (before(1, 0), "1969-12-31T23:59:59Z"),
            (after(last, 999_999_999), "9999-12-31T23:59:59Z"),
            (after(last + 1, 0), "9999-12-31T23:59:59Z"),
            (after(i64::MAX.unsigned_abs(), 0), "9999-12-31T23:59:59Z"),
            (before(first, 0), "0000-01-01T00:00:00Z"),
            (before(first, 1), "0000-01-01T00:00:00Z"),
            (before(i64::MAX.unsigned_abs(), 0), "0000-01-01T00:00:00Z"),
        ] {
            let time = Time::from(moment);
            assert_eq!(time.as_str(), text);
            assert!(time.to_system_time().is_some(), "{text}");
        }
    }

    #[test]
    fn a_time_tells_its_moment() {
        let time = Time("1970-01-01T00:01:00Z".to_owned());
        assert_eq!(time.to_system_time(), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(60)));
        assert_eq!(Time("soon".to_owned()).to_system_time(), None);
    }
}
