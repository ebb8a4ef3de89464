//! The data that all checks share.

use std::rc::Rc;
use std::time::Instant;

use super::connect_to::ConnectTo;
use super::dns::Dns;
use super::reactor::Reactor;
use super::settings::{Limits, Preflight};

/// DNS servers, redirected addresses, and time limits.
pub(super) struct Probe {
    pub(super) reactor: Rc<Reactor>,
    pub(super) dns: Dns,
    pub(super) connect_to: ConnectTo,
    pub(super) limits: Limits,
    pub(super) deadline: Instant,
    /// When waiting for records ends, for all checks.
    pub(super) record_wait_ends: Instant,
}

impl Probe {
    pub(super) fn new(preflight: Preflight, deadline: Instant) -> Self {
        let Preflight { dns_source, connect_to, limits } = preflight;
        let record_wait_ends = deadline.min(Instant::now() + limits.record_wait);
        let reactor = Rc::default();
        let dns = Dns::new(&reactor, dns_source, limits.question);
        Self { reactor, dns, connect_to, limits, deadline, record_wait_ends }
    }
}
