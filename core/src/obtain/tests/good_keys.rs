//! `remove_entry` and the keys of good certificates: wherever a certificate is, its key goes only with `force`, or with
//! `revoke`.

use std::fs;
use std::time::Duration;

use serde_json::json;
use zerossl_sandbox::{Reply, When};

use super::hosts::Hosts;
use super::removing::{forced, is_gone, plain, remove};
use super::stand::Stand;
use crate::endpoints::GetCertificate;
use crate::error::{Error, Kind};
use crate::obtain::interface::{Layout, Obtain, Outcome, RemoveEntry};
use crate::obtain::store::storage::Disk;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn revoking(stand: &Stand) -> RemoveEntry {
    RemoveEntry { revoke: Some(true), ..plain(stand) }
}

/// It names the certificate, and says what can be given.
fn is_refusal(error: &Error, id: &str) {
    assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some("force")), "{error}");
    for word in [id, "`force`", "`revoke`"] {
        assert!(error.message().contains(word), "{word}: {error}");
    }
}

fn status(stand: &Stand, id: &str) -> String {
    stand.client().send(&GetCertificate::new(id)).expect("it is there").status.expect("a status")
}

/// A certificate that was issued while nobody called: its id.
fn issued_meanwhile(stand: &Stand) -> String {
    stand.sandbox.set_issue_delay(HOUR);
    let pending = stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("an order");
    stand.sandbox.advance(2 * HOUR);
    stand.sandbox.set_issue_delay(Duration::ZERO);
    pending.certificate.expect("an order").id
}

/// A certificate whose download is another one: its id.
fn quarantined(stand: &Stand) -> String {
    let other = Stand::new();
    let foreign = other.obtain(&other.wanted()).expect("a certificate");
    let read = |name: &str| fs::read_to_string(&foreign.files[name]).expect(name);
    let wrong = json!({"certificate.crt": read("cert"), "ca_bundle.crt": read("chain")});
    stand.strike("download_certificate", 1, When::Before, Reply::json(200, wrong));
    stand.obtain(&Obtain { force: Some(true), ..stand.wanted() }).expect_err("another key");
    stand.journal()["held"]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn what_was_issued_meanwhile_stays() {
    let stand = Stand::new();
    let id = issued_meanwhile(&stand);
    let error = remove(&stand, &plain(&stand)).expect_err("it is good");
    is_refusal(&error, &id);
    assert!(error.message().contains("`obtain`"), "{error}");
    let obtained = stand.obtain(&stand.wanted()).expect("it is put in place");
    assert_eq!((obtained.outcome, &obtained.certificate.as_ref().expect("one").id), (Outcome::Resumed, &id));
    stand.inspect(&obtained);
}

#[test]
fn what_is_quarantined_stays() {
    let stand = Stand::new();
    let id = quarantined(&stand);
    let error = remove(&stand, &plain(&stand)).expect_err("it is good");
    is_refusal(&error, &id);
    assert!(error.message().contains("`abandon`"), "{error}");
    let obtained = stand.obtain(&stand.wanted()).expect("the right one");
    assert_eq!(obtained.certificate.as_ref().expect("one").id, id);
    stand.inspect(&obtained);
}

/// Also beside one in place whose end is known.
#[test]
fn what_is_quarantined_stays_until_it_expires() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.sandbox.advance(60 * DAY);
    let id = quarantined(&stand);
    stand.sandbox.advance(60 * DAY);
    is_refusal(&remove(&stand, &plain(&stand)).expect_err("one of two is good"), &id);
    stand.sandbox.advance(60 * DAY);
    remove(&stand, &plain(&stand)).expect("removed");
    assert!(is_gone(&stand));
}

