use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use hickory_proto::op::{Message, OpCode};
use hickory_proto::rr::{RData, Record, RecordType};
use zerossl_sandbox::{DnsAnswer, Sandbox};

use super::super::{Preflight, Watching};
use super::{LABEL, TARGET, await_question, check, one, preflight, record, sandbox};
use crate::cancel::CancelToken;

fn add(sandbox: &Sandbox, domain: &str, target: &str) {
    sandbox.add_record(&format!("{LABEL}.{domain}"), "CNAME", target).expect("a record");
}

#[test]
fn a_right_record_is_well_in_any_case() {
    for target in [TARGET, &TARGET.to_lowercase()] {
        let sandbox = sandbox();
        add(&sandbox, "www.example.com", target);
        assert_eq!(check(&preflight(&sandbox, &[]), &record("www.example.com")), []);
    }
}

#[test]
fn a_wildcards_record_is_at_the_name_without_the_star() {
    let sandbox = sandbox();
    let finding = one(check(&preflight(&sandbox, &[]), &record("*.example.com")));
    assert_eq!((finding.domain.as_str(), finding.certain), ("*.example.com", true));
    add(&sandbox, "example.com", TARGET);
    assert_eq!(check(&preflight(&sandbox, &[]), &record("*.example.com")), []);
}

#[test]
fn a_missing_record_is_written_down() {
    let sandbox = sandbox();
    let finding = one(check(&preflight(&sandbox, &[]), &record("www.example.com")));
    assert_eq!((finding.domain.as_str(), finding.what, finding.certain), ("www.example.com", "cname", true));
    assert_eq!(finding.location, format!("{LABEL}.www.example.com"));
    assert_eq!(finding.expected, TARGET);
    assert_eq!(finding.found, format!("{} has no CNAME record (NXDOMAIN)", sandbox.dns_address()));
    assert!(finding.advice.contains(&format!("`{LABEL}.www.example.com. CNAME {TARGET}`")), "{finding:?}");
}

/// Flattened or proxied: the provider returns addresses instead of the record.
#[test]
fn addresses_instead_of_the_record_are_reported() {
    for (kind, address) in [("A", "192.0.2.1"), ("AAAA", "2001:db8::1")] {
        let sandbox = sandbox();
        let name = format!("{LABEL}.www.example.com");
        sandbox.add_record(&name, kind, address).expect("a record");
        let mut preflight = preflight(&sandbox, &[]);
        // There is no wait: the record exists in another form.
        preflight.limits.record_wait = Duration::from_secs(3600);
        let finding = one(check(&preflight, &record("www.example.com")));
        assert!(finding.certain && finding.found.contains(address), "{finding:?}");
        assert!(
            finding.advice.contains("flattens or proxies") && finding.advice.contains(&name),
            "{finding:?}"
        );
        assert!(!finding.advice.contains("minutes"), "{finding:?}");
    }
}

/// A server that returns an address for every name, like a wildcard, and nothing else. An empty datagram ends it.
fn wildcard(socket: &UdpSocket) {
    let mut question = [0; 512];
    while let Ok((length @ 1.., from)) = socket.recv_from(&mut question) {
        let question = Message::from_vec(&question[..length]).expect("a question");
        let query = question.queries.first().expect("a query").clone();
        let mut answer = Message::response(question.metadata.id, OpCode::Query);
        if query.query_type() == RecordType::A {
            let address = RData::A(Ipv4Addr::new(192, 0, 2, 1).into());
            answer.add_answer(Record::from_rdata(query.name().clone(), 5, address));
        }
        answer.add_query(query);
        socket.send_to(&answer.to_vec().expect("an answer"), from).expect("sent");
    }
}

#[test]
fn a_wildcards_addresses_stand_for_nothing() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let server = socket.local_addr().expect("an address");
    let finding = std::thread::scope(|scope| {
        scope.spawn(|| wildcard(&socket));
        let mut preflight = Preflight::new(Some(&server.to_string()), &[]).expect("parameters");
        preflight.limits.record_wait = Duration::ZERO;
        let findings = check(&preflight, &record("example.com"));
        UdpSocket::bind("127.0.0.1:0").and_then(|end| end.send_to(&[], server)).expect("sent");
        one(findings)
    });
    assert!(finding.certain && finding.advice.starts_with("add this record"), "{finding:?}");
}

/// If the record is an alias of another host, the addresses are the host's and not the record's.
#[test]
fn the_addresses_of_a_target_are_not_the_records() {
    let sandbox = sandbox();
    add(&sandbox, "example.com", "elsewhere.example.net");
    sandbox.add_record("elsewhere.example.net", "A", "192.0.2.1").expect("a record");
    let finding = one(check(&preflight(&sandbox, &[]), &record("example.com")));
    assert!(finding.advice.contains("lead to the target"), "{finding:?}");
}

