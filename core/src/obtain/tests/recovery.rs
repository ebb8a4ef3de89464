//! States that a later call has to recover from: rollbacks, changed requests, missing things.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::{Value, json};
use zerossl_sandbox::{Reply, When};

use super::disk::{DyingDisk, Loss};
use super::stand::Stand;
use crate::error::Kind;
use crate::key_type::KeyType;
use crate::obtain::interface::{Obtain, Outcome};

/// The version that `current` leads to.
fn current(stand: &Stand) -> String {
    let link = fs::read_link(stand.store().join("example.com/current"));
    link.map(|target| target.display().to_string()).unwrap_or_default()
}

/// The version that it should lead to.
fn installed(stand: &Stand) -> String {
    format!("versions/{}", stand.journal()["installed"]["serial"])
}

/// A deploy hook that works when there is a file `works`.
fn hook(stand: &Stand) -> Vec<String> {
    let path = stand.store().with_file_name("hook");
    let works = stand.store().with_file_name("works");
    fs::write(&path, format!("#!/bin/sh\n[ -e {} ]\n", works.display())).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
    vec![path.display().to_string()]
}

fn let_it_work(stand: &Stand) {
    fs::write(stand.store().with_file_name("works"), "").expect("written");
}

fn forced(stand: &Stand) -> Obtain {
    Obtain { force: Some(true), deploy_hook: Some(hook(stand)), ..stand.wanted() }
}

/// An order that waits for hours.
fn waiting(stand: &Stand) {
    stand.sandbox.set_issue_delay(Duration::from_secs(7200));
    stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("it waits");
}

/// Dies after each step of a call, and leaves the rest to `after`.
fn dies_everywhere(before: impl Fn(&Stand), dying: impl Fn(&Stand) -> Obtain, after: impl Fn(&Stand, &str)) {
    for loss in [Loss::Nothing, Loss::All] {
        for step in 0.. {
            let stand = Stand::new();
            before(&stand);
            let disk = DyingDisk::new(step);
            disk.trust(&stand.store());
            let outcome = stand.obtain_on(&disk, &stand.client(), &dying(&stand));
            if outcome.as_ref().err().map(crate::Error::kind) != Some(Kind::Internal) {
                assert!(step > 5, "{outcome:?}");
                break;
            }
            disk.power_cut(&stand.store(), loss);
            after(&stand, &format!("died after step {step}, lost: {loss:?}"));
        }
    }
}

fn first(stand: &Stand) {
    stand.obtain(&stand.wanted()).expect("a first certificate");
}

#[test]
fn a_rollback_survives_a_crash_at_every_step() {
    let dying = |stand: &Stand| Obtain { rollback: Some(true), ..forced(stand) };
    dies_everywhere(first, dying, |stand, place| {
        let_it_work(stand);
        stand.obtain(&Obtain { force: None, ..dying(stand) }).expect(place);
        assert_eq!(
            (current(stand), stand.journal()["installed"]["deployed"].clone()),
            (installed(stand), json!(true)),
            "{place}"
        );
    });
}

#[test]
fn a_forced_call_made_again_after_a_crash_orders_once() {
    let before = |stand: &Stand| {
        first(stand);
        let_it_work(stand);
    };
    dies_everywhere(before, forced, |stand, place| {
        let installed = &stand.journal()["installed"];
        let was_done = installed["serial"] == 2 && installed["deployed"] == true;
        stand.obtain(&forced(stand)).expect(place);
        assert_eq!(stand.count("create_certificate"), if was_done { 3 } else { 2 }, "{place}");
    });
}

#[test]
fn an_order_is_given_up_whatever_a_crash_left() {
    for is_issued in [false, true] {
        let before = |stand: &Stand| {
            waiting(stand);
            if is_issued {
                stand.sandbox.advance(Duration::from_secs(7200));
            }
        };
        let giving_up = |stand: &Stand| Obtain { abandon: Some(true), ..stand.wanted() };
        dies_everywhere(before, giving_up, |stand, place| {
            stand.obtain(&giving_up(stand)).expect(place);
            assert_eq!(stand.journal()["order"], Value::Null, "{place}");
            assert!(!stand.webroot().join(".well-known").exists(), "{place}");
            assert_eq!(stand.live().len(), usize::from(is_issued), "{place}");
        });
    }
}

