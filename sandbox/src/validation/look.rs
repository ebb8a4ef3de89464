//! One look at all names of an order, as the issuing CA takes it.

use std::time::Duration;

use indexmap::IndexMap;
use serde::Serialize;

use crate::address_book::AddressBook;
use crate::dns::{Asker, Failure};
use crate::refusal::{self, Refusal};
use crate::rules::names::Name;
use crate::validation::file::{self, FileFault};
use crate::validation::record::{self, RecordFault};
use crate::validation::{Method, Proof, caa};

/// What to look at, and from where. It needs nothing else: others may go on
/// with the account while the network is waited for.
pub(crate) struct Look {
    pub(crate) names: Vec<Name>,
    pub(crate) proof: Proof,
    pub(crate) book: AddressBook,
    pub(crate) dns: Asker,
    pub(crate) timeout: Duration,
}

/// Why CAA records are in the way.
pub(crate) enum CaaProblem {
    /// They shut the CA out, for these names.
    Forbidden(Vec<String>),
    /// They could not be looked up, which proves nothing.
    Unknown,
}

/// What was found for a name, or for a pair of names.
#[derive(Serialize)]
#[serde(untagged)]
enum Finding {
    Passed { validation_successful: bool },
    ByPlace(IndexMap<String, Entry>),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entry {
    Passed { validation_successful: bool },
    File(FileFault),
    Record(RecordFault),
}

impl Entry {
    const PASSED: Self = Self::Passed { validation_successful: true };

    fn is_passed(&self) -> bool {
        matches!(self, Self::Passed { .. })
    }
}

impl Look {
    /// Whether every name is under control.
    pub(crate) fn domain_control(&self, method: Method) -> Result<(), Refusal> {
        let mut pairs: IndexMap<String, IndexMap<String, Entry>> = IndexMap::new();
        let agent = file::agent(self.book.clone(), self.timeout);
        let by_file = |name: &Name, scheme: &str| {
            let url = self.proof.file_url(scheme, name);
            let entry =
                file::check(&agent, name, &url, &self.proof).map_or_else(Entry::File, |()| Entry::PASSED);
            (url, entry)
        };
        for name in &self.names {
            let (place, entry) = match method {
                // An answer to a mail is waited for, and nothing looked at.
                Method::Email => (name.to_string(), Entry::PASSED),
                Method::File => by_file(name, "http"),
                Method::FileOverHttps => by_file(name, "https"),
                Method::Record => {
                    let found = record::check(name, &self.proof, self.dns);
                    (name.host(), found.map_or_else(Entry::Record, |()| Entry::PASSED))
                }
            };
            pairs.entry(name.pair(&self.names)).or_default().insert(place, entry);
        }
        if pairs.values().flat_map(IndexMap::values).all(Entry::is_passed) {
            return Ok(());
        }
        let finding = |entries: IndexMap<String, Entry>| {
            if entries.values().all(Entry::is_passed) {
                Finding::Passed { validation_successful: true }
            } else {
                Finding::ByPlace(entries)
            }
        };
        let details: IndexMap<_, _> =
            pairs.into_iter().map(|(name, entries)| (name, finding(entries))).collect();
        Err(refusal::DOMAIN_CONTROL_VALIDATION_FAILED.with_details(&details))
    }

    /// Whether CAA records allow every name.
    pub(crate) fn caa(&self) -> Result<(), CaaProblem> {
        let mut forbidden = Vec::new();
        for name in &self.names {
            match caa::allows(name, self.dns) {
                Ok(true) => {}
                Ok(false) => forbidden.push(name.to_string()),
                Err(Failure) => return Err(CaaProblem::Unknown),
            }
        }
        if forbidden.is_empty() { Ok(()) } else { Err(CaaProblem::Forbidden(forbidden)) }
    }
}
