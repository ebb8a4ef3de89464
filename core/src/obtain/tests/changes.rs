//! A changed request: until its certificate is installed, the certificate in use is renewed.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use zerossl_sandbox::{Reply, When};

use super::disk::{DyingDisk, Loss};
use super::prepared::free_address;
use super::stand::Stand;
use crate::closed_address::closed_address;
use crate::error::Kind;
use crate::key_type::KeyType;
use crate::obtain::interface::{Obtain, Outcome, RenewAll};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn due(stand: &Stand) {
    stand.sandbox.advance(61 * DAY);
}

/// Two names, and the second one has no server.
fn two(stand: &Stand) -> Obtain {
    stand.sandbox.address_book("broken.example.com", closed_address());
    both(stand)
}

fn both(stand: &Stand) -> Obtain {
    let domains = vec!["example.com".to_owned(), "broken.example.com".to_owned()];
    Obtain { domains, ..stand.wanted() }
}

/// The installed leaf is a new one.
fn is_fresh(stand: &Stand) -> bool {
    days_left(stand) >= 89
}

fn stored(stand: &Stand, file: &str) -> Option<Value> {
    let text = fs::read_to_string(stand.store().join("example.com").join(file)).ok()?;
    Some(serde_json::from_str(&text).expect("JSON"))
}

/// How many days are left of the installed leaf.
fn days_left(stand: &Stand) -> u64 {
    let leaf = fs::read(stand.store().join("example.com/current/cert.pem")).expect("a leaf");
    let lifetime = crate::obtain::check::Lifetime::of(&leaf).expect("a lifetime");
    lifetime.not_after.duration_since(stand.sandbox.now()).unwrap_or_default().as_secs() / DAY.as_secs()
}

#[test]
fn a_failed_change_keeps_the_certificate_in_use() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    let error = stand.obtain(&two(&stand)).expect_err("the second name is not validated");
    assert_eq!(error.kind(), Kind::Validation, "{error}");
    assert_eq!(stored(&stand, "request.json").expect("a request")["domains"], json!(["example.com"]));
    assert_eq!(
        stored(&stand, "wanted.json").expect("the stored request")["domains"].as_array().map(Vec::len),
        Some(2)
    );
    // Nothing is due, so only the change is tried.
    let error = stand.renew_all(&RenewAll::new(stand.store())).expect_err("still");
    assert_eq!(error.kind(), Kind::Validation, "{error}");
    assert!(is_fresh(&stand));
}

#[test]
fn the_certificate_in_use_is_renewed_by_obtain_and_renew_all() {
    for by_run in [false, true] {
        let stand = Stand::new();
        stand.obtain(&stand.wanted()).expect("a certificate");
        stand.obtain(&two(&stand)).expect_err("the second name is not validated");
        for _ in 0..3 {
            due(&stand);
            let error = if by_run {
                stand.renew_all(&RenewAll::new(stand.store())).expect_err("the change fails")
            } else {
                stand.obtain(&two(&stand)).expect_err("the change fails")
            };
            assert_eq!(error.kind(), Kind::Validation, "{error}");
            assert!(error.message().contains("the certificate in use was kept (renewed)"), "{error}");
            assert!(is_fresh(&stand));
        }
        // When the name can be validated, the requested certificate is installed.
        stand.sandbox.address_book("broken.example.com", stand.website);
        let done = stand.obtain(&both(&stand)).expect("both");
        assert!(matches!(done.outcome, Outcome::Renewed | Outcome::Resumed), "{done:?}");
        assert_eq!(stored(&stand, "wanted.json"), None);
        let names = stored(&stand, "request.json").expect("a request")["domains"].clone();
        assert_eq!(names.as_array().map(Vec::len), Some(2));
        let report = stand.renew_all(&RenewAll::new(stand.store())).expect("nothing to do");
        assert_eq!(report.results[0].outcome, Some(Outcome::Unchanged));
    }
}

/// The service refuses the order of the change, and the order of the renewal.
#[test]
fn both_failures_are_told() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.obtain(&two(&stand)).expect_err("the second name is not validated");
    due(&stand);
    stand.strike("create_certificate", 9, When::Before, Reply::refusal(2804).expect("a code"));
    let error = stand.obtain(&two(&stand)).expect_err("refused");
    assert!(error.message().contains("could not be renewed"), "{error}");
    stand.sandbox.clear_faults();
    stand.obtain(&two(&stand)).expect_err("the change fails");
    assert!(is_fresh(&stand));
}

/// An order that waits for hours is not given up at once because of the renewal.
#[test]
fn a_change_that_waits_is_waited_for_while_there_is_time() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.sandbox.set_issue_delay(30 * DAY);
    let other = Obtain { key_type: Some(KeyType::EcdsaP384), deadline: Some(60.0), ..stand.wanted() };
    assert_eq!(stand.obtain(&other).expect("it waits").outcome, Outcome::Pending);
    due(&stand);
    assert!(matches!(stand.obtain(&other).expect("due, and there is time").outcome, Outcome::Resumed));
}

#[test]
fn going_back_is_no_order() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.obtain(&two(&stand)).expect_err("the second name is not validated");
    let creates = stand.count("create_certificate");
    let back = stand.obtain(&stand.wanted()).expect("as before");
    assert_eq!((back.outcome, stand.count("create_certificate")), (Outcome::Unchanged, creates));
    assert_eq!(stored(&stand, "wanted.json"), None);
    assert_eq!(stand.live().len(), 1, "the draft of the change is cancelled");
    stand.inspect(&back);
}

