//! Without a resolver of the user: one sandbox is the system's resolver, others are the authoritative servers.

use std::time::Duration;

use zerossl_sandbox::{DnsAnswer, Sandbox};

use super::super::Preflight;
use super::super::dns::DnsSource;
use super::{LABEL, TARGET, check, one, preflight, record, sandbox};

const MISSING: &str = "zone example.com: ns1.example.net has no CNAME record (NXDOMAIN)";

pub(super) fn found_by(finder: &Sandbox, port: u16) -> Preflight {
    let dns_source = DnsSource::Authorities { finder: Some(finder.dns_address()), port };
    Preflight { dns_source, ..preflight(finder, &[]) }
}

/// Returns `ns1.example.net` as the server of `example.com`.
pub(super) fn finder() -> Sandbox {
    let finder = sandbox();
    finder.add_record("example.com", "NS", "ns1.example.net").expect("a record");
    finder.add_record("com", "NS", "ns1.example.net").expect("a record");
    finder
}

#[test]
fn the_system_is_never_asked_for_what_may_appear() {
    let (finder, authority) = (finder(), sandbox());
    let preflight = found_by(&finder, authority.dns_address().port());
    let finding = one(check(&preflight, &record("www.example.com")));
    assert!(finding.certain && finding.found == MISSING, "{finding:?}");
    authority.add_record(&format!("{LABEL}.www.example.com"), "CNAME", TARGET).expect("a record");
    assert_eq!(check(&preflight, &record("www.example.com")), []);
    for question in finder.dns_questions() {
        assert!(["NS", "A", "AAAA"].contains(&question.kind.as_str()), "{question:?}");
        assert!(!question.name.starts_with('_'), "{question:?}");
    }
}

#[test]
fn an_alias_is_in_its_own_zone() {
    let (finder, authority) = (finder(), sandbox());
    finder.add_record("www.example.com", "CNAME", "example.org").expect("a record");
    finder.add_record("example.org", "NS", "ns1.example.org").expect("a record");
    let finding = one(check(&found_by(&finder, authority.dns_address().port()), &record("www.example.com")));
    assert_eq!(finding.found, MISSING);
}

#[test]
fn servers_that_cannot_be_found_prove_nothing() {
    let finder = sandbox();
    finder.set_dns_answer("example.com", DnsAnswer::ServFail, Duration::ZERO);
    let findings = check(&found_by(&finder, 1), &record("example.com"));
    assert_eq!(
        findings.iter().map(|finding| (finding.what, finding.certain)).collect::<Vec<_>>(),
        [("cname", false), ("caa", false)]
    );
}

/// The system's resolver serves only a few zones of its own, and nothing above them.
#[test]
fn where_no_servers_are_known_the_resolver_is_asked() {
    let (finder, authority) = (sandbox(), sandbox());
    finder.add_record("example.com", "NS", "ns1.example.net").expect("a record");
    authority.add_record(&format!("{LABEL}.www.example.com"), "CNAME", TARGET).expect("a record");
    let preflight = found_by(&finder, authority.dns_address().port());
    assert_eq!(check(&preflight, &record("www.example.com")), []);
    finder.add_record("com", "CAA", "0 issue \"ca.example.net\"").expect("a record");
    let finding = one(check(&preflight, &record("www.example.com")));
    assert!(finding.certain && finding.what == "caa" && finding.location == "com", "{finding:?}");
    // Its answer about the record itself is not trusted.
    let finding =
        check(&preflight, &record("example.org")).into_iter().find(|finding| finding.what == "cname");
    assert!(finding.is_some_and(|finding| !finding.certain && finding.found.contains("no name servers")));
}
