//! The command `zerossl`, for the console script.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::{gate, guard};

/// Runs the command with these arguments, the program's name first, and returns its exit status. SIGINT and SIGTERM are
/// the command's from then on, for the whole process.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<u8> {
    guard::guarded(py, || Ok(gate::detached(py, || zerossl_cli::main(arguments))))
}
