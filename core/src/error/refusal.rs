//! The service's own error, as its body says it, and the [`Error`] it becomes.

use serde_json::Value;

use super::codes::KnownCode;
use super::{Error, Kind, codes, failed_domains};
use crate::excerpt::one_line;

/// The numbers of errors after which the service may have done what was asked.
const UNCERTAIN: [i64; 5] = [111, 112, 114, 2820, 2821];

/// How the words begin that say "too often"; no code is documented.
pub(crate) const RATE_LIMIT: &str = "rate_limit";

/// How much of a text from outside a message shows, and of how many names.
const MOST_SHOWN: usize = 200;
const MOST_NAMES: usize = 5;

/// What an error body says; every part may be absent. Texts and numbers change type, so both are read either way.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: Option<i64>,
    pub(crate) api_type: Option<String>,
    info: Option<String>,
    details: Option<Value>,
}

impl Refusal {
    /// Reads the value of `error`: seen as an object, a string, null, or a bool. Of a list the first entry that names an
    /// error stands for all, and the list is kept.
    pub(crate) fn read(error: &Value) -> Self {
        match error {
            Value::Object(object) => Self {
                code: object.get("code").and_then(whole_number),
                api_type: object.get("type").and_then(text),
                info: object.get("info").or_else(|| object.get("message")).and_then(text),
                details: object.get("details").filter(|details| !is_nothing(details)).cloned(),
            },
            Value::Array(list) => Self::read_list(list),
            Value::Number(_) => Self { code: whole_number(error), ..Self::default() },
            other => Self { info: text(other), ..Self::default() },
        }
    }

    fn read_list(list: &[Value]) -> Self {
        let entries: Vec<Self> = list.iter().map(Self::read).collect();
        let infos: Vec<&str> = entries.iter().filter_map(|entry| entry.info.as_deref()).collect();
        let info = Some(infos.join("; ")).filter(|info| !info.is_empty());
        let is_named = |entry: &Self| entry.api_type.is_some() || entry.code.is_some();
        let mut refusal = entries.into_iter().find(is_named).unwrap_or_default();
        refusal.info = info;
        if list.len() > 1 && refusal.details.is_none() {
            refusal.details = Some(list.into());
        }
        refusal
    }

    fn is_about_caa(&self) -> bool {
        self.api_type
            .as_deref()
            .map_or(self.code == Some(2840), |word| word == "invalid_caa_records_detected")
    }

    /// Requests that end like this may have been carried out all the same.
    fn is_uncertain(known: Option<&KnownCode>, http_status: u16) -> bool {
        match known {
            Some(known) => UNCERTAIN.contains(&known.code),
            None => http_status >= 500,
        }
    }

    /// Asked for too often, whatever the HTTP status: 200 was seen.
    pub(crate) fn is_rate_limit(&self) -> bool {
        self.api_type.as_deref().is_some_and(|word| {
            word.get(..RATE_LIMIT.len()).is_some_and(|start| start.eq_ignore_ascii_case(RATE_LIMIT))
        })
    }

    fn kind(&self) -> Kind {
        match (self.api_type.as_deref(), self.code) {
            (Some("invalid_access_key" | "missing_access_key"), _) | (None, Some(101)) => Kind::Auth,
            (Some("domain_control_validation_failed" | "invalid_caa_records_detected"), _)
            | (None, Some(0 | 2840)) => Kind::Validation,
            _ => Kind::Api,
        }
    }

    pub(crate) fn into_error(self, http_status: u16) -> Error {
        let is_rate_limit = http_status == 429 || self.is_rate_limit();
        let kind = if is_rate_limit { Kind::RateLimited } else { self.kind() };
        let known = codes::find(self.api_type.as_deref(), self.code);
        let mut error = Error::new(kind, self.message(known, http_status));
        error.0.uncertain = !self.is_rate_limit() && Self::is_uncertain(known, http_status);
        error.0.retryable = match known {
            _ if is_rate_limit => true,
            Some(known) => known.passing,
            None => kind.retryable() || http_status >= 500,
        };
        error.0.http_status = Some(http_status);
        error.0.api_code = self.code;
        if kind == Kind::Validation {
            let read = |details| failed_domains::read(details, self.is_about_caa());
            error.0.domains = self.details.as_ref().map(read).unwrap_or_default();
            let failures = error.0.domains.iter().map(|(domain, failed)| {
                let found = failed.found.as_deref().unwrap_or("failed");
                format!("; {}: {}", one_line(domain, MOST_SHOWN), one_line(found, MOST_SHOWN))
            });
            let failures: Vec<_> = failures.take(MOST_NAMES).collect();
            error.0.message.extend(failures);
        }
        error.0.api_type = self.api_type;
        error.0.details = self.details;
        error
    }

    fn message(&self, known: Option<&KnownCode>, http_status: u16) -> String {
        let word = self.api_type.as_deref().map(|word| one_line(word, MOST_SHOWN));
        let mut message = match (word, self.code) {
            (Some(word), Some(code)) => format!("the service refused with {word} ({code})"),
            (Some(word), None) => format!("the service refused with {word}"),
            (None, Some(code)) => format!("the service refused with error {code}"),
            (None, None) => format!("the service refused without saying why (HTTP {http_status})"),
        };
        if let Some(known) = known {
            message.push_str(": ");
            message.push_str(known.meaning);
        } else if self.is_rate_limit() {
            message.push_str(": too many requests; slow down, or lower `requests_per_second`");
        }
        if let Some(info) = &self.info {
            message.extend([" (it says: ", &one_line(info, MOST_SHOWN), ")"]);
        }
        message
    }
}

fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}
