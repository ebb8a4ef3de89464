//! Answers that a test puts in place of the sandbox's own, and other oddities
//! by operation and count.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::quirk::{Met, Quirk};
use crate::reply::Reply;
use crate::routes;

/// A misbehaviour to come.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The operation that it strikes, by name; any if absent.
    pub operation: Option<String>,
    /// How many calls it strikes; `usize::MAX` is all.
    pub times: usize,
    /// Whether the operation is carried out all the same.
    pub when: When,
    /// What the client gets.
    pub reply: Reply,
}

/// Whether a call that a [`Fault`] strikes is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// It is not carried out.
    Before,
    /// It is carried out, and only its answer is replaced.
    After,
    /// It is carried out some time after it was answered, by the sandbox's
    /// clock: a create that commits when the caller has given up.
    Late {
        /// How long after.
        by: Duration,
    },
}

/// Faults and quirks still to come.
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

    /// The first fault that strikes a call of this operation, used up once.
    pub(crate) fn strike(&self, operation: Option<&str>) -> Option<Fault> {
        let mut queues = self.queues();
        let fault = queues.faults.iter_mut().find(|fault| {
            fault.times > 0 && fault.operation.as_deref().is_none_or(|name| Some(name) == operation)
        })?;
        let struck = fault.clone();
        use_up(&mut fault.times);
        queues.faults.retain(|fault| fault.times > 0);
        Some(struck)
    }

    /// All that is odd about a call of this operation, used up once.
    pub(crate) fn meet(&self, operation: &str) -> Met {
        let mut queues = self.queues();
        let mut met = Met::default();
        for quirk in &mut queues.quirks {
            let strikes = quirk.operation.as_deref().is_none_or(|name| name == operation);
            if strikes && quirk.effect.suits(operation) {
                met.0.push(quirk.effect);
                use_up(&mut quirk.times);
            }
        }
        queues.quirks.retain(|quirk| quirk.times > 0);
        met
    }

    pub(crate) fn clear(&self) {
        *self.queues() = Queues::default();
    }

    pub(crate) fn all(&self) -> (Vec<Fault>, Vec<Quirk>) {
        let queues = self.queues();
        (queues.faults.clone(), queues.quirks.clone())
    }
}

/// Once less; the largest number is always.
fn use_up(times: &mut usize) {
    if *times != usize::MAX {
        *times = times.saturating_sub(1);
    }
}