#[test]
fn another_request_is_fulfilled_whatever_a_crash_left() {
    let before = |stand: &Stand| {
        waiting(stand);
        stand.sandbox.set_issue_delay(Duration::ZERO);
    };
    let other = |stand: &Stand| Obtain { key_type: Some(KeyType::EcdsaP384), ..stand.wanted() };
    dies_everywhere(before, other, |stand, place| {
        let obtained = stand.obtain(&other(stand)).expect(place);
        stand.inspect(&obtained);
        assert_eq!(stand.live().len(), 1, "{place}");
    });
}

/// A crash after the switch, and then the first request again.
#[test]
fn current_leads_to_what_the_journal_says() {
    let two = |stand: &Stand| Obtain {
        name: Some("example.com".to_owned()),
        domains: vec!["example.com".to_owned(), "www.example.com".to_owned()],
        ..stand.wanted()
    };
    dies_everywhere(first, two, |stand, place| {
        stand.obtain(&stand.wanted()).expect(place);
        assert_eq!(current(stand), installed(stand), "{place}");
    });
}

#[test]
fn a_rollback_never_leads_to_what_was_refused() {
    let stand = Stand::new();
    first(&stand);
    let wanted = Obtain { rollback: Some(true), ..forced(&stand) };
    stand.obtain(&wanted).expect_err("refused by the hook");
    assert_eq!(current(&stand), "versions/1");
    // Another spec, so that another certificate is ordered.
    let other = Obtain { key_type: Some(KeyType::EcdsaP384), ..wanted };
    let_it_work(&stand);
    stand.obtain(&Obtain { deploy_hook: None, ..stand.wanted() }).expect("the hook is left out");
    fs::remove_file(stand.store().with_file_name("works")).expect("removed");
    stand.obtain(&other).expect_err("refused by the hook");
    assert_eq!(current(&stand), "versions/2");
}

#[test]
fn a_hook_that_failed_runs_again_and_nothing_is_ordered() {
    let stand = Stand::new();
    first(&stand);
    for _ in 0..3 {
        stand.obtain(&forced(&stand)).expect_err("the hook fails");
    }
    assert_eq!(stand.count("create_certificate"), 2);
    let_it_work(&stand);
    assert_eq!(stand.obtain(&forced(&stand)).expect("deployed").outcome, Outcome::Unchanged);
    assert_eq!(stand.count("create_certificate"), 2);
}

/// It is due, and cannot be renewed: the hook still runs for the newest one.
#[test]
fn what_is_in_place_is_deployed_before_anything_is_ordered() {
    let stand = Stand::new();
    let wanted = Obtain { deploy_hook: Some(hook(&stand)), ..stand.wanted() };
    stand.obtain(&wanted).expect_err("the hook fails");
    stand.sandbox.advance(Duration::from_secs(61 * 24 * 3600));
    stand.strike("create_certificate", 9, When::Before, Reply::refusal(2817).expect("a code"));
    let_it_work(&stand);
    assert_eq!(stand.obtain(&wanted).expect("deployed").deployed, Some(true));
    assert_eq!(stand.obtain(&wanted).expect_err("and due").api_code(), Some(2817));
}

#[test]
fn a_refused_renewal_leaves_a_good_entry_good() {
    let stand = Stand::new();
    first(&stand);
    stand.strike("create_certificate", 9, When::Before, Reply::refusal(2817).expect("a code"));
    stand.obtain(&Obtain { force: Some(true), ..stand.wanted() }).expect_err("no place");
    assert_eq!(stand.obtain(&stand.wanted()).expect("it is good").outcome, Outcome::Unchanged);
    assert_eq!(stand.journal()["order"], Value::Null);
}

#[test]
fn missing_things_are_noticed() {
    let stand = Stand::of_a_folder();
    first(&stand);
    let entry = stand.store().join("example.com");
    fs::remove_file(entry.join("current")).expect("removed");
    let obtained = stand.obtain(&stand.wanted()).expect("put right");
    assert_eq!(obtained.outcome, Outcome::Unchanged);
    stand.inspect(&obtained);
    let old = fs::read(entry.join("journal.json")).expect("a journal");
    fs::remove_file(entry.join("journal.json")).expect("removed");
    let error = stand.obtain(&stand.wanted()).expect_err("it was there");
    assert_eq!(error.kind(), Kind::Storage, "{error}");
    assert!(error.message().contains("gone") && stand.count("create_certificate") == 1, "{error}");
    fs::write(entry.join("journal.json"), old).expect("written");
    fs::remove_file(entry.join("versions/1/privkey.pem")).expect("removed");
    assert_eq!(stand.obtain(&stand.wanted()).expect("another key").outcome, Outcome::Renewed);
}

