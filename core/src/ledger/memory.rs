//! A store in memory, for tests: with faults.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Fetched, Ledger, Swap, Version};
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is carried out, and the answer is lost.
    AnswerLost,
    /// It does not reach the engine.
    Unreachable,
}

/// Chooses the fault of the call with this number, by its kind (`get`, `put`, `list`, `delete`) and record.
type Chooser = dyn Fn(usize, &str, &str) -> Option<Fault> + Send + Sync;

#[derive(Default)]
pub(crate) struct Memory {
    state: Mutex<State>,
    faults: Option<Box<Chooser>>,
}

#[derive(Debug, Default)]
struct State {
    records: BTreeMap<String, (Vec<u8>, u64)>,
    writes: u64,
    calls: Vec<(&'static str, String)>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Memory {
    pub(crate) fn with_faults(
        choose: impl Fn(usize, &str, &str) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        Self { faults: Some(Box::new(choose)), ..Self::default() }
    }

    /// The calls so far: what was done to which record.
    pub(crate) fn calls(&self) -> Vec<(&'static str, String)> {
        self.state().calls.clone()
    }

    /// All that is stored.
    pub(crate) fn records(&self) -> Vec<(String, Vec<u8>)> {
        self.state().records.iter().map(|(name, (content, _))| (name.clone(), content.clone())).collect()
    }

    /// Puts back an older content, as a restored backup does.
    pub(crate) fn restore(&self, records: Vec<(String, Vec<u8>)>) {
        let mut state = self.state();
        state.records.clear();
        for (name, content) in records {
            state.writes += 1;
            let version = state.writes;
            state.records.insert(name, (content, version));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call<T>(&self, kind: &'static str, name: &str, carry_out: impl FnOnce(&mut State) -> T) -> Result<T> {
        let number = {
            let calls = &mut self.state().calls;
            calls.push((kind, name.to_owned()));
            calls.len() - 1
        };
        // Without the lock: meanwhile another host may do something.
        let fault = self.faults.as_ref().and_then(|choose| choose(number, kind, name));
        let mut state = self.state();
        let failed = |why: &str| {
            Err(Error::new(Kind::Storage, format!("{}: {why}", self.place(name))).retryable(true))
        };
        match fault {
            Some(Fault::Unreachable) => failed("the engine cannot be reached"),
            Some(Fault::AnswerLost) => {
                carry_out(&mut state);
                failed("the engine's answer was lost")
            }
            None => Ok(carry_out(&mut state)),
        }
    }
}

impl Ledger for Memory {
    fn get(&self, _: &dyn Limits, name: &str, knows: Option<&Version>) -> Result<Fetched> {
        self.call("get", name, |state| match state.records.get(name) {
            None => Fetched::Absent,
            Some((_, version)) if knows == Some(&of(*version)) => Fetched::Unchanged,
            Some((content, version)) => Fetched::Record { content: content.clone(), version: of(*version) },
        })
    }

    fn put_if(&self, _: &dyn Limits, name: &str, content: &[u8], replaces: Option<&Version>) -> Result<Swap> {
        self.call("put", name, |state| {
            let found = state.records.get(name).map(|(_, version)| of(*version));
            if found.as_ref() != replaces {
                return Swap::Refused;
            }
            state.writes += 1;
            let version = state.writes;
            state.records.insert(name.to_owned(), (content.to_vec(), version));
            Swap::Done(of(version))
        })
    }

    fn list(&self, _: &dyn Limits, prefix: &str) -> Result<Vec<(String, Version)>> {
        self.call("list", prefix, |state| {
            let found = state.records.iter().filter(|(name, _)| name.starts_with(prefix));
            found.map(|(name, (_, version))| (name.clone(), of(*version))).collect()
        })
    }

    fn delete(&self, _: &dyn Limits, name: &str) -> Result<()> {
        self.call("delete", name, |state| drop(state.records.remove(name)))
    }

    fn place(&self, name: &str) -> String {
        format!("memory://{name}")
    }
}

fn of(version: u64) -> Version {
    Version(version.to_string())
}

mod tests {
    use super::*;
    use crate::ledger::conformance::conformance;

    fn ledger() -> std::sync::Arc<dyn Ledger> {
        std::sync::Arc::new(Memory::default())
    }

    conformance!(ledger);
}
