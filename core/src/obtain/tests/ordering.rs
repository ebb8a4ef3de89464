//! One order: lost, late, foreign and duplicate ones, the limit on creates, and the error when the quota is full.

use std::time::Duration;

use zerossl_sandbox::{Effect, Reply, When, WireFault};

use super::stand::Stand;
use crate::endpoints::CreateCertificate;
use crate::error::Kind;
use crate::generate_csr::GenerateCsr;
use crate::key_type::KeyType;
use crate::obtain::interface::{Obtain, Outcome};

fn lose(stand: &Stand, when: When) {
    stand.strike("create_certificate", 1, when, Reply::broken(WireFault::Reset));
}

/// An order of the same names by somebody else on the account.
fn foreign_order(stand: &Stand) -> String {
    let client = stand.client();
    let csr = client.send(&GenerateCsr::new(["example.com"])).expect("a CSR").csr;
    let create =
        CreateCertificate { strict_domains: Some(true), ..CreateCertificate::new(["example.com"], csr) };
    client.send(&create).expect("an order").id
}

#[test]
fn a_lost_order_is_found_again() {
    let stand = Stand::new();
    lose(&stand, When::After);
    let obtained = stand.obtain(&stand.wanted()).expect("found");
    assert_eq!((obtained.outcome, stand.count("create_certificate")), (Outcome::Issued, 1));
}

#[test]
fn an_order_that_was_not_made_is_made() {
    let stand = Stand::new();
    lose(&stand, When::Before);
    stand.obtain_after_unknown(&stand.wanted()).expect("made again");
    assert_eq!((stand.count("create_certificate"), stand.live().len()), (2, 1));
    assert_eq!(stand.journal()["lost"].as_array().map(Vec::len), Some(1), "it is still looked for");
}

#[test]
fn foreign_orders_from_before_do_not_matter() {
    let stand = Stand::new();
    foreign_order(&stand);
    lose(&stand, When::After);
    stand.obtain(&stand.wanted()).expect("found");
    assert_eq!((stand.count("create_certificate"), stand.live().len()), (2, 2));
}

/// Our create was not carried out, and theirs was made in the same second.
#[test]
fn a_foreign_order_from_before_is_not_taken() {
    let stand = Stand::new();
    let theirs = foreign_order(&stand);
    lose(&stand, When::Before);
    let obtained = stand.obtain_after_unknown(&stand.wanted()).expect("made again");
    assert_ne!(obtained.certificate.as_ref().map(|ours| &ours.id), Some(&theirs));
    let count = |operation| stand.count(operation);
    assert_eq!(
        (count("create_certificate"), count("verify_domains"), count("cancel_certificate")),
        (3, 1, 0)
    );
    stand.inspect(&obtained);
}

#[test]
fn a_hash_that_tells_nothing_is_done_without() {
    let stand = Stand::new();
    stand.quirk("create_certificate", 1, Effect::ForeignHashes);
    lose(&stand, When::After);
    stand.obtain(&stand.wanted()).expect("found by its names and its time");
    assert_eq!((stand.count("create_certificate"), stand.live().len()), (1, 1));
}

#[test]
fn lists_without_validation_values_do() {
    let stand = Stand::new();
    stand.quirk("list_certificates", 9, Effect::EmptyValidation);
    foreign_order(&stand);
    lose(&stand, When::After);
    stand.obtain(&stand.wanted()).expect("found by a look at each");
    assert_eq!(stand.count("create_certificate"), 2);
}

#[test]
fn a_list_that_lags_is_waited_for() {
    let stand = Stand::new();
    stand.sandbox.change_settings(|settings| settings.list_lag = Duration::from_secs(20));
    lose(&stand, When::After);
    stand.obtain(&stand.wanted()).expect("found in the end");
    assert_eq!(stand.count("create_certificate"), 1);
}

/// The create is carried out after we gave up on it and ordered again: the late order is cancelled.
#[test]
fn a_late_duplicate_is_cancelled() {
    for quirks in [false, true] {
        let stand = Stand::new();
        if quirks {
            stand.quirk("create_certificate", 9, Effect::ForeignHashes);
        }
        stand.sandbox.set_issue_delay(Duration::from_secs(3600));
        let late = When::Late { by: Duration::from_secs(600) };
        stand.strike("create_certificate", 1, late, Reply::page(504));
        stand.obtain_after_unknown(&stand.wanted()).expect("ordered again, and waiting");
        assert_eq!(stand.count("create_certificate"), 2);
        stand.sandbox.advance(Duration::from_secs(3600));
        assert_eq!(stand.obtain(&stand.wanted()).expect("issued").outcome, Outcome::Resumed);
        assert_eq!(stand.sandbox.certificates().len(), 2, "it has turned up");
        assert_eq!(stand.live().len(), 1, "foreign hashes: {quirks}");
        assert_eq!(stand.journal()["lost"].as_array().map(Vec::len), Some(0));
        stand.obtain(&stand.wanted()).expect("nothing to do");
    }
}

