//! Checks before the service does them: whether it will find what it expects, and if not, what to do.
//!
//! A failed validation costs a round trip to the service, which says little about the reason. So each file is fetched
//! and each record is queried the way the service does it, and CAA records are read. Results are not cached.

mod caa;
mod check_target;
mod checks;
mod connect_to;
mod dns;
mod fetch;
mod file;
mod finding;
mod join_all;
mod name_server;
mod policy;
mod probe;
mod question;
mod reactor;
mod record;
mod resolv_conf;
mod settings;
#[cfg(test)]
mod tests;

pub(crate) use finding::Finding;
pub(crate) use settings::{Preflight, Watching};

use super::challenge::Challenge;
use crate::error::{Error, Result};
use check_target::CheckTarget;
use probe::Probe;

/// For fuzzers: reads an answer of a name server.
#[cfg(fuzzing)]
pub(crate) fn read_any(data: &[u8]) {
    name_server::read_any(data);
}

impl Preflight {
    /// Checks every challenge, and the CAA records of its name. Only problems are reported.
    ///
    /// A check that cannot be done before the deadline becomes a finding that proves nothing. The only error is
    /// [`Kind::Cancelled`](crate::Kind::Cancelled).
    pub(crate) fn check(&self, watch: &Watching<'_>, challenges: &[Challenge]) -> Result<Vec<Finding>> {
        let targets = challenges.iter().flat_map(|challenge| {
            [CheckTarget::Challenge(challenge.clone()), CheckTarget::Caa(challenge.domain().to_owned())]
        });
        self.run(watch, &targets.collect::<Vec<_>>())
    }

    /// Checks CAA records alone: they can keep an order pending without a message from the service.
    pub(crate) fn check_caa(&self, watch: &Watching<'_>, names: &[String]) -> Result<Vec<Finding>> {
        self.run(watch, &names.iter().cloned().map(CheckTarget::Caa).collect::<Vec<_>>())
    }

    fn run(&self, watch: &Watching<'_>, targets: &[CheckTarget]) -> Result<Vec<Finding>> {
        if watch.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        let mut findings: Vec<Finding> = Vec::new();
        let probe = Probe::new(self.clone(), watch.deadline);
        let all = probe.reactor.run(watch.cancel, checks::all(&probe, targets));
        for finding in all.ok_or_else(Error::cancelled)? {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        Ok(findings)
    }
}
