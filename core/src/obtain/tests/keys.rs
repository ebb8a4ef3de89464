//! Keys and CSRs of the caller, subjects, and keys that must not be used again.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use zerossl_sandbox::{Reply, When};

use super::stand::Stand;
use crate::Secret;
use crate::endpoints::RevokeCertificate;
use crate::error::Kind;
use crate::generate_csr::GenerateCsr;
use crate::key_type::KeyType;
use crate::obtain::csr::Csr;
use crate::obtain::interface::{Obtain, Obtained, Outcome};
use crate::subject::Subject;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A key that is not made by `obtain`, and its CSR.
fn own(key_type: KeyType, names: &[&str]) -> (String, String) {
    let client = crate::Client::builder().base_url("https://127.0.0.1:1").build().expect("settings");
    let generated = GenerateCsr { key_type: Some(key_type), ..GenerateCsr::new(names.to_vec()) };
    let made = client.send(&generated).expect("a CSR");
    (made.private_key.expect("a key").reveal().to_owned(), made.csr)
}

fn read(stand: &Stand, name: &str) -> String {
    fs::read_to_string(stand.store().join("example.com").join(name)).unwrap_or_default()
}

fn csr(stand: &Stand, serial: u32) -> Csr {
    Csr::read(&read(stand, &format!("versions/{serial}/csr.pem"))).expect("a CSR")
}

fn id(obtained: &Obtained) -> String {
    obtained.certificate.as_ref().expect("a certificate").id.clone()
}

fn due(stand: &Stand) {
    stand.sandbox.advance(61 * DAY);
}

#[test]
fn a_csr_has_a_country_unless_that_is_not_wanted() {
    for (subject, has_country) in [
        (None, true),
        (Some(Subject::with_country("de")), true),
        (Some(Subject { organization: Some("An Example".to_owned()), ..Subject::default() }), true),
        (Some(Subject::with_country("")), false),
    ] {
        let stand = Stand::new();
        stand.sandbox.change_settings(|settings| settings.require_country = Some(has_country));
        let obtained = stand.obtain(&Obtain { subject, ..stand.wanted() }).expect("a certificate");
        assert_eq!(csr(&stand, 1).has_country, has_country);
        stand.inspect(&obtained);
    }
}

/// The subject is not part of the terms: a DV certificate does not show it.
#[test]
fn another_subject_is_no_other_order() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    let other = Obtain { subject: Some(Subject::with_country("DE")), ..stand.wanted() };
    assert_eq!(stand.obtain(&other).expect("it is good").outcome, Outcome::Unchanged);
}

#[test]
fn a_missing_country_is_reported_or_added() {
    let stand = Stand::new();
    stand.sandbox.change_settings(|settings| settings.require_country = Some(true));
    let none = Obtain { subject: Some(Subject::with_country("")), ..stand.wanted() };
    let error = stand.obtain(&none).expect_err("there is to be none");
    assert_eq!(error.api_code(), Some(2844), "{error}");
    assert!(error.message().contains("`subject`"), "{error}");
    // The CSR of that order exists, and is made again for the same key.
    let key = read(&stand, "versions/1/privkey.pem");
    let obtained = stand.obtain(&stand.wanted()).expect("with a country");
    assert_eq!((read(&stand, "versions/1/privkey.pem"), csr(&stand, 1).has_country), (key, true));
    stand.inspect(&obtained);
}

