//! The requested certificate and the one in use share a single order: neither may discard the other's work.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use zerossl_sandbox::{Reply, When, WireFault};

use super::disk::{LimitedDisk, Step};
use super::stand::{Stand, is_fresh};
use crate::Secret;
use crate::endpoints::RevokeCertificate;
use crate::error::Kind;
use crate::generate_csr::GenerateCsr;
use crate::key_type::KeyType;
use crate::obtain::interface::{Obtain, Outcome, RenewAll};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The request in force is for example.com, with time left for a second call.
fn with_a_certificate() -> Stand {
    with_a_certificate_in(Stand::new())
}

fn with_a_certificate_in(stand: Stand) -> Stand {
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand
}

/// Another certificate, with a method that nobody answers. So its order stays a draft or pending.
fn by_mail(stand: &Stand) -> Obtain {
    Obtain {
        validation: json!({"method": "EMAIL", "emails": {"example.com": "admin@example.com"}}),
        key_type: Some(KeyType::EcdsaP384),
        deadline: Some(60.0),
        ..stand.wanted()
    }
}

/// Another certificate.
fn other(stand: &Stand) -> Obtain {
    Obtain { key_type: Some(KeyType::EcdsaP384), deadline: Some(60.0), ..stand.wanted() }
}

fn entry(stand: &Stand, file: &str) -> std::path::PathBuf {
    stand.store().join("example.com").join(file)
}

fn run(stand: &Stand) -> crate::Result<crate::Renewals> {
    stand.renew_all(&RenewAll::new(stand.store()))
}

/// The current order: its id, and whether it renews the certificate in use.
fn under_way(stand: &Stand) -> (String, bool) {
    let order = stand.journal()["order"].clone();
    let id = order["id"].as_str().unwrap_or_default().to_owned();
    (id, order["is_of_what_was_in_force"] == true)
}

/// The requested certificate is refused, and the renewal's order is pending.
fn with_a_renewal_that_waits() -> (Stand, Obtain, String) {
    let stand = with_a_certificate();
    stand.sandbox.advance(61 * DAY);
    stand.sandbox.set_issue_delay(2 * HOUR);
    let wanted = other(&stand);
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2808).expect("a code"));
    let error = stand.obtain(&wanted).expect_err("the change fails");
    assert!(error.message().contains("the certificate in use was kept (pending)"), "{error}");
    let (id, is_of_what_was_in_force) = under_way(&stand);
    assert!(is_of_what_was_in_force);
    (stand, wanted, id)
}

#[test]
fn a_renewal_that_waits_is_not_cancelled_by_the_next_call() {
    for by_run in [false, true] {
        let (stand, wanted, id) = with_a_renewal_that_waits();
        for _ in 0..3 {
            let outcome = if by_run {
                run(&stand).expect("it waits").results[0].outcome
            } else {
                Some(stand.obtain(&wanted).expect("it waits").outcome)
            };
            assert_eq!((outcome, under_way(&stand).0), (Some(Outcome::Pending), id.clone()));
        }
        assert_eq!(stand.count("cancel_certificate"), 0);
        // The renewal is installed, and then the requested certificate.
        stand.sandbox.set_issue_delay(Duration::ZERO);
        stand.sandbox.advance(3 * HOUR);
        let done = stand.obtain(&wanted).expect("both");
        assert!(is_fresh(&done), "{done:?}");
        assert_eq!((stand.count("create_certificate"), stand.count("cancel_certificate")), (4, 0));
        assert_eq!(stand.journal()["installed"]["terms"]["key_type"], "ecdsa-p384");
        assert!(!entry(&stand, "wanted.json").exists());
        stand.inspect(&done);
    }
}

/// Nobody waits for ever: the certificate in use may not be possible to validate any more.
#[test]
fn the_change_is_tried_again_after_a_day() {
    let (stand, wanted, _) = with_a_renewal_that_waits();
    // The service never finishes it.
    stand.sandbox.set_issue_delay(60 * DAY);
    stand.sandbox.advance(DAY + HOUR);
    stand.sandbox.set_issue_delay(Duration::ZERO);
    let done = stand.obtain(&wanted).expect("the requested certificate");
    assert_eq!(done.outcome, Outcome::Renewed);
    stand.inspect(&done);
}

/// It is paid for and useful: before the change is tried again, the renewal is installed.
#[test]
fn an_issued_renewal_is_put_in_place_before_something_else_is_ordered() {
    let (stand, wanted, id) = with_a_renewal_that_waits();
    stand.sandbox.set_issue_delay(Duration::ZERO);
    stand.sandbox.advance(2 * DAY);
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2808).expect("a code"));
    stand.obtain(&wanted).expect_err("the change is refused");
    assert_eq!(stand.journal()["installed"]["id"], id.as_str());
    assert_eq!(stand.count("cancel_certificate"), 0);
}

