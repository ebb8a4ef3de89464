//! Looking before the service does: whether it will find what it wants to see, and if not, what to do about it.
//!
//! A failed validation costs a round with the service, which says little about why. So each file is fetched and each
//! record asked for as the service would, and CAA records are read. Nothing found here is remembered.

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
mod record;
mod resolv_conf;
mod run;
mod settings;
#[cfg(test)]
mod tests;

pub(crate) use finding::Finding;
pub(crate) use settings::{Preflight, Watching};

use super::challenge::Challenge;
use crate::error::{Error, Result};
use check_target::CheckTarget;

impl Preflight {
    /// Looks at every challenge, and at CAA records for its name. What is well is not mentioned.
    ///
    /// What cannot be looked at before the deadline is a finding that proves nothing. The one error is
    /// [`Kind::Cancelled`](crate::Kind::Cancelled).
    pub(crate) fn check(&self, watch: &Watching<'_>, challenges: &[Challenge]) -> Result<Vec<Finding>> {
        let targets = challenges.iter().flat_map(|challenge| {
            [CheckTarget::Challenge(challenge.clone()), CheckTarget::Caa(challenge.domain().to_owned())]
        });
        self.run(watch, &targets.collect::<Vec<_>>())
    }

    /// Looks at CAA records alone: they can keep an order pending without a word from the service.
    pub(crate) fn check_caa(&self, watch: &Watching<'_>, names: &[String]) -> Result<Vec<Finding>> {
        self.run(watch, &names.iter().cloned().map(CheckTarget::Caa).collect::<Vec<_>>())
    }

    fn run(&self, watch: &Watching<'_>, targets: &[CheckTarget]) -> Result<Vec<Finding>> {
        if watch.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        let mut findings: Vec<Finding> = Vec::new();
        for finding in run::run(self, watch, targets)? {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        Ok(findings)
    }
}
