//! What an entry remembers: readable JSON, written before each step that must not be taken twice or forgotten.

use serde::{Deserialize, Serialize};

use crate::key_type::KeyType;
use crate::obtain::publish::Published;
use crate::time::Time;

/// The version that we write. What a newer library wrote is not for us to guess at.
pub(crate) const VERSION: u32 = 1;

/// The state of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journal {
    pub(crate) version: u32,
    /// The number of the newest folder under `versions`.
    pub(crate) last_serial: u32,
    /// What `current` leads to.
    pub(crate) installed: Option<Installed>,
    /// The order under way.
    pub(crate) order: Option<Order>,
    /// Creates of which it is not known what became: their orders may still turn up.
    pub(crate) lost: Vec<Sent>,
    /// Written by earlier versions; `lost` tells the same.
    #[serde(default, skip_serializing)]
    creates: Vec<Time>,
    /// An issued certificate that failed our checks.
    #[serde(rename = "held")]
    pub(crate) quarantined: Option<Quarantined>,
    /// What was published and could not be taken away yet.
    pub(crate) leftovers: Vec<Published>,
    /// Whether an order of ours was seen to carry the hash of its CSR: only then does another hash mean another order.
    pub(crate) hash_tells: bool,
    /// Which certificates were for which key, as far as keys were used more than once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) key_uses: Vec<KeyUse>,
    /// Keys of revoked certificates: never used again.
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

/// What makes an order the one that is wanted: with other terms it is another order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Terms {
    pub(crate) domains: Vec<String>,
    /// Of a key that is made here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_type: Option<KeyType>,
    pub(crate) validity_days: u64,
    pub(crate) strict_domains: bool,
    /// The key that the caller gave, by itself or in a CSR: as [`public_key_hash`](super::csr::public_key_hash).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) public_key: Option<String>,
    /// The caller gave a CSR, so the key is not here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) by_csr: bool,
}

impl Terms {
    /// Whether an order or a certificate of other terms, for this key where that is known, is what is wanted.
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

    /// Whether the caller gave the key, and it is kept here.
    pub(crate) fn has_own_key(&self) -> bool {
        self.public_key.is_some() && !self.by_csr
    }

    /// The CN, and what the account is searched for.
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
    /// Whether the deploy hook has had it.
    pub(crate) deployed: bool,
    /// The version before it, for a rollback and safe from pruning.
    pub(crate) predecessor: Option<u32>,
    /// The hook refused it, and `current` leads to the predecessor.
    pub(crate) rolled_back: bool,
}

/// An order under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) serial: u32,
    pub(crate) terms: Terms,
    /// Written before the create call, and taken back when that surely was not carried out.
    pub(crate) sent: Option<Sent>,
    /// Known once the service has answered, or the order was found.
    pub(crate) id: Option<String>,
    /// What was published for it, or was about to be.
    pub(crate) published: Vec<Published>,
    /// Where the service was asked to write to, or was about to be: a retry does not ask again.
    pub(crate) mailed: Vec<String>,
    /// The id in the answer to the create call, where that was about other names: ours, if none of our names turns up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answered: Option<String>,
    /// Made for what was in force, while something else was wanted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_of_what_was_in_force: bool,
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
        }
    }

    /// Whether nothing was sent for it: it costs nothing to forget it.
    pub(crate) fn is_untouched(&self) -> bool {
        self.sent.is_none() && self.id.is_none()
    }
}

/// A create call that went out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    /// By our clock.
    pub(crate) at: Time,
    /// By the server's, which also dates its orders.
    pub(crate) server_time: Option<Time>,
    pub(crate) domains: Vec<String>,
    pub(crate) strict_domains: bool,
    /// Of the CSR's DER, in hex.
    pub(crate) csr_sha256: String,
    /// The ids that the account had for this name before.
    pub(crate) baseline: Vec<String>,
}

/// An issued certificate that is kept for a person to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quarantined {
    pub(crate) serial: u32,
    pub(crate) id: String,
    pub(crate) terms: Terms,
    pub(crate) why: String,
}

/// A certificate that was for a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyUse {
    pub(crate) public_key: String,
    pub(crate) id: String,
}
