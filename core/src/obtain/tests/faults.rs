//! Each answer of each request is once lost, late, garbled or a refusal: the result is the same, or there is one clear
//! error, and nothing is lost.

use std::time::Duration;

use serde_json::json;
use zerossl_sandbox::{Body, Reply, When, WireFault};

use super::removing::{is_gone, plain, remove};
use super::stand::{Stand, is_fresh};
use crate::error::Kind;
use crate::obtain::interface::{Obtain, Outcome, RemoveEntry};

fn replies() -> Vec<(&'static str, When, Reply)> {
    let both =
        |name: &'static str, reply: Reply| [(name, When::Before, reply.clone()), (name, When::After, reply)];
    [
        both("reset", Reply::broken(WireFault::Reset)),
        both("truncated", Reply::broken(WireFault::Truncate)),
        both("a page", Reply::page(502)),
        both("not JSON", Reply::text(200, "<html>a page</html>")),
        both("nothing", Reply::text(200, "")),
        both("an object", Reply::text(200, "{}")),
        both("a list", Reply::text(200, "[]")),
        both("null", Reply::text(200, "null")),
        both("that of a cancel", Reply::json(200, json!({"success": 1}))),
        both(
            "that of a list",
            Reply::json(200, json!({"total_count": 0, "page": 1, "limit": 100, "results": []})),
        ),
        both("111", Reply::refusal(111).expect("a code")),
        both("too many", Reply::too_many_requests("3600")),
    ]
    .into_iter()
    .flatten()
    .chain([("late", When::After, Reply::new(200, Body::AsIs).with_delay(Duration::from_millis(300)))])
    .collect()
}

/// The answer of the n-th request of an operation has a fault, and everything after it works.
fn struck(operation: &str, earlier: usize, name: &str, when: When, reply: &Reply) {
    let stand = Stand::new();
    stand.pass(operation, earlier);
    stand.strike(operation, 1, when, reply.clone());
    let place = format!("{operation} {earlier}, {name} {when:?}");
    match stand.obtain(&stand.wanted()) {
        Ok(obtained) => assert!(is_fresh(&obtained), "{place}: {obtained:?}"),
        Err(error) => {
            assert!(error.kind() != Kind::Internal && error.kind() != Kind::Storage, "{place}: {error}");
            assert!(error.message().starts_with("obtain: "), "{place}: {error}");
        }
    }
    let obtained = stand.obtain(&stand.wanted()).unwrap_or_else(|error| panic!("{place}: {error}"));
    stand.inspect(&obtained);
    assert_eq!(stand.live().len(), 1, "{place}: {:?}", stand.live());
    assert_eq!(stand.obtain(&stand.wanted()).expect(&place).outcome, Outcome::Unchanged);
}

fn strike(operation: &str, calls: usize) {
    for (name, when, reply) in replies() {
        for earlier in 0..calls {
            struck(operation, earlier, name, when, &reply);
        }
    }
}

#[test]
fn list() {
    strike("list_certificates", 1);
}

#[test]
fn create() {
    // A 429 means that the request was not carried out. So a 429 after the action is not a fault but a lie.
    for (name, when, reply) in
        replies().into_iter().filter(|(name, when, _)| (*name, *when) != ("too many", When::After))
    {
        struck("create_certificate", 0, name, when, &reply);
    }
}

#[test]
fn verify() {
    strike("verify_domains", 1);
}

#[test]
fn download() {
    strike("download_certificate", 1);
}

/// With a pause before the certificate is issued, the order is polled.
#[test]
fn get() {
    for (name, when, reply) in replies() {
        let stand = Stand::new();
        stand.sandbox.set_issue_delay(Duration::from_secs(5));
        stand.strike("get_certificate", 1, when, reply);
        let place = format!("{name} {when:?}");
        if let Err(error) = stand.obtain(&stand.wanted()) {
            assert!(error.kind() != Kind::Internal && error.kind() != Kind::Storage, "{place}: {error}");
        }
        let obtained = stand.obtain(&stand.wanted()).unwrap_or_else(|error| panic!("{place}: {error}"));
        stand.inspect(&obtained);
        assert_eq!((stand.live().len(), stand.count("create_certificate")), (1, 1), "{place}");
    }
}

/// Hangs cost real time, so there are only a few.
#[test]
fn silence() {
    for operation in ["list_certificates", "create_certificate", "verify_domains", "download_certificate"] {
        for when in [When::Before, When::After] {
            struck(operation, 0, "silence", when, &Reply::broken(WireFault::Hang));
        }
    }
}