/// Two orders may be ours, and nothing shows which one.
#[test]
fn several_are_ambiguous_until_one_is_adopted() {
    let stand = Stand::new();
    stand.quirk("create_certificate", 9, Effect::ForeignHashes);
    lose(&stand, When::After);
    // The first list call works, the later search for the order does not.
    stand.pass("list_certificates", 1);
    stand.strike("list_certificates", 1, When::Before, Reply::text(403, "<html>403</html>"));
    let error = stand.obtain(&stand.wanted()).expect_err("the look fails");
    assert_eq!(error.kind(), Kind::Response, "{error}");
    let ours = stand.live()[0].id.clone();
    let foreign = foreign_order(&stand);
    let error = stand.obtain(&stand.wanted()).expect_err("nobody can tell");
    assert_eq!(error.kind(), Kind::Ambiguous, "{error}");
    let ids: Vec<_> = error.candidates().iter().filter_map(|candidate| candidate["id"].as_str()).collect();
    assert!(ids.len() == 2 && ids.contains(&&*ours) && ids.contains(&&*foreign), "{ids:?}");
    let adopting = Obtain { adopt: Some(ours.clone()), ..stand.wanted() };
    let obtained = stand.obtain(&adopting).expect("it is told");
    assert_eq!(obtained.certificate.map(|certificate| certificate.id), Some(ours));
    assert!(stand.live().iter().any(|order| order.id == foreign), "the other one is left alone");
}

/// In an outage, each call sends one create, until three have an unknown outcome. With `force`, another one is sent.
#[test]
fn three_creates_without_an_outcome_are_the_most() {
    let stand = Stand::new();
    stand.strike("create_certificate", 9, When::Before, Reply::page(500));
    for sent in 1..=3 {
        let error = stand.obtain(&stand.wanted()).expect_err("nothing comes of it");
        assert_eq!((error.kind(), error.is_retryable()), (Kind::Response, true), "{error}");
        assert_eq!(stand.count("create_certificate"), sent);
    }
    let error = stand.obtain(&stand.wanted()).expect_err("three are enough");
    assert_eq!((error.kind(), stand.count("create_certificate")), (Kind::RateLimited, 3), "{error}");
    assert!(error.retry_after().is_some_and(|wait| wait > Duration::from_secs(23 * 3600)), "{error:?}");
    stand.sandbox.clear_faults();
    assert_eq!(stand.obtain(&stand.wanted()).expect_err("still").kind(), Kind::RateLimited);
    let forced = Obtain { force: Some(true), ..stand.wanted() };
    stand.inspect(&stand.obtain(&forced).expect("the caller insists"));
}

#[test]
fn the_next_day_creates_without_an_outcome_do_not_count() {
    let stand = Stand::new();
    stand.strike("create_certificate", 3, When::Before, Reply::page(500));
    for _ in 0..3 {
        stand.obtain(&stand.wanted()).expect_err("nothing comes of it");
    }
    stand.sandbox.advance(Duration::from_secs(25 * 3600));
    stand.obtain(&stand.wanted()).expect("the next day");
}

/// Refusals, and orders that were installed, do not count as creates with an unknown outcome.
#[test]
fn known_outcomes_do_not_count() {
    let stand = Stand::new();
    stand.strike("create_certificate", 4, When::Before, Reply::refusal(2817).expect("a code"));
    for _ in 0..4 {
        assert_eq!(stand.obtain(&stand.wanted()).expect_err("refused").api_code(), Some(2817));
    }
    for _ in 0..5 {
        stand.obtain(&stand.wanted()).expect("a certificate");
        stand.obtain(&Obtain { force: Some(true), ..stand.wanted() }).expect("another one");
    }
}

#[test]
fn a_full_account_says_what_fills_it() {
    let stand = Stand::new();
    let filling = foreign_order(&stand);
    stand.sandbox.set_quota(1);
    let error = stand.obtain(&stand.wanted()).expect_err("no place");
    assert_eq!(error.api_code(), Some(2817), "{error}");
    assert!(error.message().contains(&filling), "{error}");
    stand.sandbox.set_quota(2);
    stand.obtain(&stand.wanted()).expect("a place");
}

