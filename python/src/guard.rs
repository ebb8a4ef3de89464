//! No panic reaches Python: pyo3 would raise it as a `BaseException` that nobody catches.
//!
//! Every function that Python calls and that has anything of Python in its signature is guarded as a whole
//! (`tests/python/test_guard.py` checks this). The others only use Rust values.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;
use zerossl::{Error, Kind};

use crate::errors;
use crate::gate::Inside;

/// Runs work that may run Python code; a panic becomes an `InternalError`.
pub(crate) fn guarded<T>(py: Python<'_>, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let _inside = Inside::enter(py);
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let what = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let what = what.unwrap_or("no message");
        let message = format!("a bug in libzerossl ({what}); please report this");
        Err(errors::to_python(py, &Error::new(Kind::Internal, message)))
    })
}
