//! Two authoritative servers at one port: only Linux has 127.0.0.2 without configuration.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use zerossl_sandbox::{Options, Sandbox};

use super::super::Watching;
use super::authorities::{finder, found_by};
use super::{LABEL, TARGET, check, one, record, sandbox};
use crate::cancel::CancelToken;

fn two_servers() -> (Sandbox, Sandbox, u16) {
    let first = sandbox();
    let port = first.dns_address().port();
    let dns_listen = SocketAddr::from(([127, 0, 0, 2], port));
    (first, Sandbox::start(Options { dns_listen, ..Options::default() }).expect("a sandbox"), port)
}

#[test]
fn all_servers_must_have_it() {
    let (finder, (first, second, port)) = (finder(), two_servers());
    finder.add_record("example.com", "NS", "ns2.example.net").expect("a record");
    finder.add_record("ns2.example.net", "A", "127.0.0.2").expect("a record");
    let name = format!("{LABEL}.example.com");
    first.add_record(&name, "CNAME", TARGET).expect("a record");
    let finding = one(check(&found_by(&finder, port), &record("example.com")));
    assert_eq!(
        finding.found,
        "zone example.com: ns1.example.net has it; ns2.example.net has no CNAME record (NXDOMAIN)"
    );
    assert!(finding.certain && finding.advice.starts_with("wait"), "{finding:?}");
    second.add_record(&name, "CNAME", TARGET).expect("a record");
    assert_eq!(check(&found_by(&finder, port), &record("example.com")), []);
}

#[test]
fn aliases_are_followed_from_zone_to_zone() {
    let (finder, (first, second, port)) = (finder(), two_servers());
    finder.add_record("example.org", "NS", "ns2.example.net").expect("a record");
    finder.add_record("ns2.example.net", "A", "127.0.0.2").expect("a record");
    first.add_record("www.example.com", "CNAME", "cdn.example.org").expect("a record");
    second.add_record("cdn.example.org", "CAA", "0 issue \"letsencrypt.org\"").expect("a record");
    let watch = Watching { cancel: &CancelToken::new(), deadline: Instant::now() + Duration::from_secs(30) };
    let findings =
        found_by(&finder, port).check_caa(&watch, &["www.example.com".to_owned()]).expect("a check");
    let finding = one(findings);
    assert!(finding.certain && finding.location == "www.example.com", "{finding:?}");
}
