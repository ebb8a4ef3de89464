//! The native half of the Python package: it passes names and JSON to the core, and returns answers and
//! errors.
//!
//! It has no code for single operations. Names, types and docstrings are in the Python half.

#![forbid(unsafe_code)]

mod cancel_token;
mod client;
mod command;
mod errors;
mod field;
mod gate;
mod guard;
mod interrupt;
mod op;
mod parameters;
mod record;
mod scan;
mod value;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The native half of libzerossl.
#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::cancel_token::CancelToken;
    #[pymodule_export]
    use super::client::NativeClient;
    #[pymodule_export]
    use super::command::run_command;
    #[pymodule_export]
    use super::field::Field;
    #[pymodule_export]
    use super::op::NativeOp;
    #[pymodule_export]
    use super::record::Record;
    #[pymodule_export]
    use super::{describe, panic, prometheus};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        // A panic becomes an exception; nothing is written to the host's stderr. The hook affects only this
        // library, which has its own copy of the standard library.
        std::panic::set_hook(Box::new(|_| {}));
        super::gate::install(module.py())?;
        module.add("VERSION", zerossl::VERSION)
    }
}

/// The tables of the core as one JSON text.
#[pyfunction]
fn describe() -> String {
    zerossl::describe().to_string()
}

/// The JSON form of `Entries` as metrics.
#[pyfunction]
fn prometheus(py: Python<'_>, entries: &str) -> PyResult<String> {
    guard::guarded(py, || {
        let entries: zerossl::Entries = serde_json::from_str(entries)
            .map_err(|error| PyValueError::new_err(format!("no answer of list_entries: {error}")))?;
        Ok(entries.to_prometheus())
    })
}

/// Panics, so that tests can check that a panic becomes an `InternalError`.
#[pyfunction]
fn panic(py: Python<'_>) -> PyResult<()> {
    guard::guarded(py, || std::panic::panic_any("asked for by a test"))
}