/// The other way round: the requested certificate is issued just when its order should be replaced.
#[test]
fn an_issued_change_is_installed_when_its_order_should_be_replaced() {
    let stand = with_a_certificate();
    stand.sandbox.advance(80 * DAY);
    stand.sandbox.set_issue_delay(HOUR);
    let probes = AtomicUsize::new(0);
    let disk = LimitedDisk(|step: Step, path: &Path| {
        // The renewal is prepared after the request has had its time.
        if step == Step::Create && path.ends_with(".probe.new") && probes.fetch_add(1, Ordering::Relaxed) == 1
        {
            stand.sandbox.advance(2 * HOUR);
        }
        None
    });
    let done = stand.obtain_on(&disk, &stand.client(), &other(&stand)).expect("it is issued");
    assert_eq!((done.outcome, probes.load(Ordering::Relaxed)), (Outcome::Resumed, 3));
    assert_eq!((stand.count("create_certificate"), stand.count("cancel_certificate")), (2, 0));
    assert_eq!(stand.journal()["installed"]["terms"]["key_type"], "ecdsa-p384");
    assert!(!entry(&stand, "wanted.json").exists());
    stand.inspect(&done);
}

/// A draft that nobody answers must not let the certificate expire, and its renewal must not order twice.
#[test]
fn mails_that_nobody_answers_let_nothing_expire() {
    let stand = with_a_certificate();
    let wanted = by_mail(&stand);
    assert_eq!(stand.obtain(&wanted).expect("mails are sent").outcome, Outcome::Pending);
    stand.sandbox.advance(80 * DAY);
    for _ in 0..4 {
        let _ = run(&stand);
    }
    assert!(!is_due(&stand));
}

/// The stored request of the change cannot be read: the file, its key and its order are not changed.
#[test]
fn a_change_that_cannot_be_read_stays() {
    let stand = with_a_certificate_in(Stand::of_a_folder());
    let client = crate::Client::builder().base_url("https://127.0.0.1:1").build().expect("settings");
    let key = client.send(&GenerateCsr::new(["example.com"])).expect("a CSR").private_key.expect("a key");
    let wanted = Obtain { private_key: Some(Secret::from(key.reveal())), key_type: None, ..by_mail(&stand) };
    assert_eq!(stand.obtain(&wanted).expect("mails are sent").outcome, Outcome::Pending);
    let order = under_way(&stand);
    let creates = stand.count("create_certificate");
    fs::write(entry(&stand, "wanted.json"), "{").expect("written");
    for _ in 0..2 {
        let error = run(&stand).expect_err("it is told");
        assert!(error.message().contains("wanted.json"), "{error}");
        assert_eq!((under_way(&stand), stand.count("create_certificate")), (order.clone(), creates));
        assert_eq!(fs::read_to_string(entry(&stand, "wanted.json")).expect("there"), "{");
        assert_eq!(fs::read_to_string(entry(&stand, "wanted.pem")).expect("there"), key.reveal());
    }
    // The certificate in use is renewed with its own key.
    stand.sandbox.advance(61 * DAY);
    let error = run(&stand).expect_err("it is told");
    assert!(error.message().contains("wanted.json"), "{error}");
    assert_ne!(fs::read_to_string(entry(&stand, "current/privkey.pem")).expect("there"), key.reveal());
    assert_eq!(fs::read_to_string(entry(&stand, "wanted.pem")).expect("there"), key.reveal());
    assert!(!is_due(&stand));
}

fn is_due(stand: &Stand) -> bool {
    let leaf = fs::read(entry(stand, "current/cert.pem")).expect("a leaf");
    let lifetime = crate::obtain::check::Lifetime::of(&leaf).expect("a lifetime");
    lifetime.is_due(1.0 / 3.0, stand.sandbox.now())
}

/// Somebody gives the change up while a run waits for the entry.
#[test]
fn a_run_goes_by_what_is_stored_when_it_has_the_entry() {
    let stand = with_a_certificate_in(Stand::of_a_folder());
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2808).expect("a code"));
    stand.obtain(&other(&stand)).expect_err("refused");
    let creates = stand.count("create_certificate");
    let wanted = entry(&stand, "wanted.json");
    let disk = LimitedDisk(|step: Step, path: &Path| {
        // The first step after the check, before the entry is locked.
        if step == Step::MakeFolder && path.ends_with("example.com") {
            let _ = fs::remove_file(&wanted);
        }
        None
    });
    let report = stand.renew_all_on(&disk, &stand.client(), &RenewAll::new(stand.store())).expect("good");
    assert_eq!(report.results[0].outcome, Some(Outcome::Unchanged));
    assert_eq!(stand.count("create_certificate"), creates);
}

