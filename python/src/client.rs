//! The client. It calls operations by name, and releases the interpreter for other threads during a call.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use serde_json::Value;
use zerossl::{Client, ClientBuilder, Error, Kind, OPERATIONS, Operation};

use crate::cancel_token::CancelToken;
use crate::errors::to_python;
use crate::gate;
use crate::guard::guarded;
use crate::interrupt::Interrupt;
use crate::op::NativeOp;
use crate::{parameters, record};

/// A client of the service.
#[pyclass(frozen, name = "Client", module = "libzerossl._native")]
pub(crate) struct NativeClient {
    /// None once it is closed. Only locked while attached, so a fork never finds it locked.
    client: Mutex<Option<Client>>,
}

#[pymethods]
impl NativeClient {
    #[new]
    fn new(py: Python<'_>, settings: &Bound<'_, PyDict>) -> PyResult<Self> {
        guarded(py, || {
            let given = parameters::read(settings, None)?;
            // System roots are read from files.
            let client = gate::detached(py, || ClientBuilder::from_json(given)?.build());
            client.map(Self::with).map_err(|error| to_python(py, &error))
        })
    }

    /// Runs an operation by its name.
    #[pyo3(signature = (operation, answer, parameters, /))]
    fn call<'py>(
        &self,
        py: Python<'py>,
        operation: &str,
        answer: &Bound<'py, PyType>,
        parameters: &Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        guarded(py, || {
            let client = self.client(py, operation)?;
            let given = parameters::read(parameters, find(operation))?;
            let interrupt = Interrupt::new();
            let client = client.cancelled_by(&token(&interrupt));
            let outcome = gate::detached(py, || client.call(operation, given));
            match (outcome, interrupt.take()) {
                (Ok(json), None) => record::make(answer, json),
                (Err(error), None) => Err(to_python(py, &error)),
                (Ok(_), Some(raised)) => Err(raised),
                (Err(error), Some(raised)) => {
                    // What the interrupted call left behind, such as an order that may have been created.
                    raised.set_cause(py, Some(to_python(py, &error)));
                    Err(raised)
                }
            }
        })
    }

    /// Starts an operation on its own thread; events of type `page` become a `page`.
    #[pyo3(signature = (operation, parameters, page, /))]
    fn start(
        &self,
        py: Python<'_>,
        operation: &str,
        parameters: &Bound<'_, PyDict>,
        page: Py<PyType>,
    ) -> PyResult<NativeOp> {
        guarded(py, || {
            let client = self.client(py, operation)?;
            let given = parameters::read(parameters, find(operation))?;
            let op = client.start(operation, given).map_err(|error| to_python(py, &error))?;
            Ok(NativeOp::new(op, Some(page)))
        })
    }

    /// Like `call`, but on its own thread, with log lines as events: so no log handler of the caller runs
    /// while native code is on the stack.
    #[pyo3(signature = (operation, parameters, /))]
    fn start_call(
        &self,
        py: Python<'_>,
        operation: &str,
        parameters: &Bound<'_, PyDict>,
    ) -> PyResult<NativeOp> {
        guarded(py, || {
            let client = self.client(py, operation)?;
            let given = parameters::read(parameters, find(operation))?;
            let op = client.start_call(operation, given).map_err(|error| to_python(py, &error))?;
            Ok(NativeOp::new(op, None))
        })
    }

    /// Checks the parameters of an operation without running it, and returns them as JSON.
    #[pyo3(signature = (operation, parameters, /))]
    fn check(&self, py: Python<'_>, operation: &str, parameters: &Bound<'_, PyDict>) -> PyResult<String> {
        guarded(py, || {
            let client = self.client(py, operation)?;
            let given = parameters::read(parameters, find(operation))?;
            let text = Value::Object(given.clone()).to_string();
            client.check(operation, given).map_err(|error| to_python(py, &error))?;
            Ok(text)
        })
    }

    /// The same client, whose calls also end when this token is cancelled.
    fn cancelled_by(&self, py: Python<'_>, token: &CancelToken) -> PyResult<Self> {
        guarded(py, || Ok(Self::with(self.client(py, "")?.cancelled_by(&token.0))))
    }

    /// Moves the calendar, for a rehearsal with a sandbox.
    fn advance_clock(&self, py: Python<'_>, seconds: f64) -> PyResult<()> {
        guarded(py, || {
            let by = Duration::try_from_secs_f64(seconds).map_err(|error| {
                PyValueError::new_err(format!("expected how far forwards, in seconds: {error}"))
            })?;
            self.client(py, "")?.advance_clock(by).map_err(|error| to_python(py, &error))
        })
    }

    /// Running calls are not affected; new ones are refused.
    fn close(&self) {
        self.slot().take();
    }

    fn __repr__(&self) -> String {
        match &*self.slot() {
            Some(client) => format!("{client:?}"),
            None => "Client(closed)".to_owned(),
        }
    }

    #[expect(clippy::unused_self, reason = "Python calls it as a method")]
    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guarded(py, || {
            Err(PyTypeError::new_err(
                "a client cannot be pickled or copied: it holds the access key and connections",
            ))
        })
    }
}

impl NativeClient {
    fn with(client: Client) -> Self {
        Self { client: Mutex::new(Some(client)) }
    }

    fn client(&self, py: Python<'_>, operation: &str) -> PyResult<Client> {
        self.slot().clone().ok_or_else(|| {
            let error = Error::new(Kind::InvalidArgument, "the client is closed; make a new one");
            let error = match find(operation) {
                Some(operation) => error.during(operation.name),
                None => error,
            };
            to_python(py, &error)
        })
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Client>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn token(interrupt: &Interrupt) -> zerossl::CancelToken {
    let interrupt = interrupt.clone();
    zerossl::CancelToken::asking(move || interrupt.is_due())
}

fn find(operation: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().copied().find(|known| known.name == operation)
}
