//! The parameters of a call, after the check.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::table::Parameter;
use crate::error::{Error, Kind, Result};

/// The parameters of one call after the check, in the order of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments {
    pub(super) given: Vec<(&'static Parameter, Value)>,
}

/// Secrets among them are wiped.
impl Drop for Arguments {
    fn drop(&mut self) {
        for (parameter, value) in &mut self.given {
            if parameter.secret {
                wipe(value);
            }
        }
    }
}

/// Wipes the texts in a value.
pub(super) fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(list) => list.iter_mut().for_each(wipe),
        _ => {}
    }
}

impl Arguments {
    /// Converts them to the type of the request. That always works, because they were checked.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T> {
        let given: Map<_, _> =
            self.given.iter().map(|(parameter, value)| (parameter.name.to_owned(), value.clone())).collect();
        serde_json::from_value(given.into()).map_err(|error| {
            let what = if error.is_data() {
                "the parameters do not fit their type"
            } else {
                "the parameters are no JSON"
            };
            Error::new(Kind::Internal, format!("{what}; please report this"))
        })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.given.iter().find(|(parameter, _)| parameter.name == name).map(|(_, value)| value)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    pub(crate) fn integer(&self, name: &str) -> Option<u64> {
        self.get(name).and_then(Value::as_u64)
    }

    /// Sets a parameter that the caller left out, or replaces its value.
    pub(crate) fn set(&mut self, table: &'static [Parameter], name: &str, value: Value) {
        self.given.retain(|(other, _)| other.name != name);
        self.given.extend(
            table.iter().find(|parameter| parameter.name == name).map(|parameter| (parameter, value)),
        );
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(&'static Parameter, Value)> {
        self.given.iter()
    }
}
