//! Situations in which every later call used to fail: each has a way out.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use zerossl_sandbox::{Reply, When};

use super::hosts::Hosts;
use super::stand::Stand;
use crate::endpoints::{CreateCertificate, RevokeCertificate};
use crate::error::Kind;
use crate::generate_csr::GenerateCsr;
use crate::key_type::KeyType;
use crate::obtain::interface::{Obtain, Obtained, Outcome};
use crate::obtain::store::folder::JOURNAL;
use crate::obtain::store::journal::Journal;

const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

fn id(obtained: &Obtained) -> String {
    obtained.certificate.as_ref().expect("a certificate").id.clone()
}

fn forced(stand: &Stand) -> Obtain {
    Obtain { force: Some(true), ..stand.wanted() }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    let _ = fs::remove_dir_all(to);
    let done = Command::new("cp").arg("-a").args([from, to]).status().expect("cp");
    assert!(done.success());
}

/// The store comes from a backup, and its certificate was replaced since then: the successors are found.
#[test]
fn a_store_from_a_backup_continues_with_the_successor() {
    for successors in 1..=3 {
        let stand = Stand::of_a_folder();
        stand.sandbox.set_quota(1);
        stand.obtain(&stand.wanted()).expect("a certificate");
        let (store, backup) = (stand.store().join("example.com"), stand.store().with_file_name("backup"));
        copy(&store, &backup);
        let mut last = String::new();
        for _ in 0..successors {
            last = id(&stand.obtain(&forced(&stand)).expect("renewed"));
        }
        copy(&backup, &store);
        let obtained = stand.obtain(&forced(&stand)).expect("the successor is replaced");
        let replaced = obtained.certificate.as_ref().expect("one").replacement_for.clone();
        assert_eq!(replaced, Some(last), "{successors}");
        stand.inspect(&obtained);
    }
}

/// The same if the installed certificate has expired at the service in the meantime, or was revoked.
#[test]
fn a_live_certificate_of_the_name_is_replaced_after_2839() {
    let stand = Stand::of_a_folder();
    stand.obtain(&stand.wanted()).expect("a certificate");
    let (store, backup) = (stand.store().join("example.com"), stand.store().with_file_name("backup"));
    copy(&store, &backup);
    let successor = id(&stand.obtain(&forced(&stand)).expect("renewed"));
    copy(&backup, &store);
    // The list does not show the successor at first, so the order is refused as a duplicate.
    let old: Value = json!({"total_count": 0, "result_count": 0, "page": 1, "limit": 1000, "results": []});
    stand.strike("list_certificates", 1, When::Before, Reply::json(200, old));
    let obtained = stand.obtain(&forced(&stand)).expect("the successor is replaced");
    let replaced = obtained.certificate.as_ref().expect("one").replacement_for.clone();
    assert_eq!(replaced, Some(successor));
}

/// Issued while nobody called, and nothing is in use yet: without it in place, the order of the other names would be
/// refused for ever, as a duplicate.
#[test]
fn a_first_certificate_that_was_issued_is_put_in_place_before_another_is_ordered() {
    for is_refused in [false, true] {
        let stand = Stand::new();
        stand.sandbox.set_issue_delay(HOUR);
        let pending = stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("an order");
        stand.sandbox.advance(2 * HOUR);
        stand.sandbox.set_issue_delay(std::time::Duration::ZERO);
        let both = Obtain {
            domains: vec!["example.com".to_owned(), "www.example.com".to_owned()],
            ..stand.wanted()
        };
        if is_refused {
            stand.strike("create_certificate", 1, When::Before, Reply::refusal(2804).expect("a code"));
            let error = stand.obtain(&both).expect_err("the order is refused");
            assert_eq!(error.api_code(), Some(2804), "{error}");
            let files = stand.store().join("example.com");
            assert!(files.join("current/cert.pem").exists(), "the first one is in use");
            // The change is wanted, and the first request is still in force: the certificate in use would be renewed.
            let stored = |file: &str| fs::read_to_string(files.join(file)).expect("a request");
            assert!(stored("wanted.json").contains("www.example.com"));
            assert!(!stored("request.json").contains("www.example.com"));
            let again = stand.obtain(&stand.wanted()).expect("the first request again");
            assert_eq!((id(&again), again.outcome), (id(&pending), Outcome::Unchanged));
        }
        let obtained = stand.obtain(&both).expect("a certificate for both names");
        let certificate = obtained.certificate.as_ref().expect("a certificate");
        assert_eq!(certificate.replacement_for, Some(id(&pending)));
        stand.inspect(&obtained);
        assert_eq!(stand.count("create_certificate"), if is_refused { 3 } else { 2 });
    }
}

