//! The accounts of the service: each has a key, a quota, and its own
//! certificates.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::refusal::{self, Refusal};

/// The place of an account in the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Owner(pub(crate) usize);

pub(crate) struct Account {
    pub(crate) key: String,
    pub(crate) quota: usize,
    pub(crate) active: bool,
    /// When EAB credentials were handed out.
    eab_given: Vec<OffsetDateTime>,
    eab_total: usize,
}

/// An account, as a test may want to see it: without its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountSummary {
    /// Its number: 0 for the one that is there from the start.
    pub number: usize,
    /// How many certificates it may hold.
    pub quota: usize,
    /// How many places of the quota are taken.
    pub taken: usize,
    /// Whether calls with its key are answered; if not, it is 102.
    pub active: bool,
}

impl Account {
    pub(crate) fn new(key: String, quota: usize) -> Self {
        Self { key, quota, active: true, eab_given: Vec::new(), eab_total: 0 }
    }

    /// Writes down that credentials are handed out, unless there were too many.
    pub(crate) fn give_eab(&mut self, now: OffsetDateTime) -> Result<(), Refusal> {
        /// How many credentials an account gets in a day, and in all.
        const LIMITS: (usize, usize) = (100, 1000);
        self.eab_given.retain(|given| now - *given < Duration::DAY);
        if self.eab_total >= LIMITS.1 {
            return Err(refusal::TOO_MANY_EAB_CREDENTIALS_FOR_USER);
        }
        if self.eab_given.len() >= LIMITS.0 {
            return Err(refusal::TOO_MANY_EAB_CREDENTIALS_TODAY);
        }
        self.eab_given.push(now);
        self.eab_total += 1;
        Ok(())
    }
}
