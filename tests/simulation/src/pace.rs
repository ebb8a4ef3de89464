//! The requests that a host may send, and its share of the account's: as `core/src/pace.rs` and
//! `core/src/obtain/fleet/account.rs` have it.

use std::collections::{BTreeMap, VecDeque};

use crate::code::{DEADLINE, REQUESTS_PER_SECOND, SECOND, SILENCE, TIMEOUT};

/// The pace of one client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    taken: VecDeque<u64>,
    shares: u64,
}

impl Pace {
    pub(crate) fn share_among(&mut self, runs: u64) {
        self.shares = runs.max(1);
    }

    /// When the next request may be sent. None if that is after its time-out.
    pub(crate) fn take(&mut self, now: u64, is_even: bool) -> Option<u64> {
        let shares = self.shares.max(1);
        let all = REQUESTS_PER_SECOND as u64;
        let (most, window) = if is_even {
            let most = (all / shares).max(1);
            (most as usize, most * shares * SECOND / all)
        } else {
            (REQUESTS_PER_SECOND, SECOND * shares)
        };
        while self.taken.len() > most {
            self.taken.pop_front();
        }
        let at = match self.taken.front() {
            Some(oldest) if self.taken.len() == most => now.max(oldest + window),
            _ => now,
        };
        if at >= now + if is_even { DEADLINE } else { TIMEOUT } {
            return None;
        }
        if self.taken.len() == most {
            self.taken.pop_front();
        }
        self.taken.push_back(at);
        Some(at)
    }
}

/// The account's record: runs, and how often each has shown itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs {
    pub(crate) version: u32,
    pub(crate) shown: BTreeMap<u32, u64>,
}

/// What one run knows of the others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Others(BTreeMap<u32, (u64, u64)>);

impl Others {
    pub(crate) fn is_gone(&self, run: u32, now: u64) -> bool {
        self.0.get(&run).is_some_and(|(_, since)| now - since >= SILENCE)
    }

    pub(crate) fn look_at(&mut self, runs: &BTreeMap<u32, u64>, own: u32, now: u64) {
        self.0.retain(|run, _| runs.contains_key(run));
        for (run, shown) in runs.iter().filter(|(run, _)| **run != own) {
            let seen = self.0.entry(*run).or_insert((*shown, now));
            if seen.0 != *shown {
                *seen = (*shown, now);
            }
        }
    }

    /// How many runs there are, with the own one.
    pub(crate) fn runs(&self, now: u64) -> u64 {
        1 + self.0.values().filter(|(_, since)| now - since < SILENCE).count() as u64
    }
}
