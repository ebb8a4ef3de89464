//! The mail addresses at which control over a name may be shown.

use std::net::IpAddr;

use crate::rules::names::Name;

/// The five customary mailboxes at a domain and at each parent of it.
pub(crate) fn eligible_addresses(name: &Name) -> Vec<String> {
    const MAILBOXES: [&str; 5] = ["admin", "administrator", "hostmaster", "postmaster", "webmaster"];
    let host = name.host();
    if host.parse::<IpAddr>().is_ok() {
        return Vec::new();
    }
    let at = |domain: String| MAILBOXES.iter().map(move |mailbox| format!("{mailbox}@{domain}"));
    name.domain_and_parents().into_iter().flat_map(at).collect()
}