/// Neither in place nor forgotten, when the service does not revoke it at first.
#[test]
fn all_that_is_good_is_revoked() {
    for begin in [issued_meanwhile, quarantined] {
        let stand = Stand::new();
        let id = begin(&stand);
        stand.strike("revoke_certificate", 1, When::Before, Reply::refusal(2908).expect("a code"));
        let error = remove(&stand, &revoking(&stand)).expect_err("it is not revoked");
        assert_eq!(error.api_code(), Some(2908), "{error}");
        is_refusal(&remove(&stand, &plain(&stand)).expect_err("it is good"), &id);
        remove(&stand, &revoking(&stand)).expect("removed");
        assert!(is_gone(&stand) && status(&stand, &id) == "revoked");
    }
}

#[test]
fn with_force_all_goes() {
    for begin in [issued_meanwhile, quarantined] {
        let stand = Stand::new();
        let id = begin(&stand);
        remove(&stand, &forced(&stand)).expect("removed");
        assert!(is_gone(&stand) && status(&stand, &id) == "issued");
    }
}

/// The newest first: one that was replaced cannot be revoked. What was revoked is known to the next call.
#[test]
fn one_of_two_is_revoked_and_known() {
    let stand = Stand::new();
    let first = stand.obtain(&stand.wanted()).expect("a certificate").certificate.expect("one").id;
    let second = quarantined(&stand);
    stand.pass("revoke_certificate", 1);
    stand.strike("revoke_certificate", 1, When::Before, Reply::refusal(2908).expect("a code"));
    remove(&stand, &revoking(&stand)).expect_err("one is left");
    assert_eq!([&first, &second].map(|id| status(&stand, id)), ["issued", "revoked"]);
    let error = remove(&stand, &plain(&stand)).expect_err("it is good");
    is_refusal(&error, &first);
    assert!(!error.message().contains(&second), "{error}");
    remove(&stand, &revoking(&stand)).expect("removed");
    assert!(is_gone(&stand) && status(&stand, &first) == "revoked");
}

/// The removal itself fails, and what is left needs no `force`.
#[test]
fn what_was_revoked_needs_no_force() {
    let stand = Stand::new();
    let wanted = Obtain { layout: Some(Layout::Files), ..stand.wanted() };
    let id = stand.obtain(&wanted).expect("a certificate").certificate.expect("one").id;
    let other = stand.store().join("example.com/current/other");
    fs::write(&other, "not ours").expect("written");
    let error = remove(&stand, &revoking(&stand)).expect_err("a file of somebody else");
    assert!(error.message().contains("move it away"), "{error}");
    assert_eq!(status(&stand, &id), "revoked");
    fs::remove_file(&other).expect("moved away");
    remove(&stand, &plain(&stand)).expect("removed");
    assert!(is_gone(&stand));
}

#[test]
fn what_has_expired_is_not_revoked() {
    let stand = Stand::new();
    let id = stand.obtain(&stand.wanted()).expect("a certificate").certificate.expect("one").id;
    stand.sandbox.advance(91 * DAY);
    remove(&stand, &revoking(&stand)).expect("removed");
    assert!(is_gone(&stand) && status(&stand, &id) == "expired");
}

/// A version that a hook has refused is the newest one, and the one before is in use.
#[test]
fn after_a_rollback_both_are_good() {
    let stand = Stand::new();
    let id = |outcome: &crate::obtain::interface::Obtained| outcome.certificate.clone().expect("one").id;
    let first = id(&stand.obtain(&stand.wanted()).expect("a certificate"));
    let deploy_hook = Some(vec!["/bin/false".to_owned()]);
    let wanted = Obtain { force: Some(true), rollback: Some(true), deploy_hook, ..stand.wanted() };
    stand.obtain(&wanted).expect_err("the hook fails");
    let second = stand.journal()["installed"]["id"].as_str().expect("an id").to_owned();
    is_refusal(&remove(&stand, &plain(&stand)).expect_err("both are good"), &second);
    remove(&stand, &revoking(&stand)).expect("removed");
    assert!(is_gone(&stand));
    assert_eq!([&first, &second].map(|id| status(&stand, id)), ["revoked", "revoked"]);
}