/// The certificate in place has replaced one with other names, and was revoked. The id of the other one.
fn revoked_after_another(stand: &Stand) -> String {
    let domains = vec!["example.com".to_owned(), "www.example.com".to_owned()];
    let first = stand.obtain(&Obtain { domains, ..stand.wanted() }).expect("a certificate");
    let second = stand.obtain(&stand.wanted()).expect("fewer names");
    stand.client().send(&RevokeCertificate::new(id(&second))).expect("revoked");
    id(&first)
}

/// What it has replaced is in the way.
#[test]
fn what_a_revoked_certificate_has_replaced_is_replaced() {
    let stand = Stand::new();
    let first = revoked_after_another(&stand);
    let obtained = stand.obtain(&stand.wanted()).expect("another one");
    let certificate = obtained.certificate.as_ref().expect("a certificate");
    assert_eq!((obtained.outcome, &certificate.replacement_for), (Outcome::Renewed, &Some(first)));
    stand.inspect(&obtained);
}

/// The one that was replaced cannot be had either, and the service decides about the one in place.
#[test]
fn what_was_revoked_is_the_last_resort() {
    let stand = Stand::new();
    let first = revoked_after_another(&stand);
    for code in [2839, 2815, 2815] {
        stand.strike("create_certificate", 1, When::Before, Reply::refusal(code).expect("a code"));
    }
    let error = stand.obtain(&stand.wanted()).expect_err("refused");
    assert!(error.api_code() == Some(2839) && error.message().contains(&first), "{error}");
    assert_eq!(stand.count("create_certificate"), 5);
}

/// A certificate of these names is not known to the entry, and has other names beside: it is replaced if somebody says so.
#[test]
fn what_can_be_replaced_is_named_when_it_is_in_the_way() {
    let stand = Stand::of_a_folder();
    let first = stand.obtain(&stand.wanted()).expect("a certificate");
    fs::remove_dir_all(stand.store().join("example.com")).expect("the entry is lost");
    let domains = vec!["example.com".to_owned(), "www.example.com".to_owned()];
    let both = Obtain { domains, ..stand.wanted() };
    let error = stand.obtain(&both).expect_err("a duplicate");
    assert_eq!(error.api_code(), Some(2839), "{error}");
    assert!(error.message().contains("`replace`") && error.message().contains(&id(&first)), "{error}");
    let obtained = stand.obtain(&Obtain { replace: Some(id(&first)), ..both }).expect("replaced");
    stand.inspect(&obtained);
}

/// The key of another account: the certificates of the entry are not on this account.
#[test]
fn another_accounts_certificates_are_as_unknown_ones() {
    for is_waiting in [false, true] {
        let stand = Stand::new();
        if is_waiting {
            stand.sandbox.set_issue_delay(std::time::Duration::from_secs(7200));
        }
        let first = stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("an order");
        stand.sandbox.set_issue_delay(std::time::Duration::ZERO);
        stand.sandbox.add_account("the-other-key", 50).expect("an account");
        let client = crate::Client::builder()
            .access_key("the-other-key")
            .base_url(stand.sandbox.base_url())
            .requests_per_second(0.0)
            .build()
            .expect("settings");
        // Otherwise the live certificate on the first account would block the order.
        if !is_waiting {
            stand.client().send(&RevokeCertificate::new(id(&first))).expect("revoked");
        }
        let disk = crate::obtain::store::storage::Disk;
        let wanted = if is_waiting { stand.wanted() } else { forced(&stand) };
        let obtained = stand.obtain_on(&disk, &client, &wanted).expect("an order of this account");
        assert_ne!(id(&obtained), id(&first));
        assert_eq!(obtained.certificate.as_ref().expect("one").replacement_for, None);
        let again = stand.obtain_on(&disk, &client, &stand.wanted()).expect("it is good");
        assert_eq!(again.outcome, Outcome::Unchanged);
    }
}

