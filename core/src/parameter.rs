//! Parameters and settings. The checks are strict.
//!
//! Each operation has a constant table of [`Parameter`]s. One function, [`check`], compares the given values with the
//! table. An unknown name, a wrong type or a value out of range is an error that names the parameter and says what was
//! expected. The JSON Schemas and the reference pages are generated from the same tables.

mod arguments;
mod csr;
pub(crate) mod domain;
mod given;
mod id;
pub(crate) mod path;
mod private_key;
pub(crate) mod subject;
mod table;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
pub(crate) use arguments::Arguments;
pub use given::Given;
pub(crate) use given::parse;
pub use table::{Parameter, ParameterKind};

/// Compares the given values with the table. JSON null means absent.
pub(crate) fn check(table: &'static [Parameter], given: Map<String, Value>) -> Result<Arguments> {
    compare(table, given, "parameter")
}

/// The same for the settings of a client.
pub(crate) fn check_settings(table: &'static [Parameter], given: Map<String, Value>) -> Result<Arguments> {
    compare(table, given, "setting")
}

fn compare(table: &'static [Parameter], given: Map<String, Value>, noun: &str) -> Result<Arguments> {
    let mut found: Vec<Option<Value>> = table.iter().map(|_| None).collect();
    for (name, value) in given {
        let Some(index) = table.iter().position(|parameter| parameter.name == name) else {
            return Err(unknown(table, &name, noun));
        };
        if !value.is_null() {
            found[index] = Some(check_value(&table[index], value)?);
        }
    }
    let missing = table.iter().zip(&found).find(|(parameter, value)| parameter.required && value.is_none());
    if let Some((parameter, _)) = missing {
        return Err(Error::invalid(parameter.name, format!("missing; {}", parameter.kind.expected())));
    }
    let given = table.iter().zip(found).filter_map(|(parameter, value)| Some((parameter, value?))).collect();
    Ok(Arguments { given })
}

fn unknown(table: &[Parameter], name: &str, noun: &str) -> Error {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    if table.is_empty() {
        return Error::invalid(shown, "unknown parameter; this operation takes none");
    }
    let known: Vec<_> = table.iter().map(|parameter| parameter.name).collect();
    Error::invalid(shown, format!("unknown {noun}; known ones are {}", known.join(", ")))
}

fn check_value(parameter: &Parameter, value: Value) -> Result<Value> {
    let name = parameter.name;
    let kind = parameter.kind;
    let wrong = || Error::invalid(name, kind.expected());
    match (kind, &value) {
        (ParameterKind::Text, Value::String(text)) if !text.is_empty() => {}
        (ParameterKind::Folder | ParameterKind::File, Value::String(text)) if path::is_possible(text) => {}
        (ParameterKind::OneOf(words), Value::String(word)) if words.contains(&word.as_str()) => {}
        (ParameterKind::Integer(min, max), Value::Number(number)) => {
            if !number.as_u64().is_some_and(|number| (min..=max).contains(&number)) {
                return Err(wrong());
            }
        }
        (ParameterKind::Seconds | ParameterKind::Number, Value::Number(number)) => {
            if !number.as_f64().is_some_and(|number| (0.0..=1e9).contains(&number)) {
                return Err(wrong());
            }
        }
        (ParameterKind::Flag, Value::Bool(_)) | (ParameterKind::Object, Value::Object(_)) => {}
        (ParameterKind::Id, Value::String(id)) => id::check(name, id)?,
        (ParameterKind::Csr, Value::String(pem)) => return csr::check(name, pem),
        (ParameterKind::PrivateKey, Value::String(pem)) => {
            let checked = private_key::check(name, pem);
            let mut given = value;
            arguments::wipe(&mut given);
            return checked;
        }
        (ParameterKind::Subject, Value::Object(members)) => return subject::check(name, members),
        (ParameterKind::Domains, Value::Array(list)) => return domain::check_list(name, list),
        (ParameterKind::DistinctDomains, Value::Array(list)) => return domain::check_distinct(name, list),
        (ParameterKind::Command | ParameterKind::TextList | ParameterKind::SomeOf(_), Value::Array(list)) => {
            check_list(name, kind, list)?;
        }
        _ => return Err(wrong()),
    }
    Ok(value)
}

fn check_list(name: &str, kind: ParameterKind, list: &[Value]) -> Result<()> {
    if list.is_empty() {
        return Err(Error::invalid(name, format!("the list is empty; {}", kind.expected())));
    }
    for (index, value) in list.iter().enumerate() {
        let wrong = |why: String| Error::invalid(format!("{name}[{index}]"), why);
        match (kind, value) {
            (ParameterKind::SomeOf(words), Value::String(word)) if words.contains(&word.as_str()) => {}
            // The service gets the list joined by commas.
            (ParameterKind::TextList, Value::String(text)) if text.contains(',') => {
                return Err(wrong("a comma cannot stand in it; give a list entry for each".into()));
            }
            (ParameterKind::TextList, Value::String(text)) if !text.trim().is_empty() => {}
            // An argument may be empty, the program may not.
            (ParameterKind::Command, Value::String(text))
                if !text.contains('\0') && (index > 0 || !text.is_empty()) => {}
            _ => return Err(wrong(kind.expected())),
        }
    }
    Ok(())
}