#[test]
fn an_own_key_is_used_for_all_orders_of_the_entry() {
    for key_type in [KeyType::EcdsaP384, KeyType::Rsa2048] {
        let stand = Stand::new();
        let (key, _) = own(key_type, &["example.com"]);
        let wanted = Obtain { private_key: Some(Secret::from(key.as_str())), ..stand.wanted() };
        let first = stand.obtain(&wanted).expect("a certificate");
        assert_eq!(read(&stand, "current/privkey.pem"), key);
        let mode = fs::metadata(&first.files["privkey"]).expect("a key").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        for file in ["request.json", "journal.json"] {
            assert!(!read(&stand, file).contains("PRIVATE KEY"), "{file}");
        }
        assert!(!stand.store().join("example.com/wanted.pem").exists());
        for later in [stand.wanted(), wanted.clone()] {
            assert_eq!(stand.obtain(&later).expect("it is good").outcome, Outcome::Unchanged);
        }
        due(&stand);
        let renewed = stand.obtain(&stand.wanted()).expect("renewed");
        assert_eq!((renewed.outcome, read(&stand, "current/privkey.pem")), (Outcome::Renewed, key.clone()));
        let report = stand.renew_all(&crate::RenewAll::new(stand.store())).expect("nothing to do");
        assert_eq!(report.results[0].outcome, Some(Outcome::Unchanged));
        // A key that is made here again.
        let ours = Obtain { reuse_key: Some(false), ..stand.wanted() };
        assert_eq!(stand.obtain(&ours).expect("another order").outcome, Outcome::Renewed);
        assert_ne!(read(&stand, "current/privkey.pem"), key);
        assert_eq!(stand.obtain(&stand.wanted()).expect("good").outcome, Outcome::Unchanged);
    }
}

/// The call ends after the key was stored, and later calls do not give it.
#[test]
fn an_own_key_is_kept_from_the_first_call_on() {
    let stand = Stand::new();
    let (key, _) = own(KeyType::EcdsaP256, &["example.com"]);
    let first = stand.obtain(&stand.wanted()).expect("a certificate of ours");
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2818).expect("a code"));
    let wanted = Obtain { private_key: Some(Secret::from(key.as_str())), ..stand.wanted() };
    stand.obtain(&wanted).expect_err("refused");
    let renewed = stand.obtain(&stand.wanted()).expect("with the key of the call before");
    assert_ne!(id(&renewed), id(&first));
    assert_eq!(read(&stand, "current/privkey.pem"), key);
    assert!(!stand.store().join("example.com/wanted.pem").exists());
    stand.inspect(&renewed);
}

#[test]
fn an_own_csr_leaves_no_key_here() {
    let stand = Stand::new();
    let (_, request) = own(KeyType::EcdsaP256, &["example.com"]);
    let wanted = Obtain { csr: Some(request.clone()), ..stand.wanted() };
    let first = stand.obtain(&wanted).expect("a certificate");
    assert_eq!(first.files.keys().collect::<Vec<_>>(), ["cert", "chain", "fullchain"]);
    assert!(!stand.store().join("example.com/current/privkey.pem").exists());
    assert_eq!(read(&stand, "versions/1/csr.pem"), request);
    assert_eq!(stand.obtain(&wanted).expect("it is good").outcome, Outcome::Unchanged);
    due(&stand);
    let report = stand.renew_all(&crate::RenewAll::new(stand.store())).expect("renewed");
    assert_eq!(report.results[0].outcome, Some(Outcome::Renewed));
    assert_eq!(stand.obtain(&wanted).expect("it is good").outcome, Outcome::Unchanged);
    // Another CSR requests another certificate, and no CSR requests one with a key that is made here.
    let (_, other) = own(KeyType::EcdsaP256, &["example.com"]);
    let other = Obtain { csr: Some(other), ..stand.wanted() };
    assert_eq!(stand.obtain(&other).expect("another key").outcome, Outcome::Renewed);
    let ours = stand.obtain(&stand.wanted()).expect("a key of ours");
    assert_eq!(ours.outcome, Outcome::Renewed);
    stand.inspect(&ours);
}

/// The key is moved to another place, and a CSR for it is given.
#[test]
fn with_a_csr_a_missing_key_is_no_reason_to_order() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    let request = read(&stand, "versions/1/csr.pem");
    fs::remove_file(stand.store().join("example.com/versions/1/privkey.pem")).expect("removed");
    let wanted = Obtain { csr: Some(request), ..stand.wanted() };
    let obtained = stand.obtain(&wanted).expect("it is good");
    assert_eq!((obtained.outcome, obtained.files.len()), (Outcome::Unchanged, 3));
}

