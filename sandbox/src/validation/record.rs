//! Validation by a CNAME record at the name, or at a parent of it.

use std::net::SocketAddr;
use std::time::Instant;

use hickory_proto::rr::{RData, RecordType};
use serde::Serialize;

use crate::dns::Asker;
use crate::rules::names::Name;
use crate::validation::proof::Proof;

/// Why control over a name is not proven.
#[derive(Serialize)]
pub(crate) struct RecordFault {
    cname_found: u8,
    record_correct: u8,
    target_host: String,
    target_record: String,
    actual_record: String,
}

/// Checks the record. Names are compared without case, and without a final dot. The fault reports them in
/// capitals.
pub(super) fn check(name: &Name, proof: &Proof, server: SocketAddr, end: Instant) -> Result<(), RecordFault> {
    let expected = proof.record_target().to_ascii_uppercase();
    let mut actual = None;
    for at in name.domain_and_parents() {
        let left = end.saturating_duration_since(Instant::now());
        // Half of the remaining time: a name without an answer leaves time for its parents.
        let dns = Asker { server, timeout: left / 2 };
        let found = target(dns, &format!("{}.{at}", proof.record_label()));
        if found.as_ref() == Some(&expected) {
            return Ok(());
        }
        actual = actual.or(found);
    }
    Err(RecordFault {
        cname_found: actual.is_some().into(),
        record_correct: 0,
        target_host: proof.record_label(),
        target_record: expected,
        actual_record: actual.unwrap_or_default(),
    })
}

/// The target of the record. A failed query counts as no record.
fn target(dns: Asker, name: &str) -> Option<String> {
    let answers = dns.ask(name, RecordType::CNAME).ok()?;
    answers.into_iter().find_map(|answer| match answer.data {
        RData::CNAME(target) => Some(target.to_ascii().trim_end_matches('.').to_ascii_uppercase()),
        _ => None,
    })
}
