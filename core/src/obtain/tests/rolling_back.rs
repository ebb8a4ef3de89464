//! With `rollback`, a hook that fails leads `current` to the version before, as long as that one is good.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use zerossl_sandbox::{Reply, When};

use super::hosts::Hosts;
use super::redeploying::{again, with_hook};
use super::stand::Stand;
use crate::CancelToken;
use crate::endpoints::RevokeCertificate;
use crate::error::Kind;
use crate::obtain::interface::Obtain;
use crate::obtain::store::storage::Disk;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn current(stand: &Stand) -> String {
    let link = fs::read_link(stand.store().join("example.com/current")).expect("a link");
    link.display().to_string()
}

fn wanted(stand: &Stand) -> Obtain {
    Obtain { rollback: Some(true), ..with_hook(stand) }
}

fn break_hook(stand: &Stand) {
    fs::write(stand.store().with_file_name("broken"), "").expect("written");
}

/// The first certificate works, and the hook refuses the second one.
fn rolled_back(stand: &Stand, age: u32) {
    stand.obtain(&wanted(stand)).expect("a certificate");
    break_hook(stand);
    stand.sandbox.advance(age * DAY);
    stand.obtain(&Obtain { force: Some(true), ..wanted(stand) }).expect_err("the hook fails");
    assert_eq!(current(stand), "versions/1");
}

#[test]
fn nothing_is_rolled_back_to_what_has_expired() {
    for has_hook in [true, false] {
        let stand = Stand::new();
        rolled_back(&stand, 60);
        stand.sandbox.advance(35 * DAY);
        if has_hook {
            let error = stand.obtain(&wanted(&stand)).expect_err("the hook still fails");
            assert!(!error.message().contains("the version before"), "{error}");
        } else {
            // Another certificate without a hook, which cannot be had at the moment.
            let names = vec!["example.com".to_owned(), "www.example.com".to_owned()];
            stand.strike("list_certificates", usize::MAX, When::Before, Reply::page(502));
            stand.obtain(&Obtain { domains: names, ..stand.wanted() }).expect_err("no answer");
        }
        assert_eq!(current(&stand), "versions/2", "has_hook: {has_hook}");
        assert_eq!(stand.journal()["installed"]["rolled_back"], false);
    }
}

/// `redeploy` is only another try: what was refused has never been in use.
#[test]
fn what_was_refused_is_refused_again() {
    let stand = Stand::new();
    rolled_back(&stand, 0);
    for _ in 0..2 {
        let error = again(&stand).expect_err("the hook fails");
        assert!(error.message().contains("the version before"), "{error}");
        assert_eq!(current(&stand), "versions/1");
    }
    fs::remove_file(stand.store().with_file_name("broken")).expect("removed");
    again(&stand).expect("deployed");
    assert_eq!(current(&stand), "versions/2");
}

/// The hook goes on by itself, and may still read the files.
#[test]
fn files_are_not_changed_under_a_hook_that_runs() {
    let stand = Stand::new();
    stand.obtain(&wanted(&stand)).expect("a certificate");
    let place = |name: &str| stand.store().with_file_name(name);
    let (started, go) = (place("started"), place("go"));
    let body = format!(
        "#!/bin/sh\ntouch {}\nwhile [ ! -e {} ]; do sleep 0.05; done\n",
        started.display(),
        go.display()
    );
    fs::write(place("slow"), body).expect("written");
    fs::set_permissions(place("slow"), fs::Permissions::from_mode(0o755)).expect("its mode");
    let slow = Obtain {
        deploy_hook: Some(vec![place("slow").display().to_string()]),
        force: Some(true),
        ..wanted(&stand)
    };
    let client = stand.client().cancelled_by(&CancelToken::asking(move || started.exists()));
    let error = stand.obtain_on(&Disk, &client, &slow).expect_err("cancelled");
    assert_eq!((error.kind(), current(&stand).as_str()), (Kind::Cancelled, "versions/2"));
    fs::write(go, "").expect("written");
    // Waits for the hook's end, and runs it again.
    stand.obtain(&Obtain { force: None, ..slow }).expect("deployed");
    assert_eq!(current(&stand), "versions/2");
}

/// One host replaces what was revoked, and the hook of another one fails.
#[test]
fn no_host_goes_back_to_what_was_revoked() {
    let hosts = Hosts::new();
    let on = |host: usize| Obtain { directory: hosts.folder(host), ..wanted(&hosts.stand) };
    let first = hosts.obtain_as(&on(0)).expect("a certificate").certificate.expect("one");
    hosts.obtain_as(&on(1)).expect("installed");
    hosts.stand.client().send(&RevokeCertificate::new(first.id)).expect("revoked");
    hosts.obtain_as(&on(0)).expect("replaced");
    let before = hosts.read(1, "current/cert.pem");
    break_hook(&hosts.stand);
    let error = hosts.obtain_as(&on(1)).expect_err("the hook fails");
    assert!(!error.message().contains("the version before"), "{error}");
    let now = hosts.read(1, "current/cert.pem");
    assert!(now != before && now == hosts.read(0, "current/cert.pem"));
}
