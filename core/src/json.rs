//! Conversion between our types and JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, Kind, Result};

/// The parameters of a typed request.
pub(crate) fn encode<T: Serialize>(request: &T) -> Result<Map<String, Value>> {
    match serde_json::to_value(request) {
        Ok(Value::Object(parameters)) => Ok(parameters),
        _ => Err(Error::new(Kind::InvalidArgument, "the request has no JSON form")),
    }
}

/// A typed answer from stable JSON. It always fits, because the reader made the JSON.
pub(crate) fn decode<'a, T: Deserialize<'a>>(answer: &'a str) -> Result<T> {
    serde_json::from_str(answer).map_err(|error| {
        Error::new(Kind::Internal, format!("the answer does not fit its type ({error}); please report this"))
    })
}

/// Stable JSON from an answer that was made here.
pub(crate) fn encoded<T: Serialize>(answer: &T) -> Result<String> {
    serde_json::to_string(answer).map_err(|error| {
        Error::new(Kind::Internal, format!("the answer has no JSON form ({error}); please report this"))
    })
}
