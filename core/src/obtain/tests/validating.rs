//! Mails, changed methods, and orders that need another verify call.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use serde_json::json;
use zerossl_sandbox::{Effect, Reply, When, WireFault};

use super::stand::Stand;
use crate::error::{Error, Kind};
use crate::obtain::interface::{Obtain, Outcome, RenewAll};

fn by_mail(stand: &Stand, address: &str) -> Obtain {
    let validation = json!({"method": "EMAIL", "emails": {"example.com": address}});
    Obtain { validation, deadline: Some(60.0), ..stand.wanted() }
}

/// The request was lost before it was carried out, so no mail was sent.
#[test]
fn mails_that_were_never_sent_are_asked_for_again() {
    let stand = Stand::new();
    stand.strike("verify_domains", 1, When::Before, Reply::broken(WireFault::Reset));
    stand.obtain(&by_mail(&stand, "admin@example.com")).expect_err("it is a draft still");
    let waiting = stand.obtain(&by_mail(&stand, "admin@example.com")).expect("it waits");
    assert_eq!((waiting.outcome, stand.sandbox.mails().len()), (Outcome::Pending, 1));
}

#[test]
fn mails_whose_answer_was_lost_are_not_sent_twice() {
    let stand = Stand::new();
    stand.strike("verify_domains", 1, When::After, Reply::broken(WireFault::Reset));
    for _ in 0..2 {
        stand.obtain(&by_mail(&stand, "admin@example.com")).expect("it waits");
    }
    assert_eq!(stand.sandbox.mails().len(), 1);
}

#[test]
fn another_address_gets_a_mail() {
    let stand = Stand::new();
    for address in ["admin@example.com", "webmaster@example.com", "webmaster@example.com"] {
        stand.obtain(&by_mail(&stand, address)).expect("it waits");
    }
    assert_eq!(stand.sandbox.mails().len(), 2);
}

/// It is pending because of the mails, which says nothing about the file.
#[test]
fn the_error_of_a_changed_method_is_returned() {
    let stand = Stand::new();
    stand.obtain(&by_mail(&stand, "admin@example.com")).expect("it waits");
    stand.sandbox.set_http_port(1);
    let error = stand.obtain(&stand.wanted()).expect_err("nobody shows the file");
    assert_eq!(error.kind(), Kind::Validation, "{error}");
}

#[test]
fn a_pending_order_is_verified_again() {
    let stand = Stand::new();
    stand.quirk("verify_domains", 1, Effect::Stall);
    let wanted = Obtain { deadline: Some(60.0), ..stand.wanted() };
    assert_eq!(stand.obtain(&wanted).expect("it waits").outcome, Outcome::Pending);
    assert_eq!(stand.count("verify_domains"), 1);
    stand.sandbox.advance(Duration::from_secs(3600));
    assert_ne!(stand.obtain(&wanted).expect("asked again").outcome, Outcome::Unchanged);
    assert_eq!((stand.count("verify_domains"), stand.count("create_certificate")), (2, 1));
}

#[test]
fn the_deadline_holds_for_a_hook_too() {
    let stand = Stand::new();
    let (path, gate) = (stand.store().with_file_name("hook"), stand.store().with_file_name("gate"));
    fs::write(&path, format!("#!/bin/sh\nwhile [ ! -e {} ]; do sleep 0.05; done\n", gate.display()))
        .expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
    let deploy_hook = Some(vec![path.display().to_string()]);
    let wanted = Obtain { deploy_hook, deadline: Some(2.0), poll_interval: Some(0.01), ..stand.wanted() };
    let started = Instant::now();
    let error = stand.obtain(&wanted).expect_err("it still runs");
    assert_eq!(error.kind(), Kind::Timeout, "{error}");
    assert!(started.elapsed() < Duration::from_secs(20));
    fs::write(&gate, "").expect("written");
    // The hook ends in its own time, and the clock of the tests is ahead of that.
    let is_busy = |error: &Error| error.kind() == Kind::Busy;
    let again = || stand.obtain(&Obtain { deadline: None, ..wanted.clone() });
    let mut done = again();
    while done.as_ref().is_err_and(is_busy) {
        done = again();
    }
    let done = done.expect("its turn");
    assert_eq!((done.outcome, done.deployed), (Outcome::Unchanged, Some(true)));
}

/// Some accounts cannot list.
#[test]
fn a_store_is_renewed_without_a_list() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.strike("list_certificates", 9, When::Before, Reply::refusal(2801).expect("a code"));
    let report = stand.client().send(&RenewAll::new(stand.store())).expect("all are good");
    assert_eq!(report.results[0].outcome, Some(Outcome::Unchanged));
}

#[test]
fn an_order_that_was_only_begun_counts_as_new() {
    let stand = Stand::new();
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2817).expect("a code"));
    stand.obtain(&stand.wanted()).expect_err("no place");
    let sent = stand.count("create_certificate");
    let none = RenewAll { max_orders: Some(0), ..RenewAll::new(stand.store()) };
    let report = stand.client().send(&none).expect("left for later");
    assert_eq!(
        (report.results[0].outcome, stand.count("create_certificate")),
        (Some(Outcome::Postponed), sent)
    );
}

/// Whatever fails after it: the error is what the service found wrong.
#[test]
fn a_refusal_is_not_hidden_by_a_later_failure() {
    let stand = Stand::new();
    stand.sandbox.set_http_port(1);
    stand.strike("get_certificate", usize::MAX, When::Before, Reply::page(503));
    let error = stand.obtain(&stand.wanted()).expect_err("nobody shows the file");
    assert_eq!(error.kind(), Kind::Validation, "{error}");
    assert_eq!(error.domains().keys().collect::<Vec<_>>(), ["example.com"]);
}

/// `poll_interval` is for certificates that are not issued at once.
#[test]
fn the_first_poll_comes_early() {
    let stand = Stand::new();
    let started = Instant::now();
    let wanted = Obtain { poll_interval: Some(30.0), ..stand.wanted() };
    assert_eq!(stand.client().send(&wanted).expect("a certificate").outcome, Outcome::Issued);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert_eq!(stand.count("get_certificate"), 1);
}
