//! Conversion between our types and JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroize;

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
    let no_form = |error: &dyn std::fmt::Display| {
        Error::new(Kind::Internal, format!("the answer has no JSON form ({error}); please report this"))
    };
    let mut out = Growing(Vec::new());
    serde_json::to_writer(&mut out, answer).map_err(|error| no_form(&error))?;
    String::from_utf8(out.0).map_err(|error| no_form(&error.utf8_error()))
}

/// A buffer that leaves no copy of its beginning behind when it grows: a key may be in it.
struct Growing(Vec<u8>);

impl std::io::Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.capacity() - self.0.len() < bytes.len() {
            let mut larger = Vec::with_capacity((self.0.len() + bytes.len()).max(512) * 2);
            larger.extend_from_slice(&self.0);
            std::mem::replace(&mut self.0, larger).zeroize();
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
