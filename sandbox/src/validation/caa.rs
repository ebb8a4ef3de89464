//! CAA records: who may certify a name (RFC 8659).

use std::net::SocketAddr;
use std::time::Instant;

use hickory_proto::rr::rdata::CAA;
use hickory_proto::rr::{RData, RecordType};

use crate::dns::{Asker, Failure};
use crate::rules::names::Name;

/// The names that stand for the issuing CA in a record.
const CA_NAMES: [&str; 5] =
    ["sectigo.com", "comodoca.com", "comodo.com", "usertrust.com", "trust-provider.com"];

/// Whether the CA may certify this name. The closest records decide.
pub(super) fn allows(name: &Name, server: SocketAddr, end: Instant) -> Result<bool, Failure> {
    if matches!(name, Name::Ip(_)) {
        return Ok(true);
    }
    let host = name.host();
    let mut at = Some(host.as_str());
    while let Some(domain) = at {
        let timeout = end.saturating_duration_since(Instant::now());
        let records = records(domain, Asker { server, timeout })?;
        if !records.is_empty() {
            return Ok(permit(&records, matches!(name, Name::Wildcard(_))));
        }
        at = domain.split_once('.').map(|(_, parent)| parent);
    }
    Ok(true)
}

fn records(domain: &str, dns: Asker) -> Result<Vec<CAA>, Failure> {
    let answers = dns.ask(domain, RecordType::CAA)?;
    let record = |answer: hickory_proto::rr::Record| match answer.data {
        RData::CAA(record) => Some(record),
        _ => None,
    };
    Ok(answers.into_iter().filter_map(record).collect())
}

fn permit(records: &[CAA], wildcard: bool) -> bool {
    const KNOWN: [&str; 5] = ["issue", "issuewild", "iodef", "contactemail", "contactphone"];
    let is = |record: &CAA, tag: &str| record.tag.eq_ignore_ascii_case(tag);
    let unknown_critical = |record: &CAA| record.issuer_critical && !KNOWN.iter().any(|tag| is(record, tag));
    if records.iter().any(unknown_critical) {
        return false;
    }
    let of = |tag: &str| records.iter().filter(|record| is(record, tag)).collect::<Vec<_>>();
    // If there is an `issuewild` record, `issue` records do not apply to wildcards.
    let relevant = match of("issuewild") {
        special if wildcard && !special.is_empty() => special,
        _ => of("issue"),
    };
    relevant.is_empty() || relevant.iter().any(|record| names_ca(&record.value))
}

/// Whether a value, `name; tag=value; ...`, names this CA. Parameters are ignored, but a malformed one makes
/// the value invalid.
fn names_ca(value: &[u8]) -> bool {
    let Ok(value) = std::str::from_utf8(value) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let issuer = parts.next().unwrap_or_default().trim_end_matches('.');
    let well_formed = |parameter: &str| {
        parameter.is_empty()
            || parameter.split_once('=').is_some_and(|(tag, value)| {
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                let (tag, value) = (tag.trim(), value.trim());
                !tag.is_empty() && tag.bytes().all(plain) && value.bytes().all(|byte| byte.is_ascii_graphic())
            })
    };
    CA_NAMES.iter().any(|name| name.eq_ignore_ascii_case(issuer)) && parts.all(well_formed)
}

#[cfg(test)]
mod tests {
    use super::names_ca;

    #[test]
    fn values_are_read() {
        for (value, expected) in [
            ("sectigo.com", true),
            (" Sectigo.COM. ", true),
            ("sectigo.com; account=1; policy = ev;", true),
            ("comodoca.com", true),
            (";", false),
            ("", false),
            ("letsencrypt.org", false),
            ("sectigo.com; what is this", false),
            ("sectigo.com; =x", false),
        ] {
            assert_eq!(names_ca(value.as_bytes()), expected, "{value}");
        }
    }
}