#[test]
fn a_csr_that_does_not_fit_is_refused_by_name() {
    let stand = Stand::new();
    let (key, request) = own(KeyType::EcdsaP256, &["example.com", "www.example.com"]);
    let with = |domains: &[&str]| Obtain {
        domains: domains.iter().map(|name| (*name).to_owned()).collect(),
        csr: Some(request.clone()),
        ..stand.wanted()
    };
    for (wanted, parameter) in [
        (with(&["example.com"]), "csr"),
        (with(&["example.com", "www.example.com", "mail.example.com"]), "csr"),
        (with(&["www.example.com", "example.com"]), "csr"),
        (Obtain { csr: Some(request.replace("MII", "MIJ")), ..with(&["example.com"]) }, "csr"),
        (Obtain { key_type: Some(KeyType::EcdsaP256), ..with(&["example.com"]) }, "key_type"),
        (Obtain { subject: Some(Subject::default()), ..with(&["example.com"]) }, "subject"),
        (Obtain { reuse_key: Some(true), ..with(&["example.com"]) }, "reuse_key"),
        (Obtain { private_key: Some(Secret::from(key.as_str())), ..with(&["example.com"]) }, "private_key"),
    ] {
        let error = stand.obtain(&wanted).expect_err(parameter);
        assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some(parameter)), "{error}");
        assert!(!error.message().contains("PRIVATE KEY"), "{error}");
    }
    assert!(stand.sandbox.requests().is_empty());
    stand.obtain(&with(&["example.com", "www.example.com"])).expect("it fits");
}

#[test]
fn an_own_key_of_another_type_is_refused_by_name() {
    let stand = Stand::new();
    let (key, _) = own(KeyType::EcdsaP256, &["example.com"]);
    let wanted = Obtain { private_key: Some(Secret::from(key.as_str())), ..stand.wanted() };
    for (wanted, parameter) in [
        (Obtain { key_type: Some(KeyType::EcdsaP384), ..wanted.clone() }, "private_key"),
        (Obtain { reuse_key: Some(false), ..wanted.clone() }, "reuse_key"),
    ] {
        let error = stand.obtain(&wanted).expect_err(parameter);
        assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some(parameter)), "{error}");
    }
}

/// `obtain` and `renew_all` agree about a revoked certificate, and its key is not used again.
#[test]
fn a_key_whose_certificate_was_revoked_is_not_used_again() {
    for by_run in [false, true] {
        let stand = Stand::new();
        let wanted = Obtain { reuse_key: Some(true), ..stand.wanted() };
        let first = stand.obtain(&wanted).expect("a certificate");
        let key = read(&stand, "current/privkey.pem");
        stand.client().send(&RevokeCertificate::new(id(&first))).expect("revoked");
        let outcome = if by_run {
            stand.renew_all(&crate::RenewAll::new(stand.store())).expect("renewed").results[0].outcome
        } else {
            Some(stand.obtain(&wanted).expect("renewed").outcome)
        };
        assert_eq!(outcome, Some(Outcome::Renewed));
        assert_ne!(read(&stand, "current/privkey.pem"), key);
        // This is still true if the caller gives the key.
        let own = Obtain { private_key: Some(Secret::from(key.as_str())), reuse_key: None, ..stand.wanted() };
        let error = stand.obtain(&own).expect_err("a revoked key");
        assert_eq!(
            (error.kind(), error.parameter()),
            (Kind::InvalidArgument, Some("private_key")),
            "{error}"
        );
        let request = Obtain { csr: Some(read(&stand, "versions/1/csr.pem")), ..stand.wanted() };
        let error = stand.obtain(&request).expect_err("a revoked key");
        assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some("csr")), "{error}");
        assert_eq!(stand.obtain(&wanted).expect("it is good").outcome, Outcome::Unchanged);
    }
}

