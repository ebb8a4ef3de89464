//! Answers that replace the sandbox's own, and quirks, for a number of calls of an operation.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::quirk::{Effects, Quirk};
use crate::reply::Reply;
use crate::routes;

/// A misbehaviour of the next calls.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The operation that it applies to, by name; any if absent.
    pub operation: Option<String>,
    /// How many calls it applies to; `usize::MAX` means all.
    pub times: usize,
    /// Whether the operation is carried out.
    pub when: When,
    /// The answer to the client.
    pub reply: Reply,
}

/// Whether a call with a [`Fault`] is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// It is not carried out.
    Before,
    /// It is carried out, and only its answer is replaced.
    After,
    /// It is carried out some time after it was answered, by the sandbox's clock: for example a create that
    /// commits after the caller has given up.
    Late {
        /// The delay.
        by: Duration,
    },
}

/// The faults and quirks for the next calls.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Queues>);

#[derive(Default)]
struct Queues {
    faults: Vec<Fault>,
    quirks: Vec<Quirk>,
}

fn check(operation: Option<&str>) -> io::Result<()> {
    match operation {
        Some(name) if !routes::is_operation(name) => {
            let text =
                format!("there is no operation {name}: it is one of {}", routes::operations().join(", "));
            Err(io::Error::new(io::ErrorKind::InvalidInput, text))
        }
        _ => Ok(()),
    }
}

impl Faults {
    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, fault: Fault) -> io::Result<()> {
        check(fault.operation.as_deref())?;
        self.queues().faults.push(fault);
        Ok(())
    }

    pub(crate) fn add_quirk(&self, quirk: Quirk) -> io::Result<()> {
        check(quirk.operation.as_deref())?;
        if let Some(operation) = &quirk.operation
            && !quirk.effect.suits(operation)
        {
            let text = format!("{:?} makes no sense for {operation}", quirk.effect);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        self.queues().quirks.push(quirk);
        Ok(())
    }

    /// The first fault for a call of this operation. It is counted as used once.
    pub(crate) fn take_fault(&self, operation: Option<&str>) -> Option<Fault> {
        let mut queues = self.queues();
        let fault = queues.faults.iter_mut().find(|fault| {
            fault.times > 0 && fault.operation.as_deref().is_none_or(|name| Some(name) == operation)
        })?;
        let taken = fault.clone();
        use_up(&mut fault.times);
        queues.faults.retain(|fault| fault.times > 0);
        Some(taken)
    }

    /// All quirks for a call of this operation. Each is counted as used once.
    pub(crate) fn take_effects(&self, operation: &str) -> Effects {
        let mut queues = self.queues();
        let mut effects = Effects::default();
        for quirk in &mut queues.quirks {
            let applies = quirk.operation.as_deref().is_none_or(|name| name == operation);
            if applies && quirk.effect.suits(operation) {
                effects.0.push(quirk.effect);
                use_up(&mut quirk.times);
            }
        }
        queues.quirks.retain(|quirk| quirk.times > 0);
        effects
    }

    pub(crate) fn clear(&self) {
        *self.queues() = Queues::default();
    }

    pub(crate) fn all(&self) -> (Vec<Fault>, Vec<Quirk>) {
        let queues = self.queues();
        (queues.faults.clone(), queues.quirks.clone())
    }
}

/// Counts down, except from the largest number, which means always.
fn use_up(times: &mut usize) {
    if *times != usize::MAX {
        *times = times.saturating_sub(1);
    }
}
