//! The service's error from its body, and its conversion to an [`Error`].

mod failed_domains;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::{Error, Kind, KnownCode, codes};
use crate::excerpt::one_line;

/// Errors after which the service may have carried out the request.
const UNCERTAIN: [KnownCode; 5] = [
    codes::INTERNAL_SERVER_ERROR,
    codes::CONFLICT_112,
    codes::CONFLICT_114,
    codes::INTERNAL_ERROR_FAILED_PROCESSING_CSR,
    codes::INTERNAL_ERROR_FAILED_CREATING_CERTIFICATE,
];

/// The beginning of the error types that mean "too many requests". No code is documented.
pub(crate) const RATE_LIMIT: &str = "rate_limit";

/// How much of a text from outside a message shows, and for how many names.
const MAX_SHOWN: usize = 200;
const MAX_NAMES: usize = 5;

/// The contents of an error body. Every part may be absent. Texts and numbers are accepted for both, because their type
/// changes.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: Option<i64>,
    pub(crate) api_type: Option<String>,
    info: Option<String>,
    details: Option<Value>,
}

impl Refusal {
    /// Reads the value of `error`. It was seen as an object, a string, null, or a bool. From a list, the first entry
    /// that names an error is used, and the list is kept.
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

    fn is(&self, known: &KnownCode) -> bool {
        known.is_meant_by(self.api_type.as_deref(), self.code)
    }

    /// Whether a request with this answer may have been carried out all the same.
    fn is_uncertain(known: Option<&KnownCode>, http_status: u16) -> bool {
        match known {
            Some(known) => UNCERTAIN.contains(known),
            None => http_status >= 500,
        }
    }

    /// Whether there were too many requests, whatever the HTTP status: 200 was seen.
    pub(crate) fn is_rate_limit(&self) -> bool {
        self.api_type.as_deref().is_some_and(|word| {
            word.get(..RATE_LIMIT.len()).is_some_and(|start| start.eq_ignore_ascii_case(RATE_LIMIT))
        })
    }

    fn kind(&self) -> Kind {
        let is_one_of = |known: &[KnownCode]| known.iter().any(|known| self.is(known));
        if is_one_of(&[codes::INVALID_ACCESS_KEY, codes::MISSING_ACCESS_KEY]) {
            Kind::Auth
        } else if is_one_of(&[codes::DOMAIN_CONTROL_VALIDATION_FAILED, codes::INVALID_CAA_RECORDS_DETECTED]) {
            Kind::Validation
        } else {
            Kind::Api
        }
    }

    pub(crate) fn into_error(self, http_status: u16) -> Error {
        let is_rate_limit = http_status == 429 || self.is_rate_limit();
        let kind = if is_rate_limit { Kind::RateLimited } else { self.kind() };
        let known = codes::find(self.api_type.as_deref(), self.code);
        let mut message = self.message(known, http_status);
        let mut domains = BTreeMap::new();
        if kind == Kind::Validation {
            let is_caa = self.is(&codes::INVALID_CAA_RECORDS_DETECTED);
            domains = self
                .details
                .as_ref()
                .map(|details| failed_domains::read(details, is_caa))
                .unwrap_or_default();
            let failures = domains.iter().map(|(domain, failed)| {
                let found = failed.found.as_deref().unwrap_or("failed");
                format!("; {}: {}", one_line(domain, MAX_SHOWN), one_line(found, MAX_SHOWN))
            });
            message.extend(failures.take(MAX_NAMES));
        }
        let is_retryable = match known {
            _ if is_rate_limit => true,
            Some(known) => known.passing,
            None => kind.retryable() || http_status >= 500,
        };
        Error::new(kind, message)
            .with_http_status(http_status)
            .with_domains(domains)
            .retryable(is_retryable)
            .uncertain_if(!self.is_rate_limit() && Self::is_uncertain(known, http_status))
            .with_refusal(self.code, self.api_type, self.details)
    }

    fn message(&self, known: Option<&KnownCode>, http_status: u16) -> String {
        let word = self.api_type.as_deref().map(|word| one_line(word, MAX_SHOWN));
        let mut message = match (word, self.code, known) {
            (Some(_), code, Some(known)) => format!("the service refused with {}", known.words(code)),
            (Some(word), Some(code), None) => format!("the service refused with {word} ({code})"),
            (Some(word), None, None) => format!("the service refused with {word}"),
            (None, Some(code), Some(known)) => {
                format!("the service refused with error {code}: {}", known.meaning)
            }
            (None, Some(code), None) => format!("the service refused with error {code}"),
            (None, None, _) => format!("the service refused without saying why (HTTP {http_status})"),
        };
        if known.is_none() {
            message.push_str(if self.is_rate_limit() {
                ": too many requests; slow down, or lower `requests_per_second`"
            } else {
                "; we do not know this error: look it up in ZeroSSL's documentation and in the dashboard"
            });
        }
        if let Some(info) = &self.info {
            message.extend([" (it says: ", &one_line(info, MAX_SHOWN), ")"]);
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