/// Revoked first, with a full quota: nothing can be replaced, and the error says what to do.
#[test]
fn a_revoked_certificate_at_a_full_quota_is_explained() {
    let stand = Stand::new();
    stand.sandbox.set_quota(1);
    let first = stand.obtain(&stand.wanted()).expect("a certificate");
    stand.client().send(&RevokeCertificate::new(id(&first))).expect("revoked");
    let error = stand.obtain(&stand.wanted()).expect_err("no place");
    assert_eq!((error.kind(), error.api_code()), (Kind::Api, Some(2817)), "{error}");
    assert!(error.message().contains("see that a place is free before you revoke"), "{error}");
    stand.sandbox.set_quota(2);
    stand.inspect(&stand.obtain(&stand.wanted()).expect("a place"));
}

/// Its predecessor is still issued, and can be replaced.
#[test]
fn a_revoked_certificate_gives_way_to_its_predecessor() {
    let stand = Stand::new();
    stand.sandbox.set_quota(1);
    let first = id(&stand.obtain(&stand.wanted()).expect("a certificate"));
    let second = stand.obtain(&forced(&stand)).expect("renewed");
    stand.client().send(&RevokeCertificate::new(id(&second))).expect("revoked");
    let third = stand.obtain(&stand.wanted()).expect("the service allows it");
    assert_eq!(third.certificate.expect("one").replacement_for, Some(first));
}

/// A refused replacement of a certificate that is not issued does not hide the reason.
#[test]
fn the_error_is_the_first_refusal() {
    let stand = Stand::new();
    let client = stand.client();
    let csr = client.send(&GenerateCsr::new(["example.org"])).expect("a CSR").csr;
    client.send(&CreateCertificate::new(["example.org"], csr)).expect("an order");
    stand.sandbox.set_quota(1);
    let error = stand.obtain(&stand.wanted()).expect_err("no place");
    assert_eq!(error.api_code(), Some(2817), "{error}");
    assert_eq!(stand.count("create_certificate"), 2, "once by us");
}

fn download(bundle: &str, leaf: &str) -> Reply {
    Reply::json(200, json!({"certificate.crt": leaf, "ca_bundle.crt": bundle}))
}

/// An order that is issued but not downloaded yet, and the contents of its download.
fn issued() -> (Stand, String, String) {
    let stand = Stand::new();
    stand.strike("download_certificate", 1, When::Before, Reply::page(502));
    stand.obtain(&stand.wanted()).expect_err("not downloaded");
    let id = &stand.live()[0].id;
    let found = stand.client().send(&crate::endpoints::DownloadCertificate::new(id)).expect("issued");
    (stand, found.certificate, found.ca_bundle)
}

/// Makes the download (certificate and bundle) from leaf, bundle, root and another CA's certificate.
type Shape = fn(&str, &str, &str, &str) -> (String, String);

