//! JSON that is passed on unchanged must be readable by strict parsers too.

use serde_json::Value;
use serde_json::value::RawValue;

/// Whether a piece of JSON that is passed on unchanged can be read by strict parsers: no deep nesting, no number out of
/// range, no half character.
pub(crate) fn is_readable(raw: &RawValue) -> bool {
    serde_json::from_str::<Value>(raw.get()).is_ok()
}
