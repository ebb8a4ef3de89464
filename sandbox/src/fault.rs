//! Answers that a test puts in place of the sandbox's own.

use std::sync::{Mutex, PoisonError};

use crate::reply::Reply;

/// A misbehaviour to come.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The operation that it strikes, by name; any if absent.
    pub operation: Option<String>,
    /// How many calls it strikes.
    pub times: usize,
    /// Whether the operation is carried out all the same.
    pub when: When,
    /// What the client gets.
    pub reply: Reply,
}

/// Whether a call that a [`Fault`] strikes is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// It is not carried out.
    Before,
    /// It is carried out, and only its answer is replaced.
    After,
}

#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// The first fault that strikes a call of this operation, used up once.
    pub(crate) fn strike(&self, operation: Option<&str>) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = faults.iter_mut().find(|fault| {
            fault.times > 0 && fault.operation.as_deref().is_none_or(|name| Some(name) == operation)
        })?;
        fault.times -= 1;
        Some(fault.clone())
    }
}
