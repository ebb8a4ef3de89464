//! JSON that is passed on unchanged must be readable by strict parsers too.

use serde_json::Value;

/// Whether a piece of JSON that is passed on unchanged can be read by strict parsers: no deep nesting, no number out of
/// range, no half character.
pub(crate) fn is_readable(json: &str) -> bool {
    serde_json::from_str::<Value>(json).is_ok()
}
