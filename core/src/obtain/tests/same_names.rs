//! Two entries of the same names, such as one with an RSA key and one on a curve: neither takes the other's order.

use std::time::Duration;

use tempfile::TempDir;
use zerossl_sandbox::{Effect, Reply, When, WireFault};

use super::stand::Stand;
use crate::error::Kind;
use crate::obtain::interface::{Obtain, Obtained, Outcome, RemoveEntry};
use crate::obtain::store::storage::Disk;
use crate::obtain::tests::time::SandboxClock;
use crate::operation::Request;
use crate::parameter;

const ENTRIES: [&str; 2] = ["one", "two"];

fn wanted(stand: &Stand, name: &str) -> Obtain {
    Obtain { name: Some(name.to_owned()), ..stand.wanted() }
}

/// An order of unknown outcome: the connection breaks, and the account cannot be read.
fn lose(stand: &Stand, wanted: &Obtain, when: When) {
    stand.strike("create_certificate", 1, when, Reply::broken(WireFault::Reset));
    // Before the create it is.
    stand.pass("list_certificates", 1);
    stand.strike("list_certificates", 1, When::Before, Reply::page(502));
    let creates = stand.count("create_certificate");
    stand.obtain(wanted).expect_err("no answer");
    assert_eq!(stand.count("create_certificate"), creates + 1);
}

fn with_foreign_hashes(stand: &Stand) {
    stand.quirk("create_certificate", usize::MAX, Effect::ForeignHashes);
}

fn id(obtained: &Obtained) -> &str {
    &obtained.certificate.as_ref().expect("a certificate").id
}

/// In an outage, in all ways in which it may have come out.
#[test]
fn each_finds_its_own() {
    let ways = [When::Before, When::After].map(|one| [When::Before, When::After].map(|two| [one, two]));
    for (when, tells) in ways.into_iter().flatten().flat_map(|when| [(when, true), (when, false)]) {
        let what = format!("{when:?}, the hash tells: {tells}");
        let stand = Stand::new();
        let entries = ENTRIES.map(|name| wanted(&stand, name));
        if !tells {
            with_foreign_hashes(&stand);
        }
        for (entry, when) in entries.iter().zip(when) {
            lose(&stand, entry, when);
        }
        if when == [When::After, When::After] && !tells {
            // Two orders, and nothing tells whose they are: that is for a person.
            let error = stand.obtain(&entries[0]).expect_err(&what);
            assert_eq!((error.kind(), error.candidates().len()), (Kind::Ambiguous, 2), "{error}");
            continue;
        }
        let mut ids = Vec::new();
        for entry in &entries {
            let mut outcome = stand.obtain(entry);
            if let Err(error) = &outcome {
                assert!(error.is_retryable(), "{what}: {error}");
                outcome = stand.obtain(entry);
            }
            ids.push(id(&outcome.expect(&what)).to_owned());
        }
        assert_ne!(ids[0], ids[1], "{what}");
        assert_eq!(stand.live().len(), 2, "{what}");
        for (entry, id_of_it) in entries.iter().zip(&ids) {
            let again = stand.obtain(entry).expect("in use");
            assert_eq!((again.outcome, id(&again)), (Outcome::Unchanged, id_of_it.as_str()), "{what}");
        }
    }
}

/// The other one waits for its validation, and the service shows no hash that tells whose it is.
#[test]
fn the_others_draft_is_not_cancelled() {
    let stand = Stand::new();
    with_foreign_hashes(&stand);
    let [one, two] = ENTRIES.map(|name| wanted(&stand, name));
    lose(&stand, &two, When::Before);
    stand.sandbox.set_issue_delay(Duration::from_secs(3 * 3600));
    let waiting = Obtain { deadline: Some(60.0), ..one.clone() };
    assert_eq!(stand.obtain(&waiting).expect("ordered").outcome, Outcome::Pending);
    stand.sandbox.set_issue_delay(Duration::ZERO);
    stand.obtain(&two).or_else(|_| stand.obtain(&two)).expect("ordered");
    let (_, lines) = stand.obtain_saying(&Obtain { force: Some(true), ..two });
    assert!(!lines.is_empty() && !lines.iter().any(|line| line.contains("cancel it")), "{lines:?}");
    assert_eq!(stand.count("cancel_certificate"), 0);
    assert!(stand.sandbox.certificates().iter().all(|order| order.status != "cancelled"));
}

/// In folders that know nothing of each other, only the certificate shows whose it is.
fn with_a_strangers_certificate() -> (Stand, TempDir, String) {
    let stand = Stand::of_a_folder();
    lose(&stand, &stand.wanted(), When::Before);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let theirs = Obtain { directory: elsewhere.path().to_owned(), ..stand.wanted() };
    let theirs = id(&stand.obtain(&theirs).expect("a certificate")).to_owned();
    (stand, elsewhere, theirs)
}

#[test]
fn a_strangers_certificate_is_let_go() {
    let (stand, _elsewhere, theirs) = with_a_strangers_certificate();
    let error = stand.obtain(&stand.wanted()).expect_err("none of ours");
    assert_eq!((error.kind(), error.is_retryable()), (Kind::Response, true), "{error}");
    assert!(error.message().contains(&theirs) && error.message().contains("call again"), "{error}");
    assert_eq!(stand.journal()["held"], serde_json::Value::Null);
    // Looked for once more, as after each create of unknown outcome.
    let obtained = stand.obtain(&stand.wanted()).expect("ordered anew");
    assert_ne!(id(&obtained), theirs);
    stand.inspect(&obtained);
    assert_eq!(stand.count("cancel_certificate"), 0);
}

#[test]
fn a_strangers_certificate_is_not_revoked() {
    let (stand, _elsewhere, theirs) = with_a_strangers_certificate();
    // The download fails, so the order that was found stays that of the entry.
    stand.strike("download_certificate", 1, When::Before, Reply::page(502));
    stand.obtain(&stand.wanted()).expect_err("no download");
    assert_eq!(stand.journal()["order"]["id"], theirs.as_str());
    let wanted = RemoveEntry { revoke: Some(true), ..RemoveEntry::new(stand.store(), "example.com") };
    stand
        .client()
        .enter(RemoveEntry::OPERATION, None, |context| {
            let given = crate::json::encode(&wanted)?;
            let arguments = parameter::check(RemoveEntry::OPERATION.parameters, given)?;
            let clock = SandboxClock::new(&stand.sandbox);
            crate::obtain::removal::remove_entry(context, &stand.env(&Disk, &clock), &arguments)
        })
        .expect("removed");
    assert_eq!((stand.count("revoke_certificate"), stand.count("cancel_certificate")), (0, 0));
    assert!(stand.live().iter().any(|certificate| certificate.id == theirs));
}
