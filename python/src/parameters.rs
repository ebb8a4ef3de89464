//! Python values as JSON. A value without a JSON form is refused; the error names the parameter.

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDelta, PyDict, PyFloat, PyFrozenSet, PyInt, PyMapping, PySequence, PySet,
    PyString,
};
use serde_json::{Map, Number, Value};
use zerossl::{Error, Operation, ParameterKind, SETTINGS};

use crate::errors::to_python;

/// No request is nested as deeply.
const MAX_DEPTH: u32 = 64;

/// Parameters of an operation, or the settings of a client without one, as a JSON object.
pub(crate) fn read(
    given: &Bound<'_, PyDict>,
    operation: Option<&'static Operation>,
) -> PyResult<Map<String, Value>> {
    let table = operation.map_or(SETTINGS, |operation| operation.parameters);
    let mut object = Map::with_capacity(given.len());
    for (name, value) in given {
        if value.is_none() {
            continue;
        }
        let name: String = name.extract()?;
        let kind = table.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.kind);
        let converted = match kind {
            Some(kind) => convert_as(kind, &value),
            None => convert(&value, MAX_DEPTH),
        };
        let value = match converted {
            Ok(value) => value,
            Err(refused) => return Err(refused.into_exception(given.py(), &name, operation)),
        };
        object.insert(name, value);
    }
    Ok(object)
}

/// The forms that Python has for some kinds: `bytes` of PEM, a `timedelta`, anything that gives texts.
fn convert_as(kind: ParameterKind, value: &Bound<'_, PyAny>) -> Result<Value, Refused> {
    match kind {
        ParameterKind::Csr | ParameterKind::PrivateKey => {
            if let Ok(bytes) = value.cast::<PyBytes>() {
                return match std::str::from_utf8(bytes.as_bytes()) {
                    Ok(text) => Ok(text.into()),
                    Err(_) => refuse("these bytes are no PEM text; a file in DER has to be converted"),
                };
            }
        }
        ParameterKind::Seconds => {
            if let Ok(period) = value.cast::<PyDelta>() {
                return convert(&period.call_method0("total_seconds")?, MAX_DEPTH);
            }
        }
        ParameterKind::Domains | ParameterKind::DistinctDomains if is_set(value) => {
            return refuse("a set has no order, and the first name becomes the CN; give a list");
        }
        ParameterKind::Command if is_set(value) => return refuse("a set has no order; give a list"),
        ParameterKind::Domains
        | ParameterKind::DistinctDomains
        | ParameterKind::Command
        | ParameterKind::TextList
        | ParameterKind::SomeOf(_)
            if !is_single(value) && value.hasattr("__iter__")? =>
        {
            return list(value, MAX_DEPTH, matches!(kind, ParameterKind::Command));
        }
        _ => {}
    }
    convert(value, MAX_DEPTH)
}

fn is_set(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PySet>() || value.is_instance_of::<PyFrozenSet>()
}

/// Whether it is one value, although it can be iterated over.
fn is_single(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyString>() || is_bytes(value) || value.cast::<PyMapping>().is_ok()
}

fn is_bytes(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyBytes>() || value.is_instance_of::<PyByteArray>()
}

/// A list of what it gives; with paths as texts if there may be some.
fn list(value: &Bound<'_, PyAny>, levels: u32, with_paths: bool) -> Result<Value, Refused> {
    let mut list = Vec::new();
    for entry in value.try_iter()? {
        let mut entry = entry?;
        if with_paths && entry.hasattr("__fspath__")? {
            entry = entry.call_method0("__fspath__")?;
        }
        list.push(convert(&entry, levels - 1)?);
    }
    Ok(Value::Array(list))
}

/// Why a value has no JSON form.
enum Refused {
    Because(String),
    /// Reading it raised this.
    Raised(PyErr),
}

impl Refused {
    /// No cause is chained: it may quote the value, or hold it as a `UnicodeEncodeError` does, and the value
    /// may be a private key.
    fn into_exception(self, py: Python<'_>, parameter: &str, operation: Option<&'static Operation>) -> PyErr {
        let why = match self {
            Self::Because(why) => why,
            // Ctrl-C, or the program exits: not a problem of the parameter.
            Self::Raised(raised) if !raised.is_instance_of::<PyException>(py) => return raised,
            Self::Raised(raised) => match raised.get_type(py).name() {
                Ok(class) => format!("reading it raised {class}"),
                Err(_) => "it cannot be read".to_owned(),
            },
        };
        let mut error = Error::invalid(parameter, why);
        if let Some(operation) = operation {
            error = error.during(operation.name);
        }
        to_python(py, &error)
    }
}

impl From<PyErr> for Refused {
    fn from(raised: PyErr) -> Self {
        Self::Raised(raised)
    }
}

fn refuse<T>(why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::Because(why.into()))
}

fn convert(value: &Bound<'_, PyAny>, levels: u32) -> Result<Value, Refused> {
    if levels == 0 {
        return refuse("it is nested too deeply, or holds itself");
    }
    if let Ok(text) = value.cast::<PyString>() {
        return match text.to_str() {
            Ok(text) => Ok(text.into()),
            Err(_) => refuse("the text is not valid Unicode"),
        };
    }
    if value.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(flag.is_true().into());
    }
    if value.is_instance_of::<PyInt>() {
        let number =
            value.extract::<i64>().map(Value::from).or_else(|_| value.extract::<u64>().map(Value::from));
        return number.or_else(|_| refuse("the number is too large"));
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        return match Number::from_f64(number.value()) {
            Some(number) => Ok(Value::Number(number)),
            None => refuse("expected a finite number"),
        };
    }
    if let Ok(mapping) = value.cast::<PyMapping>() {
        let mut object = Map::new();
        for item in mapping.items()?.iter() {
            let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item.extract()?;
            let Ok(name) = name.extract::<String>() else { return refuse("expected texts as keys") };
            object.insert(name, convert(&value, levels - 1)?);
        }
        return Ok(Value::Object(object));
    }
    if !is_bytes(value) && value.cast::<PySequence>().is_ok() {
        return list(value, levels, false);
    }
    let class = value.get_type().name().map_or_else(|_| "value".to_owned(), |name| name.to_string());
    refuse(format!("a value of type {class} cannot be sent; give a text, number, flag, list or dict"))
}