#[test]
fn other_terms_are_another_order() {
    let stand = Stand::new();
    stand.sandbox.set_issue_delay(Duration::from_secs(3600));
    let first = stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("it waits");
    assert_eq!(first.outcome, Outcome::Pending);
    stand.sandbox.set_issue_delay(Duration::ZERO);
    let two = Obtain {
        name: Some("example.com".to_owned()),
        domains: vec!["example.com".to_owned(), "www.example.com".to_owned()],
        ..stand.wanted()
    };
    let second = stand.obtain(&two).expect("another order");
    assert_eq!(stand.live().len(), 1);
    assert_ne!(first.certificate.map(|order| order.id), second.certificate.map(|order| order.id));
}

#[test]
fn a_pending_order_is_resumed() {
    let stand = Stand::new();
    stand.sandbox.set_issue_delay(Duration::from_secs(7200));
    let waiting = stand.obtain(&stand.wanted()).expect("it waits");
    assert_eq!((waiting.outcome, waiting.files.len()), (Outcome::Pending, 0));
    stand.sandbox.advance(Duration::from_secs(7200));
    let done = stand.obtain(&stand.wanted()).expect("issued");
    assert_eq!((done.outcome, stand.count("create_certificate")), (Outcome::Resumed, 1));
    assert_eq!(stand.count("verify_domains"), 1);
    stand.inspect(&done);
}

#[test]
fn an_abandoned_order_is_cancelled() {
    let stand = Stand::new();
    stand.sandbox.set_issue_delay(Duration::from_secs(7200));
    stand.obtain(&stand.wanted()).expect("it waits");
    let abandoning = Obtain { abandon: Some(true), ..stand.wanted() };
    assert_eq!(stand.obtain(&abandoning).expect("given up").outcome, Outcome::Abandoned);
    assert!(stand.live().is_empty() && !stand.webroot().join(".well-known").exists());
    assert_eq!(stand.obtain(&abandoning).expect("again").outcome, Outcome::Abandoned);
}

#[test]
fn an_abandoned_order_that_was_issued_is_installed() {
    let stand = Stand::new();
    stand.sandbox.set_issue_delay(Duration::from_secs(7200));
    stand.obtain(&stand.wanted()).expect("it waits");
    stand.sandbox.advance(Duration::from_secs(7200));
    let done = stand.obtain(&Obtain { abandon: Some(true), ..stand.wanted() }).expect("installed");
    assert_eq!(done.outcome, Outcome::Resumed);
    stand.inspect(&done);
}

#[test]
fn a_draft_of_last_week_is_ordered_anew() {
    let stand = Stand::new();
    stand.strike("verify_domains", 1, When::Before, Reply::refusal(2826).expect("a code"));
    stand.obtain(&stand.wanted()).expect_err("not validated");
    let old = stand.live()[0].id.clone();
    stand.sandbox.advance(Duration::from_secs(8 * 24 * 3600));
    stand.obtain(&stand.wanted()).expect("ordered anew");
    let live = stand.live();
    assert!(live.len() == 1 && live[0].id != old, "{live:?}");
}

