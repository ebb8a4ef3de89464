//! Times: the service's `2026-02-09 23:59:59` (UTC) becomes RFC 3339.

use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, Time as Clock, UtcOffset};

/// A time in an answer: RFC 3339 in UTC, or, if it could not be read, the text as it came.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(String);

impl Time {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The moment, unless the text could not be read.
    #[must_use]
    pub fn to_system_time(&self) -> Option<SystemTime> {
        OffsetDateTime::parse(&self.0, &Rfc3339).ok().map(SystemTime::from)
    }
}

impl From<SystemTime> for Time {
    /// To the second; what lies beyond the year 9999 has no such text, and is the epoch.
    fn from(moment: SystemTime) -> Self {
        let moment = OffsetDateTime::from(moment).replace_nanosecond(0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Self(moment.format(&Rfc3339).unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned()))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `YYYY-MM-DD HH:MM:SS`, or RFC 3339 with an offset, as RFC 3339 in UTC.
pub(crate) fn vendor_time_to_rfc3339(text: &str) -> Option<String> {
    if let Some((date, clock)) = text.split_once(' ') {
        // Both formats say the same; what remains is to see that there is such a moment.
        return is_moment(text.as_bytes()).then(|| [date, "T", clock, "Z"].concat());
    }
    OffsetDateTime::parse(text, &Rfc3339).ok()?.checked_to_offset(UtcOffset::UTC)?.format(&Rfc3339).ok()
}

/// Whether `YYYY-MM-DD HH:MM:SS` names a moment.
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
            ("2026-02-09 23:59:59.5", None),
        ] {
            assert_eq!(vendor_time_to_rfc3339(given).as_deref(), read, "{given}");
        }
    }

    #[test]
    fn a_time_tells_its_moment() {
        let time = Time("1970-01-01T00:01:00Z".to_owned());
        assert_eq!(time.to_system_time(), Some(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(60)));
        assert_eq!(Time("soon".to_owned()).to_system_time(), None);
    }
}
