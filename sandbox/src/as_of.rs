//! The state of the API on a day. Answers and methods were added over the years, never removed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::{date, format_description};

/// The day whose API is served, written `2026-04-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AsOf(Date);

const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

impl FromStr for AsOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Date::parse(text, FORMAT).map(Self).map_err(|_| format!("{text:?} is no day such as 2026-04-01"))
    }
}

impl TryFrom<String> for AsOf {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<AsOf> for Date {
    fn from(day: AsOf) -> Self {
        day.0
    }
}

impl From<AsOf> for String {
    fn from(day: AsOf) -> Self {
        day.to_string()
    }
}

impl fmt::Display for AsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(FORMAT).unwrap_or_default())
    }
}

/// A feature that the API has since a certain day. If the exact day is unknown, it is a day between the last
/// answer without the feature and the first answer with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// Bad keys are refused with status 401, and not 200.
    KeyStatus,
    /// Every call may have a JSON body.
    JsonBodies,
    /// `fingerprint_sha1` and `brand_validation`.
    Fingerprint,
    /// `signature_algorithm_properties`.
    SignatureProperties,
    /// Downloads by format, the CA's certificates, `last_updated` and
    /// `ca_certificate_id`.
    Formats,
    /// `Authorization: ApiKey`.
    KeyHeader,
}

impl Since {
    fn day(self) -> Date {
        match self {
            Self::KeyStatus => date!(2022 - 01 - 01),
            Self::JsonBodies => date!(2023 - 01 - 01),
            Self::Fingerprint => date!(2023 - 06 - 01),
            Self::SignatureProperties => date!(2025 - 11 - 01),
            Self::Formats => date!(2026 - 04 - 01),
            Self::KeyHeader => date!(2026 - 08 - 01),
        }
    }
}

/// Whether a request without a country was refused on a day. Clients reported this from the first of these
/// days on. By the last day, some clients that send no country worked again, so the rule was probably lifted.
pub(crate) fn requires_country(day: Option<AsOf>) -> bool {
    day.is_some_and(|day| (date!(2026 - 07 - 02)..=date!(2026 - 09 - 30)).contains(&day.0))
}

/// Whether the API has a feature on a day. Without a day, it is the newest API.
pub(crate) fn has(day: Option<AsOf>, what: Since) -> bool {
    day.is_none_or(|day| day.0 >= what.day())
}