/// Somebody has changed the files, so nobody can say which certificate it is.
#[test]
fn what_nobody_knows_is_not_revoked() {
    let hosts = Hosts::new();
    hosts.obtain(0).expect("ordered");
    hosts.install(1);
    hosts.remove(0).expect("removed");
    let versions = hosts.folder(1).join("example.com/versions/1");
    fs::remove_file(versions.join("certificate.json")).expect("a file");
    let revoking = RemoveEntry { revoke: Some(true), ..hosts.to_remove(1) };
    let error = hosts.remove_as(&Disk, &revoking).expect_err("its id is not known");
    assert_eq!(error.parameter(), Some("revoke"), "{error}");
    hosts.inspect(1, "it stays");
    hosts.remove(1).expect("removed");
}

#[test]
fn a_request_that_is_gone_hides_nothing() {
    let stand = Stand::of_a_folder();
    let request = stand.store().join("example.com/request.json");
    let id = stand.obtain(&stand.wanted()).expect("a certificate").certificate.expect("one").id;
    fs::remove_file(&request).expect("a request");
    is_refusal(&remove(&stand, &plain(&stand)).expect_err("it is good"), &id);
    remove(&stand, &revoking(&stand)).expect("removed");
    assert!(is_gone(&stand) && status(&stand, &id) == "revoked");
    stand.sandbox.set_issue_delay(HOUR);
    stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("it waits");
    fs::remove_file(&request).expect("a request");
    remove(&stand, &plain(&stand)).expect("removed");
    assert!(is_gone(&stand) && stand.live().is_empty());
    assert!(!stand.webroot().join(".well-known").exists());
}

/// This host has never installed it, or has an older one that has expired.
#[test]
fn what_only_other_hosts_have_in_place_stays() {
    for has_older in [false, true] {
        let hosts = Hosts::new();
        hosts.obtain(0).expect("ordered");
        if has_older {
            hosts.install(1);
        }
        hosts.stand.sandbox.advance(61 * DAY);
        hosts.renew(0).expect("renewed");
        hosts.stand.sandbox.advance(40 * DAY);
        let id = hosts.list(0).entries.remove(0).id.expect("an id");
        let error = hosts.remove_as(&Disk, &hosts.to_remove(1)).expect_err("it is good");
        is_refusal(&error, &id);
        assert_eq!(hosts.obtain(0).expect("good").outcome, Outcome::Unchanged);
        hosts.inspect(0, "it stays");
        assert_eq!(hosts.install(2), [("example.com".to_owned(), Some(Outcome::Installed))]);
        let revoking = RemoveEntry { revoke: Some(true), ..hosts.to_remove(1) };
        hosts.remove_as(&Disk, &revoking).expect("removed");
        assert_eq!((hosts.list(0).entries, &*status(&hosts.stand, &id)), (Vec::new(), "revoked"));
    }
}

/// Another host has removed the entry for all. What this host has in use stays until it is said here, too.
#[test]
fn what_is_in_use_on_a_host_stays_there() {
    let hosts = Hosts::new();
    hosts.obtain(0).expect("ordered");
    (1..3).for_each(|host| drop(hosts.install(host)));
    let id = hosts.list(0).entries.remove(0).id.expect("an id");
    hosts.remove(0).expect("removed");
    is_refusal(&hosts.remove_as(&Disk, &hosts.to_remove(1)).expect_err("it is good"), &id);
    hosts.inspect(1, "it stays");
    hosts.remove(1).expect("removed here, too");
    let revoking = RemoveEntry { revoke: Some(true), ..hosts.to_remove(2) };
    hosts.remove_as(&Disk, &revoking).expect("revoked, though the store has forgotten it");
    assert_eq!(status(&hosts.stand, &id), "revoked");
    (1..3).for_each(|host| assert!(!hosts.folder(host).join("example.com").exists(), "host {host}"));
}
