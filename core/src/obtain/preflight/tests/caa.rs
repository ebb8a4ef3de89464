use std::time::{Duration, Instant};

use zerossl_sandbox::{DnsAnswer, Sandbox};

use super::super::{Finding, Watching};
use super::{preflight, sandbox};
use crate::cancel::CancelToken;

fn caa(sandbox: &Sandbox, name: &str) -> Vec<Finding> {
    let deadline = Instant::now() + Duration::from_secs(30);
    let watch = Watching { cancel: &CancelToken::new(), deadline };
    preflight(sandbox, &[]).check_caa(&watch, &[name.to_owned()]).expect("a check")
}

/// The findings for a name if these records are at example.com.
fn with(records: &[&str], name: &str) -> Vec<Finding> {
    let sandbox = sandbox();
    for record in records {
        sandbox.add_record("example.com", "CAA", record).expect("a record");
    }
    caa(&sandbox, name)
}

#[test]
fn allowed() {
    for records in [
        [].as_slice(),
        &["0 issue \"sectigo.com\""],
        &["0 issue \"letsencrypt.org\"", "0 issue \"Sectigo.com\""],
        &["0 issue \"trust-provider.com; account=7\""],
        &["128 ISSUE \"usertrust.com\""],
        &["0 iodef \"mailto:ca@example.com\""],
        &["0 issuewild \";\""],
        &["0 tbs \"unknown\""],
    ] {
        assert_eq!(with(records, "www.example.com"), [], "{records:?}");
    }
    let wild = ["0 issue \";\"", "0 issuewild \"sectigo.com\""];
    assert_eq!(with(&wild, "*.example.com"), []);
    assert_eq!(with(&["0 issue \"sectigo.com\""], "*.example.com"), []);
}

#[test]
fn forbidden() {
    for (records, name, tag) in [
        (["0 issue \"letsencrypt.org\""].as_slice(), "a.www.example.com", "issue"),
        (&["0 issue \";\""], "example.com", "issue"),
        (&["0 issue \"notsectigo.com\""], "example.com", "issue"),
        (&["0 issue \";\"", "0 issuewild \"sectigo.com\""], "example.com", "issue"),
        (&["0 issue \"sectigo.com\"", "0 issuewild \";\""], "*.example.com", "issuewild"),
        (&["0 issue \"letsencrypt.org\""], "*.www.example.com", "issue"),
    ] {
        let findings = with(records, name);
        let [Finding { domain, what: "caa", location, found, advice, certain: true, .. }] = &*findings else {
            panic!("{records:?}: {findings:?}");
        };
        assert_eq!((domain.as_str(), location.as_str()), (name, "example.com"));
        assert!(records.iter().all(|record| found.contains(record)), "{found}");
        assert_eq!(*advice, format!("add this record: `example.com. CAA 0 {tag} \"sectigo.com\"`"));
    }
}

#[test]
fn what_is_critical_and_unknown_forbids() {
    let findings = with(&["0 issue \"sectigo.com\"", "128 tbs \"unknown\""], "example.com");
    assert!(findings[0].certain && findings[0].advice.contains("critical flag"), "{findings:?}");
}

#[test]
fn the_nearest_records_decide() {
    let sandbox = sandbox();
    sandbox.add_record("example.com", "CAA", "0 issue \"letsencrypt.org\"").expect("a record");
    sandbox.add_record("www.example.com", "CAA", "0 issue \"sectigo.com\"").expect("a record");
    assert_eq!(caa(&sandbox, "a.www.example.com"), []);
    assert_eq!(caa(&sandbox, "ftp.example.com").len(), 1);
}

#[test]
fn an_aliass_target_speaks_for_it() {
    let sandbox = sandbox();
    sandbox.add_record("www.example.com", "CNAME", "cdn.example.net").expect("a record");
    sandbox.add_record("cdn.example.net", "CAA", "0 issue \"letsencrypt.org\"").expect("a record");
    assert_eq!(caa(&sandbox, "www.example.com")[0].location, "www.example.com");
    // The names above the target do not count.
    sandbox.reset();
    sandbox.add_record("www.example.com", "CNAME", "cdn.example.net").expect("a record");
    sandbox.add_record("example.net", "CAA", "0 issue \"letsencrypt.org\"").expect("a record");
    assert_eq!(caa(&sandbox, "www.example.com"), []);
}

#[test]
fn a_question_that_fails_proves_nothing() {
    let sandbox = sandbox();
    sandbox.set_dns_answer("example.com", DnsAnswer::ServFail, Duration::ZERO);
    let findings = caa(&sandbox, "www.example.com");
    assert!(!findings[0].certain && findings[0].found.contains("SERVFAIL"), "{findings:?}");
    assert_eq!(findings[0].location, "example.com");
}

#[test]
fn addresses_have_no_records() {
    let sandbox = sandbox();
    assert_eq!(caa(&sandbox, "192.0.2.1"), []);
    assert!(sandbox.dns_questions().is_empty());
}
