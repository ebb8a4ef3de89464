//! Orders that would use a place in the quota and never be issued. They are refused before anything is sent.

use std::net::{IpAddr, Ipv4Addr};

use crate::endpoints::ValidationMethod;
use crate::error::{Error, Result};
use crate::obtain::address::{DOCUMENTATION, why_not_public};

/// Names that no public CA issues for (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, and ICANN's `internal`).
const RESERVED: [&str; 9] =
    ["alt", "example", "home.arpa", "internal", "invalid", "local", "localhost", "onion", "test"];

/// Checks the names of an order and the method that validates them.
pub(crate) fn check(domains: &[String], method: ValidationMethod, is_trial: bool) -> Result<()> {
    for (index, name) in domains.iter().enumerate() {
        let why = if name.starts_with("*.") {
            wildcard(name, method, domains.len())
        } else {
            match name.parse() {
                Ok(IpAddr::V6(_)) => Some(
                    "the service does not issue for IPv6 addresses, and keeps the place of the order"
                        .to_owned(),
                ),
                Ok(IpAddr::V4(address)) => ipv4(address, method, is_trial),
                Err(_) => None,
            }
        };
        if let Some(why) = why.or_else(|| reserved(name)) {
            return Err(Error::invalid(format!("domains[{index}]"), format!("`{name}`: {why}")));
        }
    }
    Ok(())
}

fn wildcard(name: &str, method: ValidationMethod, count: usize) -> Option<String> {
    if count > 1 {
        return Some(
            "a wildcard cannot stand beside other names; obtain a certificate of its own for it".to_owned(),
        );
    }
    let is_by_file = matches!(method, ValidationMethod::Http | ValidationMethod::Https);
    is_by_file.then(|| {
        let parent = name.trim_start_matches("*.");
        format!("control of a wildcard is not shown by a file at {parent}; use CNAME_CSR_HASH or EMAIL")
    })
}

fn ipv4(address: Ipv4Addr, method: ValidationMethod, is_trial: bool) -> Option<String> {
    if matches!(method, ValidationMethod::Cname | ValidationMethod::Email) {
        return Some(format!("control of an IP address is not shown by {method}; use HTTP_CSR_HASH"));
    }
    let kind = why_not_public(address.into()).filter(|kind| !(is_trial && *kind == DOCUMENTATION))?;
    Some(format!("it is a {kind} address, for which no public CA issues; use the public one"))
}

fn reserved(name: &str) -> Option<String> {
    if name.parse::<IpAddr>().is_ok() {
        return None;
    }
    let is_below = |parent: &&&str| {
        name.strip_suffix(**parent).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    if let Some(parent) = RESERVED.iter().find(is_below) {
        return Some(format!("`{parent}` is a reserved name, for which no public CA issues"));
    }
    (!name.trim_start_matches("*.").contains('.'))
        .then(|| "it is not a public name: it has one label only, so no public CA issues for it".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::obtain::order_spec::refusals::*;

    fn refused(names: &[&str], method: ValidationMethod) -> bool {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        check(&names, method, false).is_err()
    }

    #[test]
    fn what_would_cost_a_place_is_refused() {
        for name in [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "192.88.99.1",
            "203.0.113.10",
            "2001:db8::1",
            "2606:4700::1111",
            "printer.local",
            "localhost",
            "a.example",
            "a.home.arpa",
            "a.internal",
            "intranet",
            "*.example.com",
        ] {
            assert!(refused(&[name], ValidationMethod::Http), "{name}");
        }
        for name in ["8.8.4.4", "8.8.8.8"] {
            assert!(refused(&[name], ValidationMethod::Cname), "{name}");
            assert!(refused(&[name], ValidationMethod::Email), "{name}");
        }
        for name in ["*.com", "*.localhost"] {
            assert!(refused(&[name], ValidationMethod::Cname), "{name}");
        }
        assert!(refused(&["*.example.com", "example.com"], ValidationMethod::Cname));
    }

    #[test]
    fn ordinary_names_pass() {
        assert!(check(&["203.0.113.10".to_owned()], ValidationMethod::Http, true).is_ok());
        assert!(!refused(&["example.com", "www.example.com", "8.8.8.8"], ValidationMethod::Http));
        assert!(!refused(&["*.example.com"], ValidationMethod::Cname));
        assert!(!refused(&["notlocalhost.com", "mylocal.org"], ValidationMethod::Email));
    }
}
