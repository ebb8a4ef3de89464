//! Answers whose values have other types than documented, as PHP often writes them.

use serde_json::{Map, Value};

/// The same value with wrong types.
pub(crate) fn with_wrong_types(value: Value) -> Value {
    match value {
        Value::Bool(flag) => Value::from(u8::from(flag).to_string()),
        Value::Number(number) => Value::from(number.to_string()),
        // Only for text that is a small number, not for an id.
        Value::String(text) => match text.parse::<u16>() {
            Ok(number) if number.to_string() == text => Value::from(number),
            _ => Value::String(text),
        },
        Value::Array(values) => Value::Array(values.into_iter().map(with_wrong_types).collect()),
        Value::Object(members) if members.is_empty() => Value::Array(Vec::new()),
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(name, value)| (name, with_wrong_types(value))).collect::<Map<_, _>>(),
        ),
        Value::Null => Value::Null,
    }
}
