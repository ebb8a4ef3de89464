//! The token with which one thread ends the calls of another.

use pyo3::prelude::*;

/// Ends the calls of clients that were made with ``Client.cancelled_by``; from any thread.
///
/// A token that was cancelled stays so.
#[pyclass(frozen, module = "libzerossl")]
#[derive(Debug, Default)]
pub(crate) struct CancelToken(pub(crate) zerossl::CancelToken);

#[pymethods]
impl CancelToken {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Cancels; may be called several times. A wait ends within 50 milliseconds.
    fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether it was cancelled.
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn __repr__(&self) -> &'static str {
        if self.is_cancelled() { "<CancelToken: cancelled>" } else { "<CancelToken>" }
    }
}
