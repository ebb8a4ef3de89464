//! What is passed on as it came has to be JSON for strict readers, too.

use serde_json::Value;
use serde_json::value::RawValue;

/// Whether a piece of JSON that is passed on as it came can be read by strict readers: not nested without end, no number
/// beyond all bounds, no half character.
pub(crate) fn is_readable(raw: &RawValue) -> bool {
    serde_json::from_str::<Value>(raw.get()).is_ok()
}
