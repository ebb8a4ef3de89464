//! Behaviour of the service that lasts until it is changed. Behaviour of single calls is a
//! [`Fault`](crate::Fault) or a [`Quirk`](crate::Quirk).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::as_of::{self, AsOf};
use crate::codes::Code;

pub(crate) const VALIDATION_TIMEOUT: Duration = Duration::from_secs(5);

/// How the service behaves. Start from the default and change single fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long a validated order stays `pending_validation`: between the first and the second duration. In
    /// JSON, in seconds.
    #[serde(with = "seconds::range", rename = "issue_delay_seconds")]
    pub issue_delay: (Duration, Duration),
    /// How long after issuing a download is still refused with 2832.
    #[serde(with = "seconds", rename = "download_delay_seconds")]
    pub download_delay: Duration,
    /// The delay of lists: they show the state of that long ago.
    #[serde(with = "seconds", rename = "list_lag_seconds")]
    pub list_lag: Duration,
    /// What happens if a CAA record does not allow the CA.
    pub caa: CaaRefusal,
    /// Checks files, records and CAA again before issuing, if time has passed since the first check. An order
    /// without a valid proof stays pending.
    pub second_look: bool,
    /// How long a check of an order may take in total: its files or records, all names at the same time, and
    /// its CAA records.
    #[serde(with = "seconds", rename = "validation_timeout_seconds")]
    pub validation_timeout: Duration,
    /// Refuses names that no public CA certifies, such as `host.local` (2877).
    pub refuse_reserved_names: bool,
    /// Refuses requests whose subject has no country (2844); if absent, it does so on the days on which the
    /// service did.
    pub require_country: Option<bool>,
    /// Names that are refused with a code, including all names below them, such as `{"ru": 2874,
    /// "premium.example.com": 2875}`.
    pub refused_names: BTreeMap<String, i64>,
    /// Words that make a name subject to manual review: the certificate has `brand_validation` set and stays
    /// pending.
    pub brands: Vec<String>,
    /// The longest lifetime of a certificate, in days. If absent, the limit of public CAs on that day.
    pub longest_lifetime_days: Option<u16>,
    /// How many requests are kept. The oldest are dropped first.
    pub log_size: usize,
    /// How many mails are kept. The oldest are dropped first.
    pub mailbox_size: usize,
    /// Wildcard certificates include their apex.
    pub wildcard_apex: bool,
    /// The value of `expires` before a certificate is issued.
    pub draft_expires: DraftExpires,
    /// The day whose API is served; if absent, the newest.
    pub as_of: Option<AsOf>,
}

/// What happens if a CAA record does not allow the CA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaaRefusal {
    /// A refusal with code 2840 and the names.
    #[default]
    Refuse,
    /// No error: the order stays pending as long as the record exists.
    Stall,
}

/// The value of `expires` before a certificate is issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftExpires {
    /// As if the certificate were issued on the same day.
    #[default]
    Preset,
    /// Null.
    Null,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            issue_delay: (Duration::ZERO, Duration::ZERO),
            download_delay: Duration::ZERO,
            list_lag: Duration::ZERO,
            caa: CaaRefusal::default(),
            second_look: true,
            validation_timeout: VALIDATION_TIMEOUT,
            refuse_reserved_names: true,
            require_country: None,
            refused_names: BTreeMap::new(),
            brands: Vec::new(),
            longest_lifetime_days: None,
            log_size: 10_000,
            mailbox_size: 10_000,
            wildcard_apex: false,
            draft_expires: DraftExpires::default(),
            as_of: None,
        }
    }
}

impl Settings {
    pub(crate) fn requires_country(&self) -> bool {
        self.require_country.unwrap_or_else(|| as_of::requires_country(self.as_of))
    }

    /// These settings with some changed; names and values as in JSON. If a name or a value is invalid,
    /// nothing changes, and the error names it.
    pub fn changed(&self, changes: &Map<String, Value>) -> Result<Self, String> {
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        for (name, value) in changes {
            all[name] = value.clone();
        }
        let settings: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        match settings.refused_names.values().find(|code| Code::find(**code, None).is_none()) {
            Some(code) => Err(format!("refused_names: there is no code {code}")),
            None => Ok(settings),
        }
    }
}

/// Durations as JSON: numbers of seconds.
pub(crate) mod seconds {
    use std::time::Duration;

    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    // Serde passes a reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub(crate) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(duration.as_secs_f64())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)
    }

    /// Two numbers, or one for both.
    pub(crate) mod range {
        use std::time::Duration;

        use serde::de::Error as _;
        use serde::{Deserialize, Deserializer, Serialize as _, Serializer};

        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Given {
            One(f64),
            Both(f64, f64),
        }

        pub(crate) fn serialize<S: Serializer>(
            range: &(Duration, Duration),
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            [range.0.as_secs_f64(), range.1.as_secs_f64()].serialize(serializer)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<(Duration, Duration), D::Error> {
            let (from, to) = match Given::deserialize(deserializer)? {
                Given::One(seconds) => (seconds, seconds),
                Given::Both(from, to) => (from, to),
            };
            let duration = |seconds| Duration::try_from_secs_f64(seconds).map_err(D::Error::custom);
            Ok((duration(from)?, duration(to)?))
        }
    }
}
