//! Ctrl-C during a call: signal handlers of Python run on the main thread, when it looks.
//!
//! The core asks its token at every read and write and in every wait, on the thread of the call. So the question is
//! asked here whether a handler raised something: not at once, so that a quick call never attaches to the interpreter.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::gate;

const LOOK_EVERY: Duration = Duration::from_millis(45);

/// What Python raised while a call was under way.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    next_look: Instant,
    raised: Option<PyErr>,
}

impl Interrupt {
    pub(crate) fn new() -> Self {
        let state = State { next_look: Instant::now() + LOOK_EVERY, raised: None };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Whether the call should end: some handler raised, or the interpreter is going away.
    pub(crate) fn is_due(&self) -> bool {
        {
            let mut state = self.state();
            let now = Instant::now();
            if now < state.next_look {
                return state.raised.is_some();
            }
            state.next_look = now + LOOK_EVERY;
        }
        // Not under the lock: a handler may run anything.
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method alone is for one lifetime only"
        )]
        let looked = gate::attached(|py| py.check_signals());
        match looked {
            Some(Ok(())) => self.state().raised.is_some(),
            Some(Err(raised)) => {
                self.raise(raised);
                true
            }
            None => true,
        }
    }

    /// Notes what was raised; the first one stands.
    pub(crate) fn raise(&self, raised: PyErr) {
        let mut state = self.state();
        state.raised.get_or_insert(raised);
        state.next_look = Instant::now();
    }

    pub(crate) fn take(&self) -> Option<PyErr> {
        self.state().raised.take()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
