//! Keys of the callers: given as `private_key`, or kept by the caller, who gives a CSR.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

use crate::key_type::KeyType;
use crate::signing_request;
use crate::subject::Subject;

use super::actions::{ENTRIES, Wanted};
use super::in_use::InUse;
use super::rules::AS_ASKED;
use super::world::{Scene, Violation, broken};
use crate::obtain::store::files::{REQUEST, WANTED, WANTED_KEY};
use crate::obtain::store::journal::Terms;

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The library's, or one that an earlier call was given.
    Made,
    /// The number of a key that the caller gives.
    Given(usize),
    /// The number of a key that the caller keeps.
    ByCsr(usize),
}

/// A key that a person has, and what the journal calls it.
#[derive(Clone)]
pub(super) struct Own {
    pub(super) pem: Zeroizing<String>,
    pub(super) public_key: String,
}

/// Made once for all walks: no walk depends on what a key is.
static KEYS: Mutex<BTreeMap<(usize, usize), Own>> = Mutex::new(BTreeMap::new());

impl Key {
    /// The same with a key that was never used.
    pub(super) fn renewed(self, number: usize) -> Self {
        match self {
            Self::Made => Self::Made,
            Self::Given(_) => Self::Given(number),
            Self::ByCsr(_) => Self::ByCsr(number),
        }
    }

    /// The caller's key.
    pub(super) fn own(self, entry: usize) -> Option<Own> {
        match self {
            Self::Made => None,
            Self::Given(number) | Self::ByCsr(number) => Some(own(entry, number)),
        }
    }
}

/// Each entry has its own: what one has learned of a key is not known to the other.
fn own(entry: usize, number: usize) -> Own {
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        let key = signing_request::new_key(KeyType::EcdsaP256).expect("a key");
        Own { pem: key.to_pem().expect("a text"), public_key: signing_request::public_key(&key) }
    };
    keys.entry((entry, number)).or_insert_with(make).clone()
}

/// Whether it is a caller's key.
pub(super) fn is_own(public_key: &str) -> bool {
    let keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    keys.values().any(|own| own.public_key == public_key)
}

impl Own {
    pub(super) fn csr(&self, names: &[String]) -> String {
        let key = signing_request::read_key(&self.pem, None).expect("a key");
        signing_request::make(&key, names, &Subject::default()).expect("a CSR")
    }
}

impl Wanted {
    /// Whether an order has the names and the key that are asked for.
    pub(super) fn is_met_by(&self, entry: usize, terms: &Terms) -> bool {
        let key_type = if self.is_p384 { KeyType::EcdsaP384 } else { KeyType::EcdsaP256 };
        let has_key = match self.key.own(entry) {
            None => terms.key_type == Some(key_type),
            Some(own) => {
                terms.public_key.as_ref() == Some(&own.public_key)
                    && terms.by_csr == matches!(self.key, Key::ByCsr(_))
            }
        };
        terms.domains.len() == if self.with_www { 2 } else { 1 } && has_key
    }
}

impl Scene {
    /// Whether a key that an earlier call was given is kept for later ones.
    pub(super) fn keeps_own_key(&self, entry: usize) -> bool {
        self.hosts().any(|host| {
            let journal = self.journal_here(host, entry);
            let installed = journal.and_then(|journal| journal.installed);
            let is_waiting = !self.stored(host, entry, WANTED_KEY).is_empty();
            is_waiting || installed.is_some_and(|installed| installed.terms.has_own_key())
        })
    }

    /// The caller's key in use, if nothing else is asked for: `renew_all` keeps it.
    pub(super) fn kept_key(&self, entry: usize) -> Result<Option<String>, Violation> {
        let is_wanted = |host| {
            let request = self.stored(host, entry, REQUEST);
            self.stored(host, entry, WANTED).is_empty()
                && !request.contains("\"reuse_key\": false")
                && !request.contains("ecdsa-p384")
        };
        let here = self.journal_here(0, entry).and_then(|journal| journal.installed);
        // After a rollback another one is in use.
        let is_in_use = here.as_ref().is_some_and(|here| !here.rolled_back) && self.hosts().all(is_wanted);
        // The next run brings what another host has ordered.
        let shared = self.image(entry)?.map(|image| image.journal.installed);
        let installed = shared.unwrap_or(here).filter(|_| is_in_use);
        Ok(installed.and_then(|installed| installed.terms.public_key))
    }

    /// Whether a certificate of the entry's own key was revoked: then only its caller can give another one.
    pub(super) fn has_forbidden_key(&self, entry: usize) -> Result<bool, Violation> {
        for host in self.hosts() {
            let Some(in_use) = self.in_use(host, entry)? else { continue };
            let is_of_it = self.revoked.iter().any(|it| it.public_key == in_use.leaf.public_key);
            if is_of_it && is_own(&in_use.leaf.public_key) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a certificate may be of a caller's key and was revoked: in use, or by a removal as soon as it was issued.
    pub(super) fn has_revoked(&self, entry: usize) -> bool {
        self.has_given_key[entry] && self.orders(entry).iter().any(|order| order.status == "revoked")
    }
}

pub(super) fn is_as_asked(entry: usize, wish: &Wanted, in_use: &InUse) -> Result<(), Violation> {
    let has_key = match wish.key.own(entry) {
        Some(own) => in_use.leaf.public_key == own.public_key,
        None => {
            let may_be_kept = !wish.is_p384 && wish.reuse_key != Some(false);
            let is_p384 = in_use.leaf.key_type.as_deref() == Some("ecdsa-p384");
            is_p384 == wish.is_p384 && (may_be_kept || !is_own(&in_use.leaf.public_key))
        }
    };
    let has_file = !in_use.is_by_csr || matches!(wish.key, Key::ByCsr(_));
    if has_key && has_file && in_use.layout == wish.layout {
        return Ok(());
    }
    broken(AS_ASKED, format!("{}: {:?}, by CSR: {}", ENTRIES[entry], in_use.layout, in_use.is_by_csr))
}
