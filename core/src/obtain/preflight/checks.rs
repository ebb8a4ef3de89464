//! All checks, in parallel, until the deadline.

use super::check_target::CheckTarget;
use super::finding::Finding;
use super::join_all::join_all;
use super::probe::Probe;
use super::{caa, file, record};
use crate::obtain::challenge::Challenge;

/// Findings in the order of the targets.
pub(super) async fn all(probe: &Probe, targets: &[CheckTarget]) -> Vec<Finding> {
    /// A server may take more requests than this for an attack.
    const MAX_CONCURRENT: usize = 16;
    let mut findings = Vec::new();
    for some in targets.chunks(MAX_CONCURRENT) {
        findings.extend(join_all(some.iter().map(|target| check(probe, target))).await.into_iter().flatten());
    }
    findings
}

async fn check(probe: &Probe, target: &CheckTarget) -> Option<Finding> {
    let place = target.place();
    let checked = async {
        match target {
            CheckTarget::Challenge(Challenge::File { url, content, .. }) => {
                file::check(probe, &place, url, content).await
            }
            CheckTarget::Challenge(Challenge::Record { name, target, .. }) => {
                record::check(probe, &place, name, target).await
            }
            CheckTarget::Caa(name) => caa::check(probe, &place, name).await,
        }
    };
    let finding = probe.reactor.timeout_at(probe.deadline, checked).await;
    finding.unwrap_or_else(|| Some(place.too_late()))
}
