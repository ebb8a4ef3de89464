//! How many orders a run of `renew_all` may make.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::cancel::CancelToken;

/// How long a wait may last before it checks the token again.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Counts the orders that were made, not those that were refused.
#[derive(Debug)]
pub(crate) struct Budget {
    state: Mutex<Permits>,
    changed: Condvar,
}

#[derive(Debug)]
struct Permits {
    left: u64,
    /// Permits of which it is not known yet whether they become an order.
    open: u64,
}

/// A permit for one order. It is given back unless it is used.
#[derive(Debug)]
pub(crate) struct Permit {
    budget: Arc<Budget>,
    is_used: bool,
}

impl Budget {
    pub(crate) fn new(orders: u64) -> Self {
        Self { state: Mutex::new(Permits { left: orders, open: 0 }), changed: Condvar::new() }
    }

    /// Takes a permit. None if all orders are made. Waits while another permit may still be given back.
    pub(crate) fn take(self: &Arc<Self>, cancel: &CancelToken, end: Option<Instant>) -> Option<Permit> {
        let mut state = self.state();
        while state.left == 0 {
            let is_over = end.is_some_and(|end| Instant::now() >= end);
            if state.open == 0 || is_over || cancel.is_cancelled() {
                return None;
            }
            let waited = self.changed.wait_timeout(state, POLL_INTERVAL);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.left -= 1;
        state.open += 1;
        Some(Permit { budget: Arc::clone(self), is_used: false })
    }

    fn state(&self) -> MutexGuard<'_, Permits> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// An order was made, or may have been.
    pub(crate) fn use_up(mut self) {
        self.is_used = true;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.budget.state();
        state.open -= 1;
        state.left += u64::from(!self.is_used);
        self.budget.changed.notify_all();
    }
}
