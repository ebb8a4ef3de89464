//! Certificates in PEM in any form: a text, a list of texts, or nested.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::pem;

/// The certificates of a value in their canonical form. None if the value is empty. A text that is not PEM is an error,
/// which says what is wrong with "it", because nobody could use it.
pub(super) fn read(raw: &RawValue) -> Result<Option<String>, String> {
    let mut text = String::new();
    let mut json = serde_json::Deserializer::from_str(raw.get());
    Texts(&mut text).deserialize(&mut json).map_err(|_| "it is nested too deeply".to_owned())?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let certificates = pem::certificates(&text)?;
    Ok(Some(certificates.iter().map(|der| pem::encode("CERTIFICATE", der)).collect()))
}

/// Joins all texts in a value, in order, each on its own lines.
struct Texts<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.extend([text, "\n"]);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Texts(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<IgnoredAny>()?.is_some() {
            map.next_value_seed(Texts(self.0))?;
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
}
