//! How far all walks went.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::world::Scene;

/// What all walks did.
#[derive(Debug, Default)]
pub(super) struct Tally {
    walks: usize,
    actions: usize,
    steps: usize,
    occurred: BTreeMap<&'static str, usize>,
    states: BTreeSet<String>,
}

/// What occurs in a short run as well.
const KINDS: [&str; 13] = [
    "E",
    "power cut",
    "killed",
    "engine",
    "another",
    "service: ",
    "clock",
    "daily",
    "recovered",
    "the hook ran",
    "copies",
    "a key",
    "a CSR",
];
/// What occurs in a long run: the names of all troubles and events.
const ALL: [&str; 46] = [
    "ENOSPC",
    "EIO",
    "EROFS",
    "EDQUOT",
    "power cut after a call",
    "power cut after a create",
    "killed in a call",
    "power cut, contents lost",
    "power cut, all lost",
    "power cut on a disk that lies",
    "engine",
    "another process or host",
    "service: answer lost",
    "service: not carried out",
    "service: answer cut",
    "service: 504",
    "service: HTML",
    "service: an empty object",
    "service: 429",
    "service: a refusal",
    "service: carried out late",
    "revoked by a person",
    "cancelled by a person",
    "restored from a backup",
    "a website is down",
    "quota",
    "issue delay",
    "clock forward",
    "clock back",
    "clock ahead",
    "daily runs",
    "recovered",
    "recovered with another key",
    "recovered from a cancelled order",
    "the hook ran",
    "a hook fails",
    "a hook that fails comes first",
    "redeployed",
    "removed without `force`",
    "removed and revoked",
    "copies in place of a link",
    "absent in a change of the layout",
    "a key of the caller",
    "a CSR of the caller",
    "calls that worked",
    "calls with an error",
];

impl Tally {
    pub(super) fn add(&mut self, world: &Scene, actions: usize) {
        self.walks += 1;
        self.actions += actions;
        self.steps += world.steps;
        self.states.extend(world.states.iter().cloned());
        for (what, times) in &world.occurred {
            *self.occurred.entry(what).or_default() += times;
        }
    }

    pub(super) fn steps(&self) -> u64 {
        self.steps as u64
    }

    /// What did not occur was not tested.
    pub(super) fn assert_each_kind_occurred(&self) {
        for kind in KINDS {
            let has_one = self.occurred.keys().any(|what| what.starts_with(kind));
            assert!(has_one, "{kind} did not occur: {self}");
        }
    }

    /// Something that did not occur.
    pub(super) fn missing(&self) -> Option<&'static str> {
        ALL.into_iter().find(|what| !self.occurred.contains_key(what))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} walks, {} actions, {} steps", self.walks, self.actions, self.steps)?;
        self.occurred.iter().try_for_each(|(what, times)| writeln!(f, "{times:>8} {what}"))?;
        writeln!(f, "{} states of an entry:", self.states.len())?;
        self.states.iter().try_for_each(|state| writeln!(f, "         {state}"))
    }
}
