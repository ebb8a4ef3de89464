//! Ctrl-C during a call: Python runs signal handlers on the main thread, when that thread checks for signals.
//!
//! The core polls its token at every read and write and in every wait, on the thread of the call. Each poll
//! may check for signals, and so learn whether a handler raised an exception. The first check comes late, so
//! that a quick call never attaches to the interpreter.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::gate;

const POLL_INTERVAL: Duration = Duration::from_millis(45);

/// What Python raised during a call.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    next_poll: Instant,
    raised: Option<PyErr>,
}

impl Interrupt {
    pub(crate) fn new() -> Self {
        let state = State { next_poll: Instant::now() + POLL_INTERVAL, raised: None };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Whether the call should end: a handler raised an exception, or the interpreter ends.
    pub(crate) fn is_due(&self) -> bool {
        {
            let mut state = self.state();
            let now = Instant::now();
            if now < state.next_poll {
                return state.raised.is_some();
            }
            state.next_poll = now + POLL_INTERVAL;
        }
        // Without the lock: a handler may run any code.
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method alone is for one lifetime only"
        )]
        let checked = gate::attached(|py| py.check_signals());
        match checked {
            Some(Ok(())) => self.state().raised.is_some(),
            Some(Err(raised)) => {
                self.raise(raised);
                true
            }
            None => true,
        }
    }

    /// Records an exception; the first one is kept.
    pub(crate) fn raise(&self, raised: PyErr) {
        let mut state = self.state();
        state.raised.get_or_insert(raised);
        state.next_poll = Instant::now();
    }

    pub(crate) fn take(&self) -> Option<PyErr> {
        self.state().raised.take()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
