//! The mail addresses that can prove control over a name.

use std::net::IpAddr;

use crate::rules::names::Name;

/// The five standard mailboxes at a domain and at each of its parents.
pub(crate) fn eligible_addresses(name: &Name) -> Vec<String> {
    const MAILBOXES: [&str; 5] = ["admin", "administrator", "hostmaster", "postmaster", "webmaster"];
    let host = name.host();
    if host.parse::<IpAddr>().is_ok() {
        return Vec::new();
    }
    let at = |domain: String| MAILBOXES.iter().map(move |mailbox| format!("{mailbox}@{domain}"));
    name.domain_and_parents().into_iter().flat_map(at).collect()
}
