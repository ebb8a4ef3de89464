//! Whether an order on the account may have come from a create call of ours whose answer was lost.
//!
//! One answer for all that ask: `create_certificate` after a lost answer, `obtain` when it searches for its order, and when
//! it cancels one that turned up late.

use std::time::{Duration, SystemTime};

use crate::answers::Certificate;
use crate::names;
use crate::time::Time;

/// Orders are dated to the second, and the answer that told us the server's time was a while on its way.
const ROUNDING: Duration = Duration::from_secs(2);

/// What is known of the create call.
pub(crate) struct Sought<'a> {
    pub(crate) domains: &'a [String],
    pub(crate) strict_domains: bool,
    /// The ids that were on the account before it.
    pub(crate) baseline: &'a [String],
    /// When it was sent, by the server's clock, which dates the orders. Without it no order is left out: our own clock may
    /// be wrong.
    pub(crate) not_before: Option<SystemTime>,
    /// The hash of the CSR, in hex.
    pub(crate) csr_sha256: &'a str,
}

impl Sought<'_> {
    /// Whether this may be the order: a live one that was not there before, and is for these names or carries the hash of
    /// the CSR.
    pub(crate) fn may_be(&self, order: &Certificate) -> bool {
        order.is_live()
            && !self.baseline.contains(&order.id)
            && !self.is_older(order)
            && (names::is_for(order, self.domains, self.strict_domains)
                || carries_hash(order, self.csr_sha256))
    }

    fn is_older(&self, order: &Certificate) -> bool {
        let created = order.created.as_ref().and_then(Time::to_system_time);
        match (created, self.not_before) {
            (Some(created), Some(not_before)) => created + ROUNDING < not_before,
            _ => false,
        }
    }
}

/// What an order's validation values say of the CSR that they are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Ours,
    Another,
    /// There is none to be read.
    Unknown,
}

/// The first line of the file is the SHA-256 of the CSR's DER, and the CNAME target begins with it. That is inferred from
/// the issuing CA's documents, so it confirms and never denies by itself.
pub(crate) fn hash_of(certificate: &Certificate, csr_sha256: &str) -> Hash {
    let mut found = Hash::Unknown;
    for values in certificate.validation.other_methods.values() {
        let line = values.file_validation_content.first().map(|line| line.trim().to_owned());
        let target = values.cname_validation_p2.as_deref().map(|target| target.split('.').take(2).collect());
        for hash in [line, target].into_iter().flatten() {
            if !csr_sha256.is_empty() && hash.eq_ignore_ascii_case(csr_sha256) {
                return Hash::Ours;
            }
            if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                found = Hash::Another;
            }
        }
    }
    found
}

pub(crate) fn carries_hash(certificate: &Certificate, csr_sha256: &str) -> bool {
    hash_of(certificate, csr_sha256) == Hash::Ours
}