#[test]
fn a_chain_in_another_order_is_put_in_order() {
    let strangers = Stand::new();
    let stranger = strangers.sandbox.intermediate_pem();
    let shapes: [(&str, Shape); 8] = [
        ("root first", |leaf, bundle, root, _| (leaf.into(), format!("{root}{bundle}"))),
        ("root last", |leaf, bundle, root, _| (leaf.into(), format!("{bundle}{root}"))),
        ("a stranger first", |leaf, bundle, _, other| (leaf.into(), format!("{other}{bundle}"))),
        ("a stranger last", |leaf, bundle, _, other| (leaf.into(), format!("{bundle}{other}"))),
        ("the leaf again", |leaf, bundle, _, _| (leaf.into(), format!("{leaf}{bundle}"))),
        ("the leaf last", |leaf, bundle, root, _| (format!("{root}{bundle}{leaf}"), bundle.into())),
        ("backwards", |leaf, bundle, root, other| (leaf.into(), format!("{root}{other}{bundle}{leaf}"))),
        ("CRLF", |leaf, bundle, _, _| (leaf.replace('\n', "\r\n"), bundle.replace('\n', "\r\n"))),
    ];
    for (what, shape) in shapes {
        let (stand, leaf, bundle) = issued();
        let (certificate, chain) = shape(&leaf, &bundle, stand.sandbox.root_pem(), stranger);
        stand.strike("download_certificate", 1, When::Before, download(&chain, &certificate));
        let obtained = stand.obtain(&stand.wanted()).unwrap_or_else(|error| panic!("{what}: {error}"));
        let read = |name: &str| fs::read_to_string(&obtained.files[name]).expect(name);
        assert_eq!((read("cert"), read("chain")), (leaf, bundle), "{what}");
        stand.inspect(&obtained);
    }
}

/// A quarantined certificate is downloaded again by every later call, including the one that gives it up.
#[test]
fn a_quarantined_certificate_is_downloaded_again() {
    for giving_up in [false, true] {
        let stand = Stand::new();
        let other = stand
            .obtain(&Obtain { domains: vec!["example.org".to_owned()], ..stand.wanted() })
            .expect("a certificate");
        let read = |name: &str| fs::read_to_string(&other.files[name]).expect(name);
        let wrong = download(&read("chain"), &read("cert"));
        stand.strike("download_certificate", 2, When::Before, wrong);
        for _ in 0..2 {
            let error = stand.obtain(&stand.wanted()).expect_err("not ours");
            assert_eq!(error.kind(), Kind::Response, "{error}");
        }
        let wanted = Obtain { abandon: giving_up.then_some(true), ..stand.wanted() };
        let obtained = stand.obtain(&wanted).expect("the right one");
        assert_eq!((obtained.outcome, stand.count("create_certificate")), (Outcome::Resumed, 2));
        stand.inspect(&obtained);
    }
}

/// Something else was ordered in the meantime: that order is cancelled, and not left on the account.
#[test]
fn a_quarantined_certificate_replaces_another_order() {
    let stand = Stand::new();
    let other = stand
        .obtain(&Obtain { domains: vec!["example.org".to_owned()], ..stand.wanted() })
        .expect("a certificate");
    let read = |name: &str| fs::read_to_string(&other.files[name]).expect(name);
    stand.strike("download_certificate", 1, When::Before, download(&read("chain"), &read("cert")));
    stand.obtain(&stand.wanted()).expect_err("not ours");
    stand.sandbox.set_issue_delay(std::time::Duration::from_secs(7200));
    let another = Obtain { key_type: Some(KeyType::EcdsaP384), deadline: Some(60.0), ..stand.wanted() };
    let waiting = stand.obtain(&another).expect("it waits");
    assert_eq!(waiting.outcome, Outcome::Pending);
    let obtained = stand.obtain(&stand.wanted()).expect("the right one");
    stand.inspect(&obtained);
    assert!(stand.live().iter().all(|order| order.id != id(&waiting)), "{:?}", stand.live());
}

/// A call that was killed at once leaves a journal that says nothing, and another host makes the entry.
#[test]
fn what_was_only_begun_is_no_entry_of_its_own() {
    let hosts = Hosts::new();
    let begun = hosts.folder(1).join("example.com");
    fs::create_dir_all(&begun).expect("a folder");
    let journal = serde_json::to_string(&Journal::default()).expect("JSON");
    fs::write(begun.join(JOURNAL), journal).expect("a journal");
    hosts.obtain(0).expect("issued");
    hosts.obtain(1).expect("brought");
    hosts.inspect(1, "brought");
}
