//! All checks, side by side, until the deadline.

use tokio::time::timeout_at;

use super::finding::Finding;
use super::probe::Probe;
use super::subject::Subject;
use super::together::together;
use super::{caa, file, record};
use crate::obtain::challenge::Challenge;

/// Findings in the order of the subjects.
pub(super) async fn all(probe: &Probe, subjects: &[Subject]) -> Vec<Finding> {
    /// A server that is asked for more may take it for an attack.
    const MAX_CONCURRENT: usize = 16;
    let mut findings = Vec::new();
    for some in subjects.chunks(MAX_CONCURRENT) {
        findings
            .extend(together(some.iter().map(|subject| check(probe, subject))).await.into_iter().flatten());
    }
    findings
}

async fn check(probe: &Probe, subject: &Subject) -> Option<Finding> {
    let place = subject.place();
    let checked = async {
        match subject {
            Subject::Challenge(Challenge::File { url, content, .. }) => {
                file::check(probe, &place, url, content).await
            }
            Subject::Challenge(Challenge::Record { name, target, .. }) => {
                record::check(probe, &place, name, target).await
            }
            Subject::Caa(name) => caa::check(probe, &place, name).await,
        }
    };
    match timeout_at(probe.deadline, checked).await {
        Ok(finding) => finding,
        Err(_) => Some(place.too_late()),
    }
}