/// An earlier certificate of the key, whose version was removed long ago.
#[test]
fn a_revoked_predecessor_forbids_the_key_too() {
    let stand = Stand::of_a_folder();
    let wanted = Obtain { reuse_key: Some(true), ..stand.wanted() };
    let forced = Obtain { force: Some(true), ..wanted.clone() };
    let first = stand.obtain(&wanted).expect("a certificate");
    let key = read(&stand, "current/privkey.pem");
    for _ in 0..5 {
        stand.obtain(&forced).expect("renewed");
        assert_eq!(read(&stand, "current/privkey.pem"), key);
    }
    assert!(!stand.store().join("example.com/versions/1").exists());
    let journal = stand.journal();
    assert_eq!(journal["key_uses"].as_array().map(Vec::len), Some(6));
    assert_eq!(journal["key_uses"][0]["id"], id(&first));
    // The sandbox does not revoke replaced certificates, so another one of the account takes the place of the first.
    let other = Obtain { domains: vec!["example.net".to_owned()], ..stand.wanted() };
    let revoked = id(&stand.obtain(&other).expect("a certificate"));
    stand.client().send(&RevokeCertificate::new(&revoked)).expect("revoked");
    let text = read(&stand, "journal.json").replace(&id(&first), &revoked);
    let edited: Vec<&str> = text.lines().filter(|line| !line.contains("checksum")).collect();
    fs::write(stand.store().join("example.com/journal.json"), edited.join("\n")).expect("written");
    stand.obtain(&forced).expect("renewed");
    assert_ne!(read(&stand, "current/privkey.pem"), key);
}

/// A current order for a key that has become known since.
#[test]
fn an_order_for_a_revoked_key_is_given_up() {
    let stand = Stand::new();
    let wanted = Obtain { reuse_key: Some(true), deadline: Some(60.0), ..stand.wanted() };
    let first = stand.obtain(&wanted).expect("a certificate");
    let key = read(&stand, "current/privkey.pem");
    due(&stand);
    stand.sandbox.set_issue_delay(Duration::from_secs(7200));
    assert_eq!(stand.obtain(&wanted).expect("it waits").outcome, Outcome::Pending);
    stand.client().send(&RevokeCertificate::new(id(&first))).expect("revoked");
    stand.sandbox.set_issue_delay(Duration::ZERO);
    let obtained = stand.obtain(&wanted).expect("another key");
    assert_ne!(read(&stand, "current/privkey.pem"), key);
    stand.inspect(&obtained);
}

#[test]
fn whether_it_was_revoked_is_asked_once_and_a_failure_does_no_harm() {
    let stand = Stand::new();
    let first = stand.obtain(&stand.wanted()).expect("a certificate");
    let asked = |stand: &Stand| stand.count("get_certificate");
    let before = asked(&stand);
    stand.obtain(&stand.wanted()).expect("good");
    assert_eq!(asked(&stand), before + 1);
    for reply in [Reply::page(503), Reply::too_many_requests("3600"), Reply::refusal(2803).expect("a code")] {
        stand.strike("get_certificate", 1, When::Before, reply);
        let before = asked(&stand);
        assert_eq!(stand.obtain(&stand.wanted()).expect("good").outcome, Outcome::Unchanged);
        assert_eq!(asked(&stand), before + 1, "without a retry");
    }
    stand.client().send(&RevokeCertificate::new(id(&first))).expect("revoked");
    let before = stand.sandbox.requests().len();
    let offline = Obtain { offline: Some(true), ..stand.wanted() };
    assert_eq!(stand.obtain(&offline).expect("not asked").outcome, Outcome::Unchanged);
    let keyless = crate::Client::builder().base_url(stand.sandbox.base_url()).build().expect("settings");
    let disk = crate::obtain::store::storage::Disk;
    assert_eq!(
        stand.obtain_on(&disk, &keyless, &stand.wanted()).expect("not asked").outcome,
        Outcome::Unchanged
    );
    assert_eq!(stand.sandbox.requests().len(), before);
    assert_eq!(stand.obtain(&stand.wanted()).expect("asked").outcome, Outcome::Renewed);
}

