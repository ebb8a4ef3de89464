//! One check of all names of an order, as the issuing CA does it.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use indexmap::IndexMap;
use serde::Serialize;

use crate::address_book::AddressBook;
use crate::dns::Failure;
use crate::refusal::{self, Refusal};
use crate::rules::names::Name;
use crate::validation::caa;
use crate::validation::file::{self, FileFault};
use crate::validation::method::Method;
use crate::validation::proof::Proof;
use crate::validation::record::{self, RecordFault};

/// What to check, and where. It borrows nothing from the state, so other calls can use the account while the
/// check waits for the network.
pub(crate) struct Check {
    pub(crate) names: Vec<Name>,
    pub(crate) proof: Proof,
    pub(crate) book: AddressBook,
    /// The DNS server to ask.
    pub(crate) dns: SocketAddr,
    /// The deadline.
    pub(crate) end: Instant,
}

/// Why CAA records prevent a certificate.
pub(crate) enum CaaProblem {
    /// They do not allow the CA, for these names.
    Forbidden(Vec<String>),
    /// The DNS query failed, which proves nothing.
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

impl Check {
    /// Whether every name is under control.
    pub(crate) fn domain_control(&self, method: Method) -> Result<(), Refusal> {
        let mut pairs: IndexMap<String, IndexMap<String, Entry>> = IndexMap::new();
        let agent = file::agent(self.book.clone());
        let by_file = |name: &Name, scheme: &str| {
            let url = self.proof.file_url(scheme, name);
            let found = file::check(&agent, name, &url, &self.proof, self.end);
            (url, found.map_or_else(Entry::File, |()| Entry::PASSED))
        };
        let found = at_once(&self.names, |name| match method {
            // The answer to a mail comes later; there is nothing to check now.
            Method::Email => (name.to_string(), Entry::PASSED),
            Method::File => by_file(name, "http"),
            Method::FileOverHttps => by_file(name, "https"),
            Method::Record => {
                let found = record::check(name, &self.proof, self.dns, self.end);
                (name.host(), found.map_or_else(Entry::Record, |()| Entry::PASSED))
            }
        });
        let known: HashSet<&Name> = self.names.iter().collect();
        for (name, (place, entry)) in self.names.iter().zip(found) {
            pairs.entry(name.pair(&known)).or_default().insert(place, entry);
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
        let found = at_once(&self.names, |name| caa::allows(name, self.dns, self.end));
        let mut forbidden = Vec::new();
        for (name, allowed) in self.names.iter().zip(found) {
            match allowed {
                Ok(true) => {}
                Ok(false) => forbidden.push(name.to_string()),
                Err(Failure) => return Err(CaaProblem::Unknown),
            }
        }
        if forbidden.is_empty() { Ok(()) } else { Err(CaaProblem::Forbidden(forbidden)) }
    }
}

/// Checks all names at the same time. Returns the findings in the order of the names.
fn at_once<T: Send>(names: &[Name], check: impl Fn(&Name) -> T + Sync) -> Vec<T> {
    const MAX_THREADS: usize = 100;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(name) = names.get(place) else {
                return found;
            };
            found.push((place, check(name)));
        }
    };
    let mut all = thread::scope(|scope| {
        let other = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..names.len().min(MAX_THREADS)).filter_map(other).collect();
        let mut all = work();
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    });
    all.sort_unstable_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, found)| found).collect()
}