#[test]
fn a_renewal_whose_answer_is_lost_replaces_once() {
    for (name, when, reply) in replies() {
        let stand = Stand::new();
        let first = stand.obtain(&stand.wanted()).expect("a certificate");
        stand.strike("create_certificate", 1, when, reply);
        let forced = Obtain { force: Some(true), ..stand.wanted() };
        let obtained = match stand.obtain(&forced) {
            Ok(obtained) => obtained,
            Err(_) => stand.obtain(&forced).unwrap_or_else(|error| panic!("{name} {when:?}: {error}")),
        };
        assert_ne!(
            obtained.certificate.as_ref().map(|new| &new.id),
            first.certificate.as_ref().map(|old| &old.id)
        );
        stand.inspect(&obtained);
        assert_eq!(stand.live().len(), 2, "{name} {when:?}: {:?}", stand.live());
    }
}

/// A forced renewal of an order that takes some polls; again if it fails.
fn renew(stand: &Stand, place: &str) {
    stand.sandbox.set_issue_delay(Duration::from_secs(5));
    let forced = Obtain { force: Some(true), ..stand.wanted() };
    let obtained = match stand.obtain(&forced) {
        Ok(obtained) => obtained,
        Err(error) => {
            assert!(error.kind() != Kind::Internal && error.kind() != Kind::Storage, "{place}: {error}");
            stand.obtain(&forced).unwrap_or_else(|error| panic!("{place}: {error}"))
        }
    };
    stand.inspect(&obtained);
    assert_eq!(stand.live().len(), 2, "{place}: {:?}", stand.live());
}

fn with_a_certificate() -> Stand {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand
}

/// Also those of later polls.
#[test]
fn each_answer_of_a_renewal() {
    let operations = ["list_certificates", "verify_domains", "get_certificate", "download_certificate"];
    let quiet = with_a_certificate();
    let before = operations.map(|operation| quiet.count(operation));
    renew(&quiet, "undisturbed");
    let polls = quiet.count("get_certificate") - before[2];
    assert!(polls > 1, "{polls}");
    for (operation, before) in operations.into_iter().zip(before) {
        for earlier in 0..quiet.count(operation) - before {
            for (name, when, reply) in replies() {
                let stand = with_a_certificate();
                stand.pass(operation, earlier);
                stand.strike(operation, 1, when, reply);
                renew(&stand, &format!("{operation} {earlier}, {name} {when:?}"));
            }
        }
    }
}

/// The requests that search a lost order: the list for its names, and the order itself.
#[test]
fn the_search() {
    for (name, when, reply) in replies() {
        for (operation, earlier) in [("list_certificates", 1), ("get_certificate", 0)] {
            let stand = Stand::new();
            stand.strike("create_certificate", 1, When::After, Reply::broken(WireFault::Reset));
            stand.pass(operation, earlier);
            stand.strike(operation, 1, when, reply.clone());
            let place = format!("{operation}, {name} {when:?}");
            if let Err(error) = stand.obtain(&stand.wanted()) {
                assert!(error.kind() != Kind::Internal && error.kind() != Kind::Storage, "{place}: {error}");
            }
            let obtained = stand.obtain(&stand.wanted()).unwrap_or_else(|error| panic!("{place}: {error}"));
            stand.inspect(&obtained);
            assert_eq!(stand.live().len(), 1, "{place}: {:?}", stand.live());
        }
    }
}

#[test]
fn cancel() {
    for (name, when, reply) in replies() {
        let stand = Stand::new();
        stand.sandbox.set_issue_delay(Duration::from_secs(7200));
        stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("it waits");
        stand.strike("cancel_certificate", 1, when, reply);
        let giving_up = Obtain { abandon: Some(true), ..stand.wanted() };
        let place = format!("{name} {when:?}");
        if let Err(error) = stand.obtain(&giving_up) {
            assert!(error.kind() != Kind::Internal && error.kind() != Kind::Storage, "{place}: {error}");
        }
        stand.obtain(&giving_up).unwrap_or_else(|error| panic!("{place}: {error}"));
        assert!(stand.live().is_empty(), "{place}: {:?}", stand.live());
    }
}

#[test]
fn revoke() {
    // A cancel is answered as a revocation is: before it, that is a lie.
    for (name, when, reply) in
        replies().into_iter().filter(|(name, when, _)| (*name, *when) != ("that of a cancel", When::Before))
    {
        let stand = with_a_certificate();
        stand.strike("revoke_certificate", 1, when, reply);
        let revoking = RemoveEntry { revoke: Some(true), ..plain(&stand) };
        let place = format!("{name} {when:?}");
        if let Err(error) = remove(&stand, &revoking) {
            assert!(error.kind() != Kind::Internal && error.kind() != Kind::Storage, "{place}: {error}");
            assert!(!is_gone(&stand), "{place}: it is not revoked, as far as anybody knows");
            remove(&stand, &revoking).unwrap_or_else(|error| panic!("{place}: {error}"));
        }
        assert!(is_gone(&stand) && stand.live().is_empty(), "{place}: {:?}", stand.live());
    }
}