/// The caller gives the key that is installed: it counts as the caller's from then on, and is kept for renewals.
#[test]
fn the_key_in_place_becomes_the_callers() {
    let stand = Stand::new();
    let first = stand.obtain(&stand.wanted()).expect("a certificate");
    let key = read(&stand, "current/privkey.pem");
    let own = Obtain { private_key: Some(Secret::from(key.as_str())), ..stand.wanted() };
    let same = stand.obtain(&own).expect("it is good");
    assert_eq!((same.outcome, id(&same)), (Outcome::Unchanged, id(&first)));
    due(&stand);
    assert_eq!(stand.obtain(&stand.wanted()).expect("renewed").outcome, Outcome::Renewed);
    assert_eq!(read(&stand, "current/privkey.pem"), key);
}

/// With `force`, too, no copy of the key is left where it was stored for the order.
#[test]
fn a_forced_order_leaves_no_second_copy_of_the_key() {
    let stand = Stand::new();
    let (key, _) = own(KeyType::EcdsaP256, &["example.com"]);
    let wanted = Obtain { private_key: Some(Secret::from(key.as_str())), ..stand.wanted() };
    for force in [None, Some(true)] {
        stand.obtain(&Obtain { force, ..wanted.clone() }).expect("a certificate");
        assert_eq!(read(&stand, "current/privkey.pem"), key);
        assert!(!stand.store().join("example.com/wanted.pem").exists(), "{force:?}");
    }
}

/// Revoked between issuing and download: this key is not used again either.
#[test]
fn a_certificate_that_was_revoked_before_it_was_in_place_forbids_its_key() {
    let stand = Stand::new();
    let wanted = Obtain { reuse_key: Some(true), ..stand.wanted() };
    let first = stand.obtain(&wanted).expect("a certificate");
    let key = read(&stand, "current/privkey.pem");
    due(&stand);
    stand.strike("download_certificate", 1, When::Before, Reply::page(502));
    stand.obtain(&wanted).expect_err("not downloaded");
    let orders = stand.live();
    let second = orders.iter().find(|order| order.id != id(&first)).expect("the renewal");
    stand.client().send(&RevokeCertificate::new(&second.id)).expect("revoked");
    let obtained = stand.obtain(&wanted).expect("another key");
    assert_ne!(read(&stand, "current/privkey.pem"), key);
    stand.inspect(&obtained);
}

/// If an old version cannot be read, there is a warning, and the certificate is ordered all the same.
#[test]
fn a_damaged_answer_of_an_old_version_is_passed_over() {
    let stand = Stand::new();
    let wanted = Obtain { reuse_key: Some(true), force: Some(true), ..stand.wanted() };
    for _ in 0..2 {
        stand.obtain(&wanted).expect("a certificate");
    }
    fs::write(stand.store().join("example.com/versions/1/certificate.json"), "{").expect("written");
    let obtained = stand.obtain(&wanted).expect("renewed");
    stand.inspect(&obtained);
}

/// An order that was planned and not sent causes no request while the certificate is good.
#[test]
fn an_order_that_was_not_sent_asks_nothing_offline() {
    let stand = Stand::new();
    let wanted = Obtain { reuse_key: Some(true), ..stand.wanted() };
    stand.obtain(&wanted).expect("a certificate");
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2808).expect("a code"));
    stand.obtain(&Obtain { force: Some(true), ..wanted.clone() }).expect_err("refused");
    assert!(stand.journal()["order"].is_object());
    let before = stand.sandbox.requests().len();
    let offline = Obtain { offline: Some(true), ..wanted };
    assert_eq!(stand.obtain(&offline).expect("it is good").outcome, Outcome::Unchanged);
    assert_eq!(stand.sandbox.requests().len(), before);
}