#[test]
fn a_renewal_replaces_and_prunes() {
    let stand = Stand::new();
    stand.sandbox.set_quota(1);
    let mut before = None;
    for round in 1..=6 {
        let forced = Obtain { force: Some(true), ..stand.wanted() };
        let done = stand.obtain(&forced).expect("it replaces, so there is a place");
        let certificate = done.certificate.clone().expect("a certificate");
        assert_eq!(certificate.replacement_for, before, "round {round}");
        stand.inspect(&done);
        before = Some(certificate.id);
        stand.sandbox.advance(Duration::from_secs(25 * 3600));
    }
    let mut versions: Vec<_> = std::fs::read_dir(stand.store().join("example.com/versions"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    versions.sort();
    assert_eq!(versions, ["4", "5", "6"]);
}

/// The store is lost: the account's certificate with this name is replaced.
#[test]
fn a_lost_store_passes_the_quota() {
    let stand = Stand::of_a_folder();
    stand.sandbox.set_quota(1);
    let first = stand.obtain(&stand.wanted()).expect("a certificate").certificate.expect("a certificate").id;
    std::fs::remove_dir_all(stand.store().join("example.com")).expect("lost");
    let second = stand.obtain(&stand.wanted()).expect("replaced").certificate.expect("a certificate");
    assert_eq!(second.replacement_for, Some(first));
}

#[test]
fn it_is_renewed_when_a_third_is_left() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.sandbox.advance(Duration::from_secs(58 * 24 * 3600));
    assert_eq!(stand.obtain(&stand.wanted()).expect("good").outcome, Outcome::Unchanged);
    let asked = stand.sandbox.requests().len();
    stand.sandbox.advance(Duration::from_secs(3 * 24 * 3600));
    assert_eq!(stand.obtain(&stand.wanted()).expect("due").outcome, Outcome::Renewed);
    assert!(stand.sandbox.requests().len() > asked);
}

/// The certificate in use is good: a service that cannot be reached is no reason to fail.
#[test]
fn a_good_certificate_needs_no_service() {
    let stand = Stand::new();
    lose(&stand, When::Before);
    stand.obtain_after_unknown(&stand.wanted()).expect("made again");
    assert_eq!(stand.journal()["lost"].as_array().map(Vec::len), Some(1));
    stand.strike("list_certificates", 9, When::Before, Reply::page(503));
    assert_eq!(stand.obtain(&stand.wanted()).expect("it is good").outcome, Outcome::Unchanged);
}

/// CAA records forbid the CA, and the service does not report that.
#[test]
fn a_silent_order_is_explained() {
    let stand = Stand::new();
    stand.sandbox.change_settings(|settings| settings.caa = zerossl_sandbox::CaaRefusal::Stall);
    stand.sandbox.add_record("example.com", "CAA", "0 issue \"example.net\"").expect("a record");
    let (sender, receiver) = std::sync::mpsc::channel();
    let client = stand.client().logging_to(move |line| {
        // The test still runs.
        let _ = sender.send(line.to_owned());
    });
    let resolver = Some(stand.sandbox.dns_address().to_string());
    let wanted = Obtain { preflight: Some("warn".to_owned()), resolver, ..stand.wanted() };
    let obtained = stand.obtain_on(&crate::obtain::store::storage::Disk, &client, &wanted).expect("it waits");
    assert_eq!(obtained.outcome, Outcome::Pending);
    let is_told = |line: &String| line.contains("(preflight)") && line.contains("sectigo.com");
    assert!(
        receiver.try_iter().filter(is_told).count() > 1,
        "before the service looked, and while it was silent"
    );
}

/// The list is late for longer than we wait. So the order is made again, and refused because of the lost one.
#[test]
fn a_refusal_because_of_our_own_lost_order_ends_well() {
    for (is_renewal, quota, code) in [(true, 50, 2813), (false, 1, 2817)] {
        let stand = Stand::new();
        if is_renewal {
            stand.obtain(&stand.wanted()).expect("a certificate");
        }
        stand.sandbox.set_quota(quota);
        let wanted = || Obtain { force: Some(is_renewal), ..stand.wanted() };
        stand.sandbox.change_settings(|settings| settings.list_lag = Duration::from_secs(90));
        lose(&stand, When::After);
        stand.obtain(&wanted()).expect_err("its answer is lost, and it is not to be seen");
        let error = stand.obtain(&wanted()).expect_err("the lost one is in the way, and not to be seen");
        assert_eq!(error.api_code(), Some(code), "{error}");
        stand.sandbox.advance(Duration::from_secs(90));
        let obtained = stand.obtain(&wanted()).expect("it is to be seen now");
        assert_eq!(obtained.outcome, Outcome::Resumed);
        assert_eq!(stand.live().len(), if is_renewal { 2 } else { 1 });
        stand.inspect(&obtained);
    }
}

#[test]
fn what_cannot_be_replaced_is_ordered_without() {
    let stand = Stand::new();
    let unknown = Some("0123456789abcdef0123456789abcdef".to_owned());
    let obtained = stand.obtain(&Obtain { replace: unknown, ..stand.wanted() }).expect("ordered without");
    assert_eq!(obtained.certificate.expect("a certificate").replacement_for, None);
    assert_eq!((stand.count("create_certificate"), stand.live().len()), (2, 1));
}

#[test]
fn the_twin_that_the_service_adds_is_validated_too() {
    let stand = Stand::new();
    let obtained = stand.obtain(&Obtain { strict_domains: Some(false), ..stand.wanted() }).expect("both");
    assert_eq!(obtained.certificate.as_ref().expect("a certificate").additional_domains, ["www.example.com"]);
    stand.inspect(&obtained);
}

#[test]
fn an_address_gets_a_certificate() {
    let stand = Stand::new();
    let wanted = Obtain { domains: vec!["203.0.113.10".to_owned()], ..stand.wanted() };
    let obtained = stand.obtain(&wanted).expect("by file");
    assert!(obtained.files["cert"].contains("/203.0.113.10/current/"), "{obtained:?}");
}

#[test]
fn every_kind_of_key_does() {
    for key_type in [KeyType::EcdsaP384, KeyType::Rsa2048] {
        let stand = Stand::new();
        let obtained =
            stand.obtain(&Obtain { key_type: Some(key_type), ..stand.wanted() }).expect("a certificate");
        stand.inspect(&obtained);
    }
}