#[test]
fn abandoning_gives_the_change_up() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.obtain(&two(&stand)).expect_err("the second name is not validated");
    stand.obtain(&Obtain { abandon: Some(true), ..two(&stand) }).expect("given up");
    assert_eq!(stored(&stand, "wanted.json"), None);
    let report = stand.renew_all(&RenewAll::new(stand.store())).expect("nothing to do");
    assert_eq!(report.results[0].outcome, Some(Outcome::Unchanged));
}

/// A stored request that cannot be used does not prevent the renewal.
#[test]
fn a_change_that_cannot_be_read_lets_nothing_expire() {
    let stand = Stand::of_a_folder();
    stand.obtain(&stand.wanted()).expect("a certificate");
    fs::write(stand.store().join("example.com/wanted.json"), "{").expect("written");
    due(&stand);
    let error = stand.renew_all(&RenewAll::new(stand.store())).expect_err("it is told");
    assert!(error.message().contains("wanted.json"), "{error}");
    assert!(is_fresh(&stand));
}

/// A change that was begun by an op, whose caller publishes: a run has nobody to ask.
#[test]
fn a_change_that_asks_its_caller_lets_nothing_expire() {
    let stand = Stand::of_a_folder();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.obtain(&two(&stand)).expect_err("the second name is not validated");
    let mut wanted = stored(&stand, "wanted.json").expect("the change");
    wanted["validation"] = json!({"method": "CNAME_CSR_HASH"});
    wanted.as_object_mut().expect("an object").remove("checksum");
    fs::write(stand.store().join("example.com/wanted.json"), wanted.to_string()).expect("written");
    let is_told = |error: crate::Error| {
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
        assert!(error.message().contains("only an op can ask"), "{error}");
    };
    is_told(stand.renew_all(&RenewAll::new(stand.store())).expect_err("the change waits"));
    assert_eq!(stand.count("create_certificate"), 2, "nothing is due");
    due(&stand);
    is_told(stand.renew_all(&RenewAll::new(stand.store())).expect_err("the change waits"));
    assert!(is_fresh(&stand));
}

/// Both listen on the port that the CA asks, each on another address.
#[test]
fn a_change_makes_way_for_the_listener_of_what_is_in_use() {
    let stand = Stand::new();
    let port = free_address().port();
    stand.sandbox.set_http_port(port);
    let listening = |host: &str, wanted: Obtain| Obtain {
        validation: json!({"method": "HTTP_CSR_HASH", "listen": format!("{host}:{port}")}),
        ..wanted
    };
    stand.obtain(&listening("127.0.0.1", stand.wanted())).expect("a certificate");
    due(&stand);
    let error = stand.obtain(&listening("0.0.0.0", two(&stand))).expect_err("the second name has no server");
    assert!(error.message().contains("the certificate in use was kept (renewed)"), "{error}");
    assert!(is_fresh(&stand));
}

/// Parameters for one call are not used by the next one.
#[test]
fn parameters_of_one_call_are_not_stored() {
    let stand = Stand::new();
    let first = stand.obtain(&stand.wanted()).expect("a certificate").certificate.expect("one").id;
    let once = Obtain { force: Some(true), replace: Some(first), offline: Some(true), ..stand.wanted() };
    stand.obtain(&once).expect("renewed");
    let request = stored(&stand, "request.json").expect("a request");
    for name in ["force", "replace", "offline", "adopt", "abandon", "directory", "private_key"] {
        assert_eq!(request.get(name), None, "{name}");
    }
    // Earlier versions stored them. They are ignored.
    let path = stand.store().join("example.com/request.json");
    let mut old = request.clone();
    old.as_object_mut().expect("an object").remove("checksum");
    old["replace"] = json!("0123456789abcdef0123456789abcdef");
    fs::write(&path, old.to_string()).expect("written");
    due(&stand);
    stand.renew_all(&RenewAll::new(stand.store())).expect("renewed");
    assert_eq!(stand.count("create_certificate"), 3, "nothing was tried that could not be replaced");
    let never = Obtain { replace: Some("never".to_owned()), ..stand.wanted() };
    stand.obtain(&never).expect("good");
    assert_eq!(stored(&stand, "request.json").expect("a request")["replace"], "never");
}

/// At whatever step a change dies: one of the two requests is in force, and its certificate is installed.
#[test]
fn a_change_survives_a_crash_at_every_step() {
    let other = |stand: &Stand| Obtain { key_type: Some(KeyType::EcdsaP384), ..stand.wanted() };
    for loss in [Loss::Nothing, Loss::All] {
        for step in 0.. {
            let stand = Stand::new();
            stand.obtain(&stand.wanted()).expect("a certificate");
            let disk = DyingDisk::new(step);
            disk.trust(&stand.store());
            let outcome = stand.obtain_on(&disk, &stand.client(), &other(&stand));
            if outcome.as_ref().err().map(crate::Error::kind) != Some(Kind::Internal) {
                assert!(step > 20, "{outcome:?}");
                break;
            }
            disk.power_cut(&stand.store(), loss);
            let place = format!("died after step {step}, lost: {loss:?}");
            let report = stand.renew_all(&RenewAll::new(stand.store())).expect(&place);
            assert_eq!(report.results.len(), 1, "{place}");
            let installed = stand.journal()["installed"]["terms"]["key_type"].clone();
            let in_force = stored(&stand, "request.json").expect(&place).get("key_type").cloned();
            assert_eq!(in_force.unwrap_or(json!("ecdsa-p256")), installed, "{place}");
            assert!(stored(&stand, "wanted.json").is_none(), "{place}");
            stand.obtain(&other(&stand)).expect(&place);
            assert_eq!(stand.journal()["installed"]["terms"]["key_type"], "ecdsa-p384", "{place}");
        }
    }
}
