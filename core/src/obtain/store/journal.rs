//! The journal of an entry: readable JSON, written before each step that must not be repeated or forgotten.

use serde::{Deserialize, Serialize};

use crate::key_type::KeyType;
use crate::obtain::publish::Published;
use crate::time::Time;

/// The version that we write. A journal of a newer version is an error.
pub(crate) const VERSION: u32 = 1;

/// The state of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journal {
    pub(crate) version: u32,
    /// The number of the newest folder in `versions`.
    pub(crate) last_serial: u32,
    /// The version that `current` leads to.
    pub(crate) installed: Option<Installed>,
    /// The current order.
    pub(crate) order: Option<Order>,
    /// Creates with an unknown outcome: their orders may still appear.
    pub(crate) lost: Vec<Sent>,
    /// Written by earlier versions. `lost` has the same information.
    #[serde(default, skip_serializing)]
    creates: Vec<Time>,
    /// An issued certificate that failed our checks.
    #[serde(rename = "held")]
    pub(crate) quarantined: Option<Quarantined>,
    /// Published things that could not be removed yet.
    pub(crate) leftovers: Vec<Published>,
    /// Whether the service was seen to return the CSR's hash of one of our orders. Only then another hash means another
    /// order.
    pub(crate) hash_tells: bool,
    /// Which certificates were issued for which key, for keys that were used more than once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) key_uses: Vec<KeyUse>,
    /// Keys of revoked certificates. They are never used again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) revoked_keys: Vec<String>,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            version: VERSION,
            last_serial: 0,
            installed: None,
            order: None,
            lost: Vec::new(),
            creates: Vec::new(),
            quarantined: None,
            leftovers: Vec::new(),
            hash_tells: false,
            key_uses: Vec::new(),
            revoked_keys: Vec::new(),
        }
    }
}

impl Journal {
    /// The same with another certificate in use.
    pub(crate) fn with_installed(&self, installed: Option<Installed>) -> Self {
        Self { installed, ..self.clone() }
    }

    /// Whether something was planned or sent that is not over.
    pub(crate) fn is_under_way(&self) -> bool {
        self.order.is_some() || !self.lost.is_empty()
    }

    /// The ids of what is ordered and not in use.
    pub(crate) fn orders(&self) -> impl Iterator<Item = &String> {
        let of_order = self.order.iter().flat_map(|order| order.id.iter().chain(&order.answered));
        of_order.chain(self.quarantined.iter().map(|quarantined| &quarantined.id))
    }

    /// The creates whose orders were not found yet; of the order under way also the one that was answered.
    pub(crate) fn creates(&self) -> impl Iterator<Item = &Sent> {
        self.order.iter().filter_map(|order| order.sent.as_ref()).chain(&self.lost)
    }

    /// What is left of a removed entry: the numbers of its versions are not used again.
    pub(crate) fn of_removed(&self) -> Self {
        Self { last_serial: self.last_serial, ..Self::default() }
    }
}

/// The terms of an order. An order with other terms is another order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Terms {
    pub(crate) domains: Vec<String>,
    /// For a key that is made here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_type: Option<KeyType>,
    pub(crate) validity_days: u64,
    pub(crate) strict_domains: bool,
    /// The key that the caller gave, directly or in a CSR: as [`public_key_hash`](crate::obtain::csr::public_key_hash).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) public_key: Option<String>,
    /// The caller gave a CSR, so the key is not stored here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) by_csr: bool,
}

impl Terms {
    /// Whether an order or certificate with the terms `other`, and with this key if it is known, matches these terms.
    pub(crate) fn are_met_by(&self, other: &Self, public_key: Option<&str>) -> bool {
        let is_key_met = match &self.public_key {
            Some(wanted) => public_key == Some(wanted) && (self.by_csr || !other.by_csr),
            None => other.public_key.is_none() && other.key_type == self.key_type,
        };
        is_key_met
            && self.domains == other.domains
            && self.validity_days == other.validity_days
            && self.strict_domains == other.strict_domains
    }

    /// Whether the caller gave the key, and it is stored here.
    pub(crate) fn has_own_key(&self) -> bool {
        self.public_key.is_some() && !self.by_csr
    }

    /// The CN. The account is searched for it.
    pub(crate) fn common_name(&self) -> &str {
        self.domains.first().map_or("", String::as_str)
    }
}

/// The certificate in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Installed {
    pub(crate) serial: u32,
    pub(crate) id: String,
    pub(crate) terms: Terms,
    /// Whether a deploy hook has run for it.
    pub(crate) deployed: bool,
    /// The hook of the request that it is deployed for, empty without one. What runs may be a host's own in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deployed_for: Option<Vec<String>>,
    /// The previous version, for a rollback. It is not removed.
    pub(crate) predecessor: Option<u32>,
    /// The hook refused it, and `current` leads to the previous version.
    pub(crate) rolled_back: bool,
    /// A run with a post hook installed it, and the hook has not run since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) awaits_post_hook: bool,
}

impl Installed {
    /// Whether nothing is left to run for a request with this hook.
    pub(crate) fn is_deployed_for(&self, hook: &[String]) -> bool {
        let is_known = || self.deployed_for.as_ref().is_none_or(|known| known == hook);
        self.deployed && (hook.is_empty() || is_known())
    }

    pub(crate) fn deploy_for(&mut self, hook: Vec<String>) {
        self.deployed = true;
        self.deployed_for = Some(hook);
    }

    /// The hook has to run for it, whether one has run or not.
    pub(crate) fn expect_hook(&mut self) {
        self.deployed = false;
        self.deployed_for = None;
    }
}

/// The current order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) serial: u32,
    pub(crate) terms: Terms,
    /// Stored before the create call, and removed if that was certainly not carried out.
    pub(crate) sent: Option<Sent>,
    /// Known when the service has answered, or the order was found.
    pub(crate) id: Option<String>,
    /// What was published for it, or was about to be published.
    pub(crate) published: Vec<Published>,
    /// The addresses that mails were requested for, or were about to be: a retry does not request them again.
    pub(crate) mailed: Vec<String>,
    /// The id in an answer to the create call that had other names. It is used if no order with our names appears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answered: Option<String>,
    /// Made to renew the certificate in use, while another one was requested.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_of_what_was_in_force: bool,
    /// The id was found by the names and the time alone. Whether the order is ours is only known from the certificate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_guessed: bool,
}

impl Order {
    pub(crate) fn new(serial: u32, terms: Terms) -> Self {
        Self {
            serial,
            terms,
            sent: None,
            id: None,
            published: Vec::new(),
            mailed: Vec::new(),
            answered: None,
            is_of_what_was_in_force: false,
            is_guessed: false,
        }
    }

    /// Whether nothing was sent for it, so that it can be forgotten.
    pub(crate) fn is_untouched(&self) -> bool {
        self.sent.is_none() && self.id.is_none()
    }
}

/// A create call that was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    /// By the local clock.
    pub(crate) at: Time,
    /// By the server's clock, which is also in its orders.
    pub(crate) server_time: Option<Time>,
    pub(crate) domains: Vec<String>,
    pub(crate) strict_domains: bool,
    /// The hash of the CSR's DER, in hex.
    pub(crate) csr_sha256: String,
    /// The ids that the account had for this name before.
    pub(crate) baseline: Vec<String>,
}

/// An issued certificate that is kept for a person to check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quarantined {
    pub(crate) serial: u32,
    pub(crate) id: String,
    pub(crate) terms: Terms,
    pub(crate) why: String,
}

/// A certificate that was issued for a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyUse {
    pub(crate) public_key: String,
    pub(crate) id: String,
}
