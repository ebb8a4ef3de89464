//! Python values as JSON. A value without a JSON form is refused; the error names the parameter.

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyMapping, PySequence, PyString};
use serde_json::{Map, Number, Value};
use zerossl::Error;

use crate::errors::to_python;

/// No request is nested as deeply.
const MAX_DEPTH: u32 = 64;

/// Parameters of an operation, or the settings of a client, as a JSON object.
pub(crate) fn read(
    given: &Bound<'_, PyDict>,
    operation: Option<&'static str>,
) -> PyResult<Map<String, Value>> {
    let mut object = Map::with_capacity(given.len());
    for (name, value) in given {
        if value.is_none() {
            continue;
        }
        let name: String = name.extract()?;
        let value = match convert(&value, MAX_DEPTH) {
            Ok(value) => value,
            Err(refused) => return Err(refused.into_exception(given.py(), &name, operation)),
        };
        object.insert(name, value);
    }
    Ok(object)
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
    fn into_exception(self, py: Python<'_>, parameter: &str, operation: Option<&'static str>) -> PyErr {
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
            error = error.during(operation);
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
    let is_bytes =
        value.is_instance_of::<pyo3::types::PyBytes>() || value.is_instance_of::<pyo3::types::PyByteArray>();
    if !is_bytes && value.cast::<PySequence>().is_ok() {
        let mut list = Vec::new();
        for entry in value.try_iter()? {
            list.push(convert(&entry?, levels - 1)?);
        }
        return Ok(Value::Array(list));
    }
    let class = value.get_type().name().map_or_else(|_| "value".to_owned(), |name| name.to_string());
    refuse(format!("a value of type {class} cannot be sent; give a text, number, flag, list or dict"))
}
