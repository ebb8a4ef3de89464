//! The input of a call: JSON text, or an object.

use serde_json::{Map, Value};

use crate::error::{Error, Kind, Result};

/// The parameters of a call: JSON as text, or a JSON object.
pub trait Given: sealed::Sealed {
    /// Converts them to an object.
    #[doc(hidden)]
    fn into_object(self) -> Result<Map<String, Value>>;
}

mod sealed {
    pub trait Sealed {}
    impl<T: AsRef<str> + ?Sized> Sealed for &T {}
    impl Sealed for serde_json::Map<String, serde_json::Value> {}
}

impl<T: AsRef<str> + ?Sized> Given for &T {
    fn into_object(self) -> Result<Map<String, Value>> {
        parse(self.as_ref())
    }
}

impl Given for Map<String, Value> {
    fn into_object(self) -> Result<Map<String, Value>> {
        Ok(self)
    }
}

/// Reads a JSON text that must be an object. An empty text means `{}`.
pub(crate) fn parse(json: &str) -> Result<Map<String, Value>> {
    if json.trim().is_empty() {
        return Ok(Map::new());
    }
    // serde_json's message would quote the text, which may contain a key.
    serde_json::from_str(json).map_err(|error| {
        let what = if error.is_data() { "not a JSON object" } else { "not JSON" };
        let place = format!("line {}, column {}", error.line(), error.column());
        Error::new(Kind::InvalidArgument, format!("the parameters are {what} ({place})"))
    })
}
