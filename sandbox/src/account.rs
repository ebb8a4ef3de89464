//! The accounts of the service. Each has an access key, a quota, and its own certificates.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::refusal::{self, Refusal};

/// The index of an account in the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Owner(pub(crate) usize);

pub(crate) struct Account {
    pub(crate) key: String,
    pub(crate) quota: usize,
    pub(crate) active: bool,
    /// When EAB credentials were issued.
    eab_given: Vec<OffsetDateTime>,
    eab_total: usize,
}

/// An account, for tests; without its access key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountSummary {
    /// Its number: 0 for the account that exists from the start.
    pub number: usize,
    /// How many certificates it may hold.
    pub quota: usize,
    /// How many certificates count against the quota.
    pub taken: usize,
    /// Whether its access key is active. Calls with an inactive one are refused with 102.
    pub active: bool,
}

impl Account {
    pub(crate) fn new(key: String, quota: usize) -> Self {
        Self { key, quota, active: true, eab_given: Vec::new(), eab_total: 0 }
    }

    /// Records that credentials are issued, unless a limit is reached.
    pub(crate) fn give_eab(&mut self, now: OffsetDateTime) -> Result<(), Refusal> {
        /// How many credentials an account gets per day, and in total.
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
