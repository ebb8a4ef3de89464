//! The input of a call: JSON text, or an object.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{Error, Result};

/// The parameters of a call: JSON as text, or a JSON object.
pub trait Given: sealed::Sealed {
    /// Converts them to an object. An error calls them by this name.
    #[doc(hidden)]
    fn into_object(self, name: &str) -> Result<Map<String, Value>>;
}

mod sealed {
    pub trait Sealed {}
    impl<T: AsRef<str> + ?Sized> Sealed for &T {}
    impl Sealed for serde_json::Map<String, serde_json::Value> {}
}

impl<T: AsRef<str> + ?Sized> Given for &T {
    fn into_object(self, name: &str) -> Result<Map<String, Value>> {
        parse(self.as_ref(), name)
    }
}

impl Given for Map<String, Value> {
    fn into_object(self, _: &str) -> Result<Map<String, Value>> {
        Ok(self)
    }
}

/// Reads a JSON text that must be an object. An empty text means `{}`.
pub(crate) fn parse(json: &str, name: &str) -> Result<Map<String, Value>> {
    if json.trim().is_empty() {
        return Ok(Map::new());
    }
    let doubled = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_str(json);
    let value = Strict(&doubled).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    // serde_json's message would quote the text, which may contain a key.
    let value = value.map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Error::invalid(name, format!("not JSON ({place}); expected a JSON object"))
    })?;
    if let Some(key) = doubled.into_inner() {
        return Err(Error::invalid(key, "it is given twice; leave one out"));
    }
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Error::invalid(name, "not a JSON object")),
    }
}

/// Reads a value, and notes a key that is there twice.
#[derive(Clone, Copy)]
struct Strict<'a>(&'a RefCell<Option<String>>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> std::result::Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> std::result::Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> std::result::Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> std::result::Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if object.contains_key(&key) {
                self.0.replace(Some(key.chars().filter(|c| !c.is_control()).take(60).collect()));
            }
            object.insert(key, value);
        }
        Ok(object.into())
    }
}
