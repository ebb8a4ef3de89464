//! `redeploy` runs the hook for the certificate in use, and nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use zerossl_sandbox::{Reply, When};

use super::stand::Stand;
use super::time::SandboxClock;
use crate::endpoints::RevokeCertificate;
use crate::error::{Kind, Result};
use crate::obtain::interface::{Obtain, Obtained, Outcome, Redeploy, RenewAll};
use crate::obtain::redeploy::redeploy;
use crate::obtain::store::storage::Disk;
use crate::operation::Request as _;
use crate::{json as coded, parameter};

pub(super) fn again(stand: &Stand) -> Result<Obtained> {
    stand.client().enter(Redeploy::OPERATION, None, |context| {
        let given = coded::encode(&Redeploy::new(stand.store(), "example.com"))?;
        let arguments = parameter::check(Redeploy::PARAMETERS, given)?;
        let clock = SandboxClock::new(&stand.sandbox);
        redeploy(context, &stand.env(&Disk, &clock), &arguments)
    })
}

/// A hook that writes a line, and fails while a file named `broken` is there.
pub(super) fn with_hook(stand: &Stand) -> Obtain {
    let (hook, log) = (stand.store().with_file_name("hook"), stand.store().with_file_name("log"));
    let broken = stand.store().with_file_name("broken");
    let body = format!(
        "#!/bin/sh\necho $ZEROSSL_ENTRY $ZEROSSL_ID $1 >> {}\n[ ! -e {} ]\n",
        log.display(),
        broken.display()
    );
    fs::write(&hook, body).expect("written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("its mode");
    Obtain { deploy_hook: Some(vec![hook.display().to_string()]), ..stand.wanted() }
}

pub(super) fn runs(stand: &Stand) -> usize {
    fs::read_to_string(stand.store().with_file_name("log")).unwrap_or_default().lines().count()
}

#[test]
fn the_hook_runs_again_and_nothing_is_sent() {
    let stand = Stand::new();
    stand.obtain(&with_hook(&stand)).expect("a certificate");
    let requests = stand.sandbox.requests().len();
    let done = again(&stand).expect("deployed");
    assert_eq!((done.outcome, done.deployed, runs(&stand)), (Outcome::Unchanged, Some(true), 2));
    assert_eq!(stand.sandbox.requests().len(), requests);
    stand.inspect(&done);
}

/// As after any other failure of the hook: the next call runs it again.
#[test]
fn a_hook_that_fails_is_not_forgotten() {
    let stand = Stand::new();
    let wanted = with_hook(&stand);
    stand.obtain(&wanted).expect("a certificate");
    fs::write(stand.store().with_file_name("broken"), "").expect("written");
    assert_eq!(again(&stand).expect_err("the hook fails").kind(), Kind::Storage);
    assert_eq!(stand.journal()["installed"]["deployed"], false);
    fs::remove_file(stand.store().with_file_name("broken")).expect("removed");
    assert_eq!(stand.obtain(&wanted).expect("it is good").outcome, Outcome::Unchanged);
    assert_eq!((runs(&stand), stand.count("create_certificate")), (3, 1));
}

/// The hook has not run for what is in place, and a change without a hook comes. Neither stands in the other's way.
#[test]
fn a_change_without_a_hook_leaves_that_of_what_is_in_place() {
    let stand = Stand::new();
    fs::write(stand.store().with_file_name("broken"), "").expect("written");
    stand.obtain(&with_hook(&stand)).expect_err("the hook fails");
    let change =
        Obtain { domains: vec!["example.com".to_owned(), "www.example.com".to_owned()], ..stand.wanted() };
    stand.strike("list_certificates", usize::MAX, When::Before, Reply::page(502));
    stand.obtain(&change).expect_err("no answer");
    assert_eq!(stand.journal()["installed"]["deployed"], false);
    fs::remove_file(stand.store().with_file_name("broken")).expect("removed");
    stand.obtain(&change).expect_err("no answer");
    assert_eq!((&stand.journal()["installed"]["deployed"], runs(&stand)), (&true.into(), 3));
    stand.sandbox.clear_faults();
    let done = stand.obtain(&change).expect("changed");
    assert_eq!((done.outcome, done.deployed, runs(&stand)), (Outcome::Resumed, Some(true), 3));
}

/// The files of the certificate before are gone, so the new one stays.
#[test]
fn nothing_is_rolled_back_to_what_is_damaged() {
    let stand = Stand::of_a_folder();
    let wanted = Obtain { rollback: Some(true), ..with_hook(&stand) };
    let first = stand.obtain(&wanted).expect("a certificate");
    let leaf = || fs::read_to_string(&first.files["cert"]).expect("a leaf");
    let before = leaf();
    fs::remove_file(stand.store().join("example.com/versions/1/chain.pem")).expect("removed");
    fs::write(stand.store().with_file_name("broken"), "").expect("written");
    let error = stand.obtain(&wanted).expect_err("the hook fails");
    assert!(!error.message().contains("the version before"), "{error}");
    assert_ne!(leaf(), before);
    assert!(fs::exists(&first.files["chain"]).expect("no error"));
}

#[test]
fn nothing_is_rolled_back_to_what_was_revoked() {
    let stand = Stand::new();
    let wanted = Obtain { rollback: Some(true), ..with_hook(&stand) };
    let first = stand.obtain(&wanted).expect("a certificate");
    let leaf = || fs::read_to_string(&first.files["cert"]).expect("a leaf");
    let before = leaf();
    let id = first.certificate.as_ref().expect("a certificate").id.clone();
    stand.client().send(&RevokeCertificate::new(id)).expect("revoked");
    fs::write(stand.store().with_file_name("broken"), "").expect("written");
    let error = stand.obtain(&wanted).expect_err("the hook fails");
    assert!(!error.message().contains("the version before"), "{error}");
    assert_ne!(leaf(), before);
}

/// It would reload a server that then does not start. Another one is ordered, and gets its hook.
#[test]
fn no_hook_runs_for_what_is_damaged() {
    for file in ["cert.pem", "privkey.pem", "combined.pem"] {
        let stand = Stand::of_a_folder();
        fs::write(stand.store().with_file_name("broken"), "").expect("written");
        stand.obtain(&with_hook(&stand)).expect_err("the hook fails");
        fs::remove_file(stand.store().join("example.com/versions/1").join(file)).expect("removed");
        let error = again(&stand).expect_err("damaged");
        assert!(error.message().contains(&format!("{file} is gone")), "{error}");
        assert_eq!(runs(&stand), 1, "{file}");
        fs::remove_file(stand.store().with_file_name("broken")).expect("removed");
        let done = stand.obtain(&with_hook(&stand)).expect("ordered anew");
        assert_eq!((done.outcome, done.deployed, runs(&stand)), (Outcome::Renewed, Some(true), 2), "{file}");
        stand.inspect(&done);
    }
}

/// The call that gives up an order is no request, and knows of no hook.
#[test]
fn what_is_issued_all_the_same_gets_its_hook() {
    let stand = Stand::new();
    stand.sandbox.set_issue_delay(Duration::from_secs(600));
    stand.obtain(&Obtain { deadline: Some(60.0), ..with_hook(&stand) }).expect("an order that waits");
    stand.sandbox.advance(Duration::from_secs(600));
    let done = stand.obtain(&Obtain { abandon: Some(true), ..stand.wanted() }).expect("too late for that");
    assert_eq!((done.outcome, done.deployed, runs(&stand)), (Outcome::Resumed, Some(false), 0));
    stand.renew_all(&RenewAll::new(stand.store())).expect("good");
    assert_eq!((&stand.journal()["installed"]["deployed"], runs(&stand)), (&true.into(), 1));
}

/// Until the certificate has little time left: also while a change is requested.
#[test]
fn a_hook_that_fails_holds_up_renewals() {
    let stand = Stand::new();
    fs::write(stand.store().with_file_name("broken"), "").expect("written");
    stand.obtain(&with_hook(&stand)).expect_err("the hook fails");
    let names = vec!["example.com".to_owned(), "www.example.com".to_owned()];
    let change = Obtain { domains: names, ..with_hook(&stand) };
    for (days, orders) in [(65, 1), (15, 2)] {
        stand.sandbox.advance(days * Duration::from_secs(24 * 3600));
        stand.obtain(&change).expect_err("the hook fails");
        assert_eq!(stand.count("create_certificate"), orders, "{days} days later");
    }
}

#[test]
fn what_cannot_be_deployed_is_named() {
    let stand = Stand::new();
    let error = again(&stand).expect_err("no entry");
    assert_eq!(error.kind(), Kind::Storage);
    assert!(!stand.store().join("example.com").exists(), "none is made");
    stand.obtain(&stand.wanted()).expect("a certificate");
    let error = again(&stand).expect_err("no hook");
    assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some("name")), "{error}");
}
