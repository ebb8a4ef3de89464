//! An operation on its own thread. Its events are pulled.

use std::time::{Duration, Instant};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyType;
use zerossl::{EventType, Next, Op};

use crate::errors::to_python;
use crate::gate;
use crate::guard::guarded;
use crate::record;

/// How often a wait checks for signals.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A running operation. It is cancelled when no reference to it is left.
#[pyclass(frozen, name = "Op", module = "libzerossl._native")]
pub(crate) struct NativeOp {
    op: Op,
    /// The class for events of type `page`.
    page: Option<Py<PyType>>,
}

#[pymethods]
impl NativeOp {
    /// The end, an event, no news in the given time, or a line of the log with its data.
    #[classattr]
    const DONE: u8 = 0;
    #[classattr]
    const EVENT: u8 = 1;
    #[classattr]
    const PENDING: u8 = 2;
    #[classattr]
    const LOG: u8 = 3;

    /// Waits for the next event, at most `timeout` seconds; without a timeout as long as it takes.
    #[pyo3(signature = (timeout=None))]
    fn next<'py>(&self, py: Python<'py>, timeout: Option<f64>) -> PyResult<(u8, Option<Bound<'py, PyAny>>)> {
        guarded(py, || {
            let end = end(timeout)?;
            let outcome = self.wait(py, end);
            if outcome.is_err() {
                self.op.cancel();
            }
            outcome
        })
    }

    /// Its descriptor, for event loops: readable while `next` has news. It must not be closed.
    fn fd(&self, py: Python<'_>) -> PyResult<i32> {
        guarded(py, || self.op.fd().map_err(|error| to_python(py, &error)))
    }

    /// Answers an event that asks; from any thread.
    fn reply(&self, py: Python<'_>, reply: &str) -> PyResult<()> {
        guarded(py, || self.op.reply(reply).map_err(|error| to_python(py, &error)))
    }

    /// Cancels; from any thread.
    fn cancel(&self) {
        self.op.cancel();
    }

    /// What the operation returned; may be called several times.
    fn result<'py>(&self, py: Python<'py>, answer: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
        guarded(py, || match self.op.result() {
            Ok(json) => record::make(answer, json),
            Err(error) => Err(to_python(py, &error)),
        })
    }
}

impl NativeOp {
    pub(crate) fn new(op: Op, page: Option<Py<PyType>>) -> Self {
        Self { op, page }
    }

    fn wait<'py>(&self, py: Python<'py>, end: Option<Instant>) -> PyResult<(u8, Option<Bound<'py, PyAny>>)> {
        loop {
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let slice = left.map_or(POLL_INTERVAL, |left| left.min(POLL_INTERVAL));
            let next =
                gate::detached(py, || self.op.next(Some(slice))).map_err(|error| to_python(py, &error))?;
            py.check_signals()?;
            match next {
                Next::Event(event) => match event.kind() {
                    EventType::Log => {
                        return Ok((Self::LOG, Some(event.into_json().into_pyobject(py)?.into_any())));
                    }
                    kind => {
                        let event = match &self.page {
                            Some(page) if kind == EventType::Page => {
                                record::make(page.bind(py), event.into_json())?
                            }
                            _ => event.into_json().into_pyobject(py)?.into_any(),
                        };
                        return Ok((Self::EVENT, Some(event)));
                    }
                },
                Next::Done => return Ok((Self::DONE, None)),
                Next::Pending if left.is_some_and(|left| left <= slice) => return Ok((Self::PENDING, None)),
                Next::Pending => {}
            }
        }
    }
}

fn end(timeout: Option<f64>) -> PyResult<Option<Instant>> {
    let Some(seconds) = timeout else { return Ok(None) };
    let timeout = Duration::try_from_secs_f64(seconds)
        .map_err(|_| PyValueError::new_err("timeout: expected a number of seconds that is not negative"))?;
    Ok(Instant::now().checked_add(timeout))
}
