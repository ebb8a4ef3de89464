//! `success` and `error`: whether the service accepted or refused.

use serde_json::Value;

use crate::refusal::Refusal;

/// The members around an answer.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    success: Option<bool>,
    error: Value,
    /// `validate_csr` answers `{"valid": false, "error": "..."}`: that is a result for the CSR, not a failure of the
    /// call. Only an answer with a documented `valid` can be such a result.
    is_verdict: bool,
}

impl Envelope {
    /// Notes a member of the outermost object. True if it belongs to the envelope.
    pub(super) fn note(&mut self, name: &str, json: &str, is_documented: bool) -> bool {
        match name {
            "success" => self.success = truth(json),
            // A value that is nested too deeply to be read is still an error.
            "error" => self.error = serde_json::from_str(json).unwrap_or(Value::Bool(true)),
            "valid" => {
                self.is_verdict = is_documented;
                return false;
            }
            _ => return false,
        }
        true
    }

    pub(super) fn is_part(name: &str) -> bool {
        matches!(name, "success" | "error" | "valid")
    }

    pub(super) fn refusal(&self) -> Option<Refusal> {
        let is_refusal = self.success == Some(false) || (!self.is_verdict && self.says_no(&self.error));
        is_refusal.then(|| Refusal::read(&self.error))
    }

    fn says_no(&self, error: &Value) -> bool {
        match error {
            Value::Object(_) | Value::Bool(true) => true,
            Value::Number(number) => number.as_f64() != Some(0.0),
            // A text next to a success is only a remark.
            Value::String(text) => !text.is_empty() && self.success != Some(true),
            Value::Array(list) => list.iter().any(|entry| self.says_no(entry)),
            _ => false,
        }
    }
}

/// Seen as `1`, `true`, `false`. PHP may turn them into texts. Null says nothing.
fn truth(json: &str) -> Option<bool> {
    match json {
        "true" | "1" | r#""1""# | r#""true""# => Some(true),
        "false" | "0" | r#""0""# | r#""false""# | r#""""# => Some(false),
        _ => None,
    }
}
