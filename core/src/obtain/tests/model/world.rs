//! The world of a walk: an account, hosts with their folders, perhaps a shared store, and what people have done.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use zerossl_sandbox::{CertificateSummary, Effect, Options, Quirk, Sandbox, Spelling};

use super::actions::{Blocked, ENTRIES, Wanted};
use super::rules::Rule;
use crate::ledger::memory::{Fault, Memory};
use crate::obtain::tests::stand::Stand;

pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);
/// Places for all that a walk can order.
const ENOUGH: usize = 500;
/// Of the requests of one call, the last of which are looked at.
const REQUESTS: usize = 60;

/// What must never be: the rule that is broken, and how.
#[derive(Debug)]
pub(super) struct Violation {
    pub(super) rule: Rule,
    pub(super) text: String,
}

pub(super) fn broken<T>(rule: Rule, text: impl Into<String>) -> Result<T, Violation> {
    Err(Violation { rule, text: text.into() })
}

/// A certificate that was in use when a person revoked that of its key.
pub(super) struct Revoked {
    pub(super) entry: usize,
    pub(super) pem: String,
    pub(super) public_key: String,
    /// Not once the entry was removed, or an older copy of it was put back: it may not know of the certificate then.
    pub(super) is_known: bool,
}

pub(super) struct Scene {
    pub(super) stand: Stand,
    /// The shared store, of two hosts.
    pub(super) memory: Option<Arc<Memory>>,
    pub(super) engine: Arc<Mutex<Option<(usize, Fault)>>>,
    /// How the service spells names.
    spelling: Option<Spelling>,
    /// Minutes.
    pub(super) skew: i64,
    /// The last request for each entry.
    pub(super) wishes: [Wanted; 2],
    /// Until the next recovery: a disk has lied and lost what it said to have, so the files say nothing.
    pub(super) is_in_doubt: [bool; 2],
    /// Until the next recovery: the entry was removed while the outcome of a create was not known, or an older copy of it
    /// was put back. Then an order may be left that nobody knows.
    pub(super) may_leave_orders: [bool; 2],
    /// Whether a caller has given the entry a key or a CSR. Others may have ordered with it, too.
    pub(super) has_given_key: [bool; 2],
    pub(super) revoked: Vec<Revoked>,
    /// Whether a host has a certificate in use, which then stays until another one is there or the entry is removed.
    pub(super) has_one: [[bool; 2]; 2],
    /// Whether `current` is absent there since a change of the layout was broken off.
    pub(super) is_changing: [[bool; 2]; 2],
    /// Whether a removal was broken off, so that some files are gone.
    pub(super) is_removing: [bool; 2],
    /// How many keys of the callers there were.
    pub(super) keys: usize,
    /// How many runs of the hook were looked at.
    pub(super) runs_seen: usize,
    /// How many errors a recovery has come to.
    pub(super) errors: usize,
    /// What each call said.
    pub(super) story: Vec<String>,
    pub(super) steps: usize,
    pub(super) occurred: BTreeMap<&'static str, usize>,
    pub(super) states: BTreeSet<String>,
}

impl Scene {
    /// The seed decides how many hosts there are, and what the service is like.
    pub(super) fn new(seed: u64) -> Self {
        let options = Options { quota: ENOUGH, seed: Some(seed), ..Options::default() };
        let stand = Stand::in_memory(Sandbox::start(options).expect("a sandbox"));
        stand.sandbox.change_settings(|settings| {
            settings.log_size = REQUESTS;
            settings.require_country = Some(seed.is_multiple_of(2));
        });
        let engine: Arc<Mutex<Option<(usize, Fault)>>> = Arc::default();
        let chosen = Arc::clone(&engine);
        let memory = Memory::with_faults(move |_, _, _| {
            let mut next = chosen.lock().unwrap_or_else(PoisonError::into_inner);
            match *next {
                Some((0, fault)) => {
                    *next = None;
                    Some(fault)
                }
                Some((left, fault)) => {
                    *next = Some((left - 1, fault));
                    None
                }
                None => None,
            }
        });
        let world = Self {
            stand,
            memory: is_shared(seed).then(|| Arc::new(memory)),
            engine,
            spelling: match seed / 2 % 4 {
                2 => Some(Spelling::UpperCase),
                3 => Some(Spelling::FinalDot),
                _ => None,
            },
            skew: 0,
            wishes: [Wanted::USUAL, Wanted::USUAL],
            is_in_doubt: [false; 2],
            may_leave_orders: [false; 2],
            has_given_key: [false; 2],
            revoked: Vec::new(),
            has_one: [[false; 2]; 2],
            is_changing: [[false; 2]; 2],
            is_removing: [false; 2],
            keys: 2,
            runs_seen: 0,
            errors: 0,
            story: Vec::new(),
            steps: 0,
            occurred: BTreeMap::new(),
            states: BTreeSet::new(),
        };
        for host in world.hosts() {
            fs::create_dir(world.folder(host)).expect("a folder");
        }
        world.set_up_hook();
        world.calm();
        world
    }

    pub(super) fn hosts(&self) -> std::ops::Range<usize> {
        0..if self.memory.is_some() { 2 } else { 1 }
    }

    pub(super) fn folder(&self, host: usize) -> PathBuf {
        self.stand.store().join(format!("host-{host}"))
    }

    /// The orders of an entry at the service.
    pub(super) fn orders(&self, entry: usize) -> Vec<CertificateSummary> {
        let all = self.stand.sandbox.certificates().into_iter();
        all.filter(|order| order.common_name == ENTRIES[entry]).collect()
    }

    pub(super) fn count(&mut self, what: &'static str) {
        *self.occurred.entry(what).or_default() += 1;
    }

    /// The service makes no faults, and is as it is.
    pub(super) fn calm(&self) {
        self.stand.sandbox.clear_faults();
        for effect in self
            .spelling
            .into_iter()
            .flat_map(|spelling| [Effect::SpellNames { spelling }, Effect::SpellValues { spelling }])
        {
            let quirk = Quirk { operation: None, times: usize::MAX, effect };
            self.stand.sandbox.quirk(quirk).expect("it fits all");
        }
    }

    /// From now on nothing is wrong: the service, the engine and the clock work, and there is room.
    pub(super) fn make_peace(&mut self) {
        self.calm();
        self.stand.sandbox.set_quota(ENOUGH);
        self.stand.sandbox.set_issue_delay(Duration::ZERO);
        self.block(Blocked::Nothing);
        self.skew = 0;
    }

    pub(super) fn forget_revoked(&mut self, entry: usize) {
        self.revoked.iter_mut().filter(|revoked| revoked.entry == entry).for_each(|it| it.is_known = false);
    }

    pub(super) fn block(&self, blocked: Blocked) {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
        let at = |is_blocked| if is_blocked { nowhere } else { self.stand.website };
        self.stand.sandbox.address_book(ENTRIES[1], at(blocked == Blocked::Other));
        self.stand.sandbox.address_book("www.example.com", at(blocked == Blocked::Www));
        self.break_hook(blocked == Blocked::Hook);
    }
}

/// Whether two hosts share a store.
pub(super) fn is_shared(seed: u64) -> bool {
    seed.is_multiple_of(3)
}

pub(super) fn is_open(order: &CertificateSummary) -> bool {
    matches!(order.status.as_str(), "draft" | "pending_validation")
}

pub(super) fn minutes_of(number: u64) -> Duration {
    MINUTE * u32::try_from(number).expect("a few")
}
