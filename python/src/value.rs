//! JSON values as Python values.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDateTime, PyDict, PyList, PyString, PyTzInfo};

/// The Python value of a JSON text: simple ones are read here, others by `json.loads`.
pub(crate) fn to_python<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    match json {
        "null" => Ok(py.None().into_bound(py)),
        "true" | "false" => Ok(PyBool::new(py, json == "true").to_owned().into_any()),
        "[]" => Ok(PyList::empty(py).into_any()),
        _ => match plain_text(json) {
            Some(text) => Ok(PyString::new(py, text).into_any()),
            None => loads(py, json),
        },
    }
}

/// A list or dict as one that cannot be changed; other values as they are.
pub(crate) fn frozen(value: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
    static FREEZE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyDict>() {
        let py = value.py();
        return FREEZE.import(py, "libzerossl.frozen", "freeze")?.call1((value,));
    }
    Ok(value)
}

/// A list of what cannot be changed itself.
pub(crate) fn frozen_list<'py>(list: &Bound<'py, PyList>) -> PyResult<Bound<'py, PyAny>> {
    static LIST: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    LIST.import(list.py(), "libzerossl.frozen", "FrozenList")?.call1((list,))
}

pub(crate) fn loads<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    LOADS.import(py, "json", "loads")?.call1((json,))
}

/// A time as an aware `datetime`; anything else as it is.
pub(crate) fn to_time<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    if let Some([year, month, day, hour, minute, second, micros]) = plain_text(json).and_then(parse_time) {
        let utc = PyTzInfo::utc(py)?;
        let part = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
        let time = PyDateTime::new(
            py,
            i32::try_from(year).unwrap_or_default(),
            part(month),
            part(day),
            part(hour),
            part(minute),
            part(second),
            micros,
            Some(&utc),
        );
        // Python's `datetime` cannot hold every time: not a leap second, not the year 0.
        if let Ok(time) = time {
            return Ok(time.into_any());
        }
    }
    to_python(py, json)
}

/// A JSON text that holds no escape.
fn plain_text(json: &str) -> Option<&str> {
    let text = json.strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains('\\')).then_some(text)
}

/// `2026-02-09T23:59:59Z`, as the core writes times, perhaps with a fraction.
fn parse_time(text: &str) -> Option<[u32; 7]> {
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let micros = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    let mut parts = date.splitn(3, '-').chain(clock.splitn(3, ':'));
    let mut next =
        || parts.next().filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok();
    Some([next()?, next()?, next()?, next()?, next()?, next()?, micros])
}
