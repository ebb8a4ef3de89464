//! Times: the service's `2026-02-09 23:59:59` (UTC) becomes RFC 3339.

use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, PrimitiveDateTime};

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

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `YYYY-MM-DD HH:MM:SS`, or RFC 3339 with an offset, as RFC 3339 in UTC.
pub(crate) fn vendor_time_to_rfc3339(text: &str) -> Option<String> {
    if let Some((date, clock)) = text.split_once(' ') {
        let time = format!("{date}T{clock}Z");
        // Both formats say the same; parsing only makes sure that there is such a day.
        return (text.len() == 19 && PrimitiveDateTime::parse(&time, &Rfc3339).is_ok()).then_some(time);
    }
    OffsetDateTime::parse(text, &Rfc3339).ok()?.to_offset(time::UtcOffset::UTC).format(&Rfc3339).ok()
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
