//! Parameters and settings: strict in what is sent.
//!
//! Each operation has a constant table of [`Parameter`]s. One check, [`check`], compares what the caller gave with the
//! table: an unknown name, a wrong type or a value out of range is an error that names the parameter and says what was
//! expected. The same tables give the JSON Schemas and the reference pages.

mod csr;
pub(crate) mod domain;
mod id;
mod private_key;
pub(crate) mod subject;

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// A parameter of an operation, or a setting of a client.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name, the same in Rust, JSON and Python.
    pub name: &'static str,
    /// The name that the service gives it.
    pub wire_name: &'static str,
    /// What it takes.
    pub kind: ParameterKind,
    /// Whether it must be given.
    pub required: bool,
    /// One sentence.
    pub doc: &'static str,
}

impl Parameter {
    pub(crate) const fn required(name: &'static str, kind: ParameterKind, doc: &'static str) -> Self {
        Self { name, wire_name: name, kind, required: true, doc }
    }

    pub(crate) const fn optional(name: &'static str, kind: ParameterKind, doc: &'static str) -> Self {
        Self { name, wire_name: name, kind, required: false, doc }
    }

    pub(crate) const fn sent_as(mut self, wire_name: &'static str) -> Self {
        self.wire_name = wire_name;
        self
    }
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ParameterKind {
    /// A text that is not empty.
    Text,
    /// A list of texts that are not empty; the service gets them joined by commas.
    TextList,
    /// The id of a certificate or CA certificate.
    Id,
    /// Domain names, wildcards and IP addresses; sent in punycode, doubles once, the order kept.
    Domains,
    /// The same, but a double is refused.
    DistinctDomains,
    /// A certificate signing request in PEM.
    Csr,
    /// A private key in PEM; never sent.
    PrivateKey,
    /// The subject of a CSR beside its CN: an object.
    Subject,
    /// Two letters, or nothing.
    Country,
    /// A program and its arguments.
    Command,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of these words.
    SomeOf(&'static [&'static str]),
    /// A whole number between these two.
    Integer(u64, u64),
    /// Seconds, with fractions.
    Seconds,
    /// A number that is not negative.
    Number,
    /// True or false; the service gets 1 or 0.
    Flag,
    /// A JSON object.
    Object,
}

impl ParameterKind {
    fn expected(self) -> String {
        match self {
            Self::Text => "expected a text that is not empty".into(),
            Self::TextList => "expected a list of texts".into(),
            Self::Id => "expected an id as text".into(),
            Self::Domains | Self::DistinctDomains => "expected a list of domain names".into(),
            Self::Command => "expected a list of texts: a program and its arguments".into(),
            Self::Csr => "expected a certificate signing request as PEM text".into(),
            Self::PrivateKey => "expected a private key as PEM text".into(),
            Self::Subject => "expected an object with `country` and the like".into(),
            Self::Country => "expected two letters such as `US`, or `\"\"` for none".into(),
            Self::OneOf(words) => format!("expected one of {}", words.join(", ")),
            Self::SomeOf(words) => format!("expected a list out of {}", words.join(", ")),
            Self::Integer(0, u64::MAX) => "expected a whole number".into(),
            Self::Integer(least, most) => format!("expected a whole number from {least} to {most}"),
            Self::Seconds => "expected a number of seconds".into(),
            Self::Number => "expected a number that is not negative".into(),
            Self::Flag => "expected true or false".into(),
            Self::Object => "expected a JSON object".into(),
        }
    }
}

/// The parameters of one call after the check, in the order of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments {
    given: Vec<(&'static Parameter, Value)>,
}

impl Arguments {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.given.iter().find(|(parameter, _)| parameter.name == name).map(|(_, value)| value)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(Value::as_f64)
    }

    pub(crate) fn integer(&self, name: &str) -> Option<u64> {
        self.get(name).and_then(Value::as_u64)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(Value::as_bool)
    }

    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Sets a parameter that the caller left out, or another value for it.
    pub(crate) fn set(&mut self, parameter: &'static Parameter, value: Value) {
        self.given.retain(|(other, _)| other.name != parameter.name);
        self.given.push((parameter, value));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(&'static Parameter, Value)> {
        self.given.iter()
    }
}

/// Reads a JSON text that must be an object; nothing at all stands for `{}`.
pub(crate) fn parse(json: &str) -> Result<Map<String, Value>> {
    if json.trim().is_empty() {
        return Ok(Map::new());
    }
    // serde_json's message would quote what it found: that may be a key.
    serde_json::from_str(json).map_err(|error| {
        let what = if error.is_data() { "not a JSON object" } else { "not JSON" };
        let place = format!("line {}, column {}", error.line(), error.column());
        Error::new(crate::Kind::InvalidArgument, format!("the parameters are {what} ({place})"))
    })
}

/// Compares what was given with the table. JSON null means absent.
pub(crate) fn check(table: &'static [Parameter], given: Map<String, Value>) -> Result<Arguments> {
    let mut found: Vec<Option<Value>> = table.iter().map(|_| None).collect();
    for (name, value) in given {
        let Some(index) = table.iter().position(|parameter| parameter.name == name) else {
            return Err(unknown(table, &name));
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

fn unknown(table: &[Parameter], name: &str) -> Error {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    if table.is_empty() {
        return Error::invalid(shown, "unknown parameter; this operation takes none");
    }
    let known: Vec<_> = table.iter().map(|parameter| parameter.name).collect();
    Error::invalid(shown, format!("unknown parameter; known ones are {}", known.join(", ")))
}

fn check_value(parameter: &Parameter, value: Value) -> Result<Value> {
    let name = parameter.name;
    let kind = parameter.kind;
    let wrong = || Error::invalid(name, kind.expected());
    match (kind, &value) {
        (ParameterKind::Text, Value::String(text)) if !text.is_empty() => {}
        (ParameterKind::OneOf(words), Value::String(word)) if words.contains(&word.as_str()) => {}
        (ParameterKind::Integer(least, most), Value::Number(number)) => {
            if !number.as_u64().is_some_and(|number| (least..=most).contains(&number)) {
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
        (ParameterKind::PrivateKey, Value::String(pem)) => return private_key::check(name, pem),
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