/// A backup has an older journal: newer versions on the disk are not overwritten.
#[test]
fn a_journal_from_a_backup_overwrites_nothing() {
    let stand = Stand::of_a_folder();
    first(&stand);
    let journal = stand.store().join("example.com/journal.json");
    let backup = fs::read(&journal).expect("a journal");
    let force = Obtain { force: Some(true), ..stand.wanted() };
    stand.obtain(&force).expect("a second one");
    let second = stand.store().join("example.com/versions/2/cert.pem");
    let before = fs::read(&second).expect("a certificate");
    fs::write(&journal, backup).expect("written");
    stand
        .obtain(&Obtain { replace: Some("never".to_owned()), ..force })
        .expect_err("there is one of the name");
    assert_eq!(fs::read(&second).expect("a certificate"), before);
}

#[test]
fn an_order_that_cannot_be_cancelled_is_no_dead_end() {
    let stand = Stand::new();
    waiting(&stand);
    stand.strike("cancel_certificate", 2, When::Before, Reply::refusal(2834).expect("a code"));
    let giving_up = Obtain { abandon: Some(true), ..stand.wanted() };
    assert_eq!(stand.obtain(&giving_up).expect("given up").outcome, Outcome::Abandoned);
    assert_eq!((stand.journal()["order"].clone(), stand.live().len()), (Value::Null, 1));
    stand.obtain(&giving_up).expect("tried again");
    assert!(stand.live().is_empty());
}

#[test]
fn giving_up_leaves_the_request_as_it_was() {
    let stand = Stand::new();
    let wanted = Obtain { deploy_hook: Some(vec!["true".to_owned()]), ..stand.wanted() };
    stand.obtain(&wanted).expect("a certificate");
    stand.obtain(&Obtain { abandon: Some(true), ..stand.wanted() }).expect("nothing to give up");
    let request = fs::read_to_string(stand.store().join("example.com/request.json")).expect("a request");
    assert!(request.contains("deploy_hook"), "{request}");
}

#[test]
fn adopting_what_is_in_place_is_nothing_new() {
    let stand = Stand::new();
    let id =
        stand.obtain(&stand.wanted()).expect("a certificate").certificate.map(|certificate| certificate.id);
    let again = stand.obtain(&Obtain { adopt: id, ..stand.wanted() }).expect("it is ours already");
    assert_eq!(again.outcome, Outcome::Unchanged);
    let other = Some("0123456789abcdef0123456789abcdef".to_owned());
    let error = stand.obtain(&Obtain { adopt: other, ..stand.wanted() }).expect_err("what for");
    assert_eq!(error.parameter(), Some("adopt"), "{error}");
}

/// The last entry that uses a folder removes it.
#[test]
fn none_of_our_folders_is_left() {
    let stand = Stand::new();
    waiting(&stand);
    let other = Obtain { key_type: Some(KeyType::EcdsaP384), ..stand.wanted() };
    stand.obtain(&Obtain { deadline: Some(60.0), ..other.clone() }).expect("it waits");
    stand.sandbox.advance(Duration::from_secs(7200));
    let obtained = stand.obtain(&other).expect("issued");
    stand.inspect(&obtained);
}

/// A disk that lies has lost what was noted of an order; its key and its CSR are there.
#[test]
fn an_order_without_its_note_is_found_by_its_csr() {
    let stand = Stand::of_a_folder();
    stand.sandbox.set_issue_delay(Duration::from_secs(3600));
    let wanted = Obtain { deadline: Some(60.0), ..stand.wanted() };
    let id = |wanted| stand.obtain(wanted).expect("an order").certificate.expect("an order").id;
    let first = id(&wanted);
    let mut journal = stand.journal();
    journal.as_object_mut().expect("an object").remove("checksum");
    for note in ["sent", "id"] {
        journal["order"][note] = Value::Null;
    }
    fs::write(stand.store().join("example.com/journal.json"), journal.to_string()).expect("written");
    assert_eq!(id(&wanted), first);
    assert_eq!(stand.count("create_certificate"), 1);
}
