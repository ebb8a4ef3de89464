//! How many orders a run of `renew_all` may make.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::cancel::CancelToken;
use crate::mailbox::{Found, Mail, mailbox};

/// Counts the orders that were made, not those that were refused.
#[derive(Debug)]
pub(crate) struct Budget(Mutex<Permits>);

#[derive(Debug)]
struct Permits {
    left: u64,
    /// Permits of which it is not known yet whether they become an order.
    open: u64,
    /// Those who wait for a change. They are told of it by their mail's end.
    waiting: Vec<Mail<()>>,
}

/// A permit for one order. It is given back unless it is used.
#[derive(Debug)]
pub(crate) struct Permit {
    budget: Arc<Budget>,
    is_used: bool,
}

impl Budget {
    pub(crate) fn new(orders: u64) -> Self {
        Self(Mutex::new(Permits { left: orders, open: 0, waiting: Vec::new() }))
    }

    /// Takes a permit. None if all orders are made. Waits while another permit may still be given back.
    pub(crate) fn take(self: &Arc<Self>, cancel: &CancelToken, end: Option<Instant>) -> Option<Permit> {
        let mut state = self.state();
        while state.left == 0 {
            if state.open == 0 {
                return None;
            }
            let (mail, mailbox) = mailbox().ok()?;
            state.waiting.push(mail);
            drop(state);
            if matches!(mailbox.wait(cancel, end), Found::Cancelled | Found::Over) {
                return None;
            }
            state = self.state();
        }
        state.left -= 1;
        state.open += 1;
        Some(Permit { budget: Arc::clone(self), is_used: false })
    }

    fn state(&self) -> MutexGuard<'_, Permits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        state.waiting.clear();
    }
}
