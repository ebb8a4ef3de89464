//! The service: orders of an account.

use crate::code::SECOND;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Draft,
    /// Validated, and issued at this time.
    Pending(u64),
    Issued,
    Cancelled,
}

#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) serial: u32,
    pub(crate) at: u64,
    /// When lists have it.
    pub(crate) listed_at: u64,
    pub(crate) state: State,
    /// When its certificate ends.
    pub(crate) not_after: u64,
    /// Whether the store has had it as the certificate in use.
    pub(crate) was_installed: bool,
    /// Sent by a host that was held up until another one had taken over.
    pub(crate) is_late: bool,
    /// Whether a second live order came of it, or it is one.
    pub(crate) is_double: bool,
}

impl Made {
    pub(crate) fn state_at(&self, now: u64) -> State {
        match self.state {
            State::Pending(at) if at <= now => State::Issued,
            state => state,
        }
    }

    pub(crate) fn is_live(&self, now: u64) -> bool {
        !matches!(self.state, State::Cancelled) && self.not_after > now
    }
}

#[derive(Debug, Default)]
pub(crate) struct Service {
    pub(crate) orders: Vec<Made>,
    /// The orders of each entry, the oldest first.
    pub(crate) of_entry: Vec<Vec<u32>>,
    pub(crate) out_until: u64,
}

impl Service {
    pub(crate) fn make(&mut self, entry: u32, made: Made) -> u32 {
        let id = self.orders.len() as u32;
        self.orders.push(made);
        self.of_entry[entry as usize].push(id);
        id
    }

    /// Live orders of an entry that lists have.
    pub(crate) fn listed(&self, entry: u32, now: u64) -> impl Iterator<Item = u32> + '_ {
        let all = self.of_entry[entry as usize].iter().copied();
        all.filter(move |id| {
            let made = &self.orders[*id as usize];
            made.is_live(now) && made.listed_at <= now
        })
    }

    /// Orders of an entry that may become a certificate, or have, and are not in use nor were.
    pub(crate) fn open(&self, entry: u32, now: u64) -> impl Iterator<Item = u32> + '_ {
        let all = self.of_entry[entry as usize].iter().copied();
        all.filter(move |id| {
            let made = &self.orders[*id as usize];
            made.is_live(now) && !made.was_installed
        })
    }

    /// Issuing takes from some seconds to a minute.
    pub(crate) fn verify(&mut self, id: u32, now: u64, chance: f64) {
        let made = &mut self.orders[id as usize];
        if made.state == State::Draft {
            made.state = State::Pending(now + 2 * SECOND + (chance * chance * 58.0 * SECOND as f64) as u64);
        }
    }
}
