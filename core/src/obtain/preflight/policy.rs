//! What a set of CAA records means for the issuing CA (RFC 8659, section 4).

use hickory_proto::rr::rdata::CAA;

/// The names of the issuing CA in CAA records: Sectigo, which signs for ZeroSSL, under all its names.
const CA_NAMES: [&str; 5] =
    ["sectigo.com", "comodoca.com", "comodo.com", "usertrust.com", "trust-provider.com"];
/// The tags that a CA may know. Any other tag forbids issuing if it is marked critical.
const KNOWN_TAGS: [&str; 6] = ["issue", "issuewild", "issuemail", "iodef", "contactemail", "contactphone"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Allowed,
    /// A record with this tag has to be added.
    Missing(&'static str),
    /// A critical record with an unknown tag.
    UnknownCritical,
}

pub(super) fn verdict(records: &[CAA], wildcard: bool) -> Verdict {
    let is = |record: &CAA, tag: &str| record.tag.eq_ignore_ascii_case(tag);
    if records.iter().any(|record| record.issuer_critical && !KNOWN_TAGS.iter().any(|tag| is(record, tag))) {
        return Verdict::UnknownCritical;
    }
    // If there are records for wildcards, the others do not count for a wildcard.
    let special = wildcard && records.iter().any(|record| is(record, "issuewild"));
    let tag = if special { "issuewild" } else { "issue" };
    let mut decisive = records.iter().filter(|record| is(record, tag)).peekable();
    if decisive.peek().is_none() || decisive.any(|record| names_the_ca(&record.value)) {
        return Verdict::Allowed;
    }
    Verdict::Missing(tag)
}

/// Whether a value, `name; tag=value; ...`, names the CA. Parameters are a matter between the CA and its customers.
fn names_the_ca(value: &[u8]) -> bool {
    let value = String::from_utf8_lossy(value);
    let name = value.split(';').next().unwrap_or_default().trim().trim_end_matches('.');
    CA_NAMES.iter().any(|ours| ours.eq_ignore_ascii_case(name))
}

/// In zone file format: `0 issue "sectigo.com"`.
pub(super) fn shown(record: &CAA) -> String {
    let flags = if record.issuer_critical { 128 } else { record.reserved_flags };
    format!("{flags} {} \"{}\"", record.tag, String::from_utf8_lossy(&record.value))
}
