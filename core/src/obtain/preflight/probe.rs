//! The data that all checks share.

use std::time::Instant;

use super::connect_to::ConnectTo;
use super::dns::Dns;
use super::settings::{Limits, Preflight};

/// DNS servers, redirected addresses, and time limits.
pub(super) struct Probe {
    pub(super) dns: Dns,
    pub(super) connect_to: ConnectTo,
    pub(super) limits: Limits,
    pub(super) deadline: tokio::time::Instant,
    /// When waiting for records ends, for all checks.
    pub(super) record_wait_ends: tokio::time::Instant,
}

impl Probe {
    pub(super) fn new(preflight: Preflight, deadline: Instant) -> Self {
        let Preflight { dns_source, connect_to, limits } = preflight;
        let record_wait_ends = deadline.min(Instant::now() + limits.record_wait);
        Self {
            dns: Dns::new(dns_source, limits.question),
            connect_to,
            limits,
            deadline: deadline.into(),
            record_wait_ends: record_wait_ends.into(),
        }
    }
}
