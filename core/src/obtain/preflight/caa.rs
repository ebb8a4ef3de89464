//! CAA records: which CAs may issue for a name (RFC 8659, section 3).

use std::net::IpAddr;

use hickory_proto::rr::rdata::CAA;
use hickory_proto::rr::{RData, RecordType};

use super::dns::{absolute, shown};
use super::finding::{Finding, Place};
use super::policy::{self, Verdict};
use super::probe::Probe;
use crate::excerpt::one_line;

pub(super) const EXPECTED: &str = "no CAA record, or one for sectigo.com";

/// The records of a wildcard are those of the name without the star.
pub(super) fn host(name: &str) -> &str {
    name.strip_prefix("*.").unwrap_or(name)
}

/// The records that are closest to the name decide.
pub(super) async fn check(probe: &Probe, place: &Place, name: &str) -> Option<Finding> {
    // An IP address has no CAA records.
    if name.parse::<IpAddr>().is_ok() {
        return None;
    }
    let Some(mut at) = absolute(host(name)) else {
        return Some(place.no_name());
    };
    while !at.is_root() {
        let here = Place { location: shown(&at), ..place.clone() };
        let answers = match probe.dns.records(&at, RecordType::CAA).await {
            Ok(answers) => answers,
            Err(failure) => {
                return Some(here.unanswered(format!("the DNS of {} {failure}", here.location)));
            }
        };
        let records: Vec<_> = answers
            .into_iter()
            .filter_map(|record| match record.data {
                RData::CAA(record) => Some(record),
                _ => None,
            })
            .collect();
        if !records.is_empty() {
            return judge(&here, &records, name.starts_with("*."));
        }
        at = at.base_name();
    }
    None
}

fn judge(here: &Place, records: &[CAA], wildcard: bool) -> Option<Finding> {
    const MAX_SHOWN: usize = 400;
    let all = records.iter().map(policy::shown).collect::<Vec<_>>().join(", ");
    let advice = match policy::verdict(records, wildcard) {
        Verdict::Allowed => return None,
        Verdict::Missing(tag) => {
            format!("add this record: `{}. CAA 0 {tag} \"sectigo.com\"`", here.location)
        }
        Verdict::UnknownCritical => format!(
            "take away the critical flag (128) of what CAs do not know, or the record, from {}.",
            here.location
        ),
    };
    Some(here.wrong(one_line(&all, MAX_SHOWN), advice))
}
