//! Errors of the core as exceptions: the classes are in `libzerossl.errors`.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use zerossl::Error;

/// The exception for an error of the core; if creating it fails, the exception of that failure.
pub(crate) fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    static FROM_JSON: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = FROM_JSON.import(py, "libzerossl.errors", "from_json");
    match make.and_then(|make| make.call1((error.to_json(),))) {
        Ok(exception) => PyErr::from_value(exception),
        Err(failure) => failure,
    }
}