/// One server is asked for everything, and answers for all zones.
#[test]
fn aliases_that_lead_to_the_target_are_followed() {
    let sandbox = sandbox();
    add(&sandbox, "example.com", "_validation.example.net");
    sandbox.add_record("_validation.example.net", "CNAME", "_validation.example.org").expect("a record");
    let mut preflight = preflight(&sandbox, &[]);
    let finding = one(check(&preflight, &record("example.com")));
    assert!(finding.certain && finding.found.ends_with("points to _validation.example.net"), "{finding:?}");
    sandbox.add_record("_validation.example.org", "CNAME", TARGET).expect("a record");
    // There is no wait: the record is there.
    preflight.limits.record_wait = Duration::from_secs(3600);
    let finding = one(check(&preflight, &record("example.com")));
    assert!(!finding.certain && finding.found.ends_with(", and that leads to the target"), "{finding:?}");
    assert!(finding.advice.contains("not known whether the CA follows"), "{finding:?}");
    // In a circle.
    sandbox.remove_records("_validation.example.org");
    sandbox.add_record("_validation.example.org", "CNAME", "_validation.example.net").expect("a record");
    preflight.limits.record_wait = Duration::ZERO;
    assert!(one(check(&preflight, &record("example.com"))).certain);
}

#[test]
fn a_wrong_target_is_named() {
    let sandbox = sandbox();
    add(&sandbox, "example.com", "elsewhere.example.net");
    let finding = one(check(&preflight(&sandbox, &[]), &record("example.com")));
    assert!(finding.certain && finding.found.ends_with("points to elsewhere.example.net"), "{finding:?}");
    assert!(finding.advice.contains("lead to the target"), "{finding:?}");
}

#[test]
fn a_target_with_the_zone_behind_it_lacks_its_dot() {
    let sandbox = sandbox();
    add(&sandbox, "www.example.com", &format!("{TARGET}Example.com."));
    let finding = one(check(&preflight(&sandbox, &[]), &record("www.example.com")));
    assert!(finding.certain && finding.advice.contains("end it with a dot"), "{finding:?}");
}

#[test]
fn a_record_at_a_parent_is_as_good() {
    let sandbox = sandbox();
    add(&sandbox, "example.com", TARGET);
    assert_eq!(check(&preflight(&sandbox, &[]), &record("a.www.example.com")), []);
    // But not above two labels, and not a wrong record.
    sandbox.reset();
    add(&sandbox, "com", TARGET);
    add(&sandbox, "www.example.com", "elsewhere.example.net");
    let finding = one(check(&preflight(&sandbox, &[]), &record("a.www.example.com")));
    assert!(finding.certain && finding.found.ends_with("has no CNAME record (NXDOMAIN)"), "{finding:?}");
}

#[test]
fn a_record_that_appears_later_is_waited_for() {
    let sandbox = sandbox();
    add(&sandbox, "example.com", "old.example.net");
    let mut preflight = preflight(&sandbox, &[]);
    preflight.limits.record_wait = Duration::from_secs(20);
    let findings = std::thread::scope(|scope| {
        scope.spawn(|| {
            let name = format!("{LABEL}.example.com");
            await_question(&sandbox, &name);
            sandbox.remove_records(&name);
            add(&sandbox, "example.com", TARGET);
        });
        check(&preflight, &record("example.com"))
    });
    assert_eq!(findings, []);
    let times = sandbox.dns_questions().iter().filter(|question| question.kind == "CNAME").count();
    assert!(times > 1, "asked only once, before it was there");
}

#[test]
fn a_server_that_fails_proves_nothing() {
    let sandbox = sandbox();
    sandbox.set_dns_answer(&format!("{LABEL}.example.com"), DnsAnswer::ServFail, Duration::ZERO);
    let finding = one(check(&preflight(&sandbox, &[]), &record("example.com")));
    assert!(!finding.certain && finding.found.contains("answered SERVFAIL"), "{finding:?}");
    sandbox.set_dns_answer(&format!("{LABEL}.example.com"), DnsAnswer::Silence, Duration::ZERO);
    let mut preflight = preflight(&sandbox, &[]);
    preflight.limits.question = Duration::from_millis(100);
    let finding = one(check(&preflight, &record("example.com")));
    assert!(!finding.certain && finding.found.contains("gave no answer in time"), "{finding:?}");
}

#[test]
fn findings_are_in_the_order_of_the_challenges() {
    let sandbox = sandbox();
    let domains: Vec<_> = (0..40).map(|number| format!("{}.example.com", 40 - number)).collect();
    // The first targets are answered last.
    sandbox.set_dns_answer(&format!("{LABEL}.40.example.com"), DnsAnswer::Normal, Duration::from_millis(100));
    let challenges: Vec<_> = domains.iter().map(|domain| record(domain)).collect();
    let watch = Watching { cancel: &CancelToken::new(), deadline: Instant::now() + Duration::from_secs(30) };
    let findings = preflight(&sandbox, &[]).check(&watch, &challenges).expect("a check");
    assert_eq!(findings.into_iter().map(|finding| finding.domain).collect::<Vec<_>>(), domains);
}