/// A problem that prevents the change does not prevent the renewal.
#[test]
fn a_damaged_key_of_the_change_lets_nothing_expire() {
    let stand = with_a_certificate_in(Stand::of_a_folder());
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2808).expect("a code"));
    stand.obtain(&other(&stand)).expect_err("refused");
    fs::write(entry(&stand, "wanted.pem"), "no key").expect("written");
    stand.sandbox.advance(61 * DAY);
    let error = run(&stand).expect_err("it is told");
    assert!(error.message().contains("the certificate in use was kept (renewed)"), "{error}");
    assert!(!is_due(&stand));
}

/// Damaged, or revoked: treated as due.
#[test]
fn a_damaged_or_revoked_certificate_is_renewed_while_the_change_fails() {
    for damage in ["gone", "flipped", "revoked"] {
        let stand = with_a_certificate_in(Stand::of_a_folder());
        stand.strike("create_certificate", 1, When::Before, Reply::refusal(2808).expect("a code"));
        stand.obtain(&other(&stand)).expect_err("refused");
        let leaf = entry(&stand, "current/cert.pem");
        match damage {
            "gone" => fs::remove_file(&leaf).expect("removed"),
            "flipped" => fs::write(&leaf, "-----BEGIN CERTIFICATE-----\nAAAA\n").expect("written"),
            _ => {
                let id = stand.journal()["installed"]["id"].as_str().expect("an id").to_owned();
                stand.client().send(&RevokeCertificate::new(id)).expect("revoked");
            }
        }
        let before = stand.journal()["installed"]["id"].clone();
        stand.strike("create_certificate", 1, When::Before, Reply::refusal(2808).expect("a code"));
        let error = run(&stand).expect_err("the change fails");
        assert!(error.message().contains("the certificate in use was kept (renewed)"), "{damage}: {error}");
        assert_ne!(stand.journal()["installed"]["id"], before, "{damage}");
    }
}

/// In an outage, a call sends one create with an unknown outcome, even if two certificates are due.
#[test]
fn one_create_without_an_outcome_in_a_call() {
    let stand = with_a_certificate();
    stand.sandbox.advance(61 * DAY);
    stand.strike("create_certificate", 9, When::Before, Reply::broken(WireFault::Reset));
    let before = stand.count("create_certificate");
    let error = stand.obtain(&other(&stand)).expect_err("lost");
    assert!(error.is_retryable(), "{error}");
    assert_eq!(stand.count("create_certificate"), before + 1);
}

/// A failed hook runs again, and nothing is ordered. But it must not let the certificate expire.
#[test]
fn a_hook_that_fails_lets_nothing_expire() {
    let stand = Stand::new();
    let wanted = Obtain { deploy_hook: Some(vec!["/bin/false".to_owned()]), ..stand.wanted() };
    for (days, orders) in [(0, 1), (0, 1), (61, 1), (15, 2), (0, 2)] {
        stand.sandbox.advance(days * DAY);
        let error = stand.obtain(&wanted).expect_err("the hook fails");
        assert_eq!(error.kind(), Kind::Storage, "{error}");
        assert_eq!(stand.count("create_certificate"), orders, "{days}");
    }
    assert!(!is_due(&stand));
    let done = stand.obtain(&Obtain { deploy_hook: None, ..wanted }).expect("no hook");
    stand.inspect(&done);
}

/// A request that was not carried out is not stored either.
#[test]
fn a_refused_call_stores_nothing() {
    let stand = Stand::new();
    let failing = Obtain { deploy_hook: Some(vec!["/bin/false".to_owned()]), ..stand.wanted() };
    stand.obtain(&failing).expect_err("the hook fails");
    let nowhere = json!({"method": "HTTP_CSR_HASH", "webroot": stand.webroot().join("nowhere")});
    let wanted = Obtain { key_type: Some(KeyType::EcdsaP384), validation: nowhere, ..stand.wanted() };
    let before: Value = stand.journal()["order"].clone();
    let error = stand.obtain(&wanted).expect_err("no webroot");
    assert_eq!(
        (error.kind(), error.parameter()),
        (Kind::InvalidArgument, Some("validation.webroot")),
        "{error}"
    );
    assert_eq!(stand.journal()["order"], before);
    assert!(!entry(&stand, "wanted.json").exists());
}

/// Giving up a renewal that is issued installs it, and also gives up the change that was requested at the same time.
#[test]
fn giving_up_an_issued_renewal_forgets_the_change() {
    let (stand, wanted, id) = with_a_renewal_that_waits();
    stand.sandbox.set_issue_delay(Duration::ZERO);
    stand.sandbox.advance(3 * HOUR);
    let done = stand.obtain(&Obtain { abandon: Some(true), ..wanted }).expect("given up");
    assert_eq!(stand.journal()["installed"]["id"], id.as_str(), "{done:?}");
    assert!(!entry(&stand, "wanted.json").exists());
    let creates = stand.count("create_certificate");
    run(&stand).expect("nothing to do");
    assert_eq!(stand.count("create_certificate"), creates);
}
