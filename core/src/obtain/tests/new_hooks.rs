//! A hook that is added or changed: it runs for the certificate in place, whatever came in between.

use std::fs;
use std::path::Path;

use serde_json::Value;
use zerossl_sandbox::{Reply, When};

use super::disk::{DyingDisk, Loss};
use super::hosts::Hosts;
use super::redeploying::{again, runs, with_hook};
use super::stand::Stand;
use crate::error::Kind;
use crate::obtain::interface::{Obtain, Outcome, RenewAll};

/// A hook that is added or changed later runs for the certificate in place; no other call runs it again.
#[test]
fn a_new_hook_runs_for_the_certificate_in_place() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    let mut wanted = with_hook(&stand);
    for expected in 1..=2 {
        for _ in 0..2 {
            let done = stand.obtain(&wanted).expect("it is good");
            assert_eq!((done.outcome, done.deployed), (Outcome::Unchanged, Some(true)));
            assert_eq!(runs(&stand), expected);
            stand.inspect(&done);
        }
        stand.renew_all(&RenewAll::new(stand.store())).expect("nothing to do");
        assert_eq!(runs(&stand), expected);
        wanted.deploy_hook.get_or_insert_default().push("an argument".to_owned());
    }
    stand.obtain(&stand.wanted()).expect("without a hook");
    assert_eq!((runs(&stand), stand.count("create_certificate")), (2, 1));
}

/// What else that call was to do has failed, and has stored its request.
#[test]
fn a_new_hook_runs_also_after_an_order_that_failed() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.strike("list_certificates", usize::MAX, When::Before, Reply::page(502));
    stand.obtain(&Obtain { force: Some(true), ..with_hook(&stand) }).expect_err("no answer");
    stand.sandbox.clear_faults();
    let done = stand.obtain(&with_hook(&stand)).expect("it is good");
    assert_eq!((done.outcome, done.deployed, runs(&stand)), (Outcome::Unchanged, Some(true), 1));
    stand.obtain(&with_hook(&stand)).expect("it is good");
    assert_eq!((runs(&stand), stand.count("create_certificate")), (1, 1));
}

/// The certificate has been in use, so a hook that fails is no reason to go back to the one before.
#[test]
fn a_new_hook_that_fails_rolls_nothing_back() {
    let stand = Stand::new();
    let first = stand.obtain(&stand.wanted()).expect("a certificate");
    stand.obtain(&Obtain { force: Some(true), ..stand.wanted() }).expect("another one");
    let leaf = || fs::read_to_string(&first.files["cert"]).expect("a leaf");
    let in_use = leaf();
    fs::write(stand.store().with_file_name("broken"), "").expect("written");
    let wanted = Obtain { rollback: Some(true), ..with_hook(&stand) };
    assert_eq!(stand.obtain(&wanted).expect_err("the hook fails").kind(), Kind::Storage);
    assert_eq!((leaf(), runs(&stand)), (in_use.clone(), 1));
    assert_eq!(stand.renew_all(&RenewAll::new(stand.store())).expect_err("again").kind(), Kind::Storage);
    assert_eq!((leaf(), runs(&stand)), (in_use.clone(), 2));
    fs::remove_file(stand.store().with_file_name("broken")).expect("removed");
    assert_eq!(stand.obtain(&wanted).expect("it is good").deployed, Some(true));
    fs::write(stand.store().with_file_name("broken"), "").expect("written");
    again(&stand).expect_err("the hook fails");
    assert_eq!((leaf(), stand.count("create_certificate")), (in_use, 2));
}

/// The hook with an argument of its own, for the names of the entry and, if the certificate is another one, one more.
fn asked(stand: &Stand, argument: Option<&str>, is_other: bool) -> Obtain {
    let wanted = with_hook(stand);
    let hook = wanted.deploy_hook.unwrap_or_default();
    let domains = ["example.com", "www.example.com"].map(str::to_owned);
    Obtain {
        domains: if is_other { domains.to_vec() } else { domains[..1].to_vec() },
        deploy_hook: argument.map(|argument| [hook, vec![argument.to_owned()]].concat()),
        ..stand.wanted()
    }
}

/// Makes the journal of an entry one of an earlier version, which did not say which hook had run.
fn make_earlier(folder: &Path) {
    let path = folder.join("example.com/journal.json");
    let text = fs::read(&path).expect("a journal");
    let mut journal: Value = serde_json::from_slice(&text).expect("JSON");
    let fields = journal.as_object_mut().expect("an object");
    fields.remove("checksum");
    fields["installed"].as_object_mut().expect("an object").remove("deployed_for").expect("a field");
    fs::write(path, journal.to_string()).expect("written");
}

/// The first call's hook runs. The second one dies after each of its steps. After the third one its hook has run for the
/// certificate in place, and another call runs nothing.
fn survives_a_crash_at_every_step(is_earlier: bool, calls: impl Fn(&Stand) -> [Obtain; 3]) {
    for step in 0.. {
        for loss in [Loss::Nothing, Loss::All] {
            let place = format!("died after step {step}, lost: {loss:?}");
            let stand = Stand::new();
            let [before, dying, after] = calls(&stand);
            stand.obtain(&before).expect("a certificate");
            if is_earlier {
                make_earlier(&stand.store());
            }
            let disk = DyingDisk::new(step);
            disk.trust(&stand.store());
            let outcome = stand.obtain_on(&disk, &stand.client(), &dying);
            if outcome.is_ok() {
                assert!(step > 10, "{step}");
                return;
            }
            disk.power_cut(&stand.store(), loss);
            let done = stand.obtain(&after).unwrap_or_else(|error| panic!("{place}: {error}"));
            let id = done.certificate.as_ref().map(|certificate| certificate.id.clone()).unwrap_or_default();
            let hook = after.deploy_hook.clone().unwrap_or_default();
            let line = format!("example.com {id} {}", hook.last().expect("an argument"));
            let log = fs::read_to_string(stand.store().with_file_name("log")).expect("a log");
            assert!(log.lines().any(|run| run == line), "{place}: {line} in {log}");
            assert_eq!(done.deployed, Some(true), "{place}");
            let before = runs(&stand);
            assert_eq!(stand.obtain(&after).expect(&place).outcome, Outcome::Unchanged, "{place}");
            assert_eq!(runs(&stand), before, "{place}");
            stand.inspect(&done);
        }
    }
}

/// The stored request may still be the one before, with the hook that is asked for again.
#[test]
fn after_a_change_without_a_hook_the_same_hook_is_new() {
    survives_a_crash_at_every_step(false, |stand| {
        [asked(stand, Some("one"), false), asked(stand, None, true), asked(stand, Some("one"), true)]
    });
}

/// The stored request may have the hook already, though nothing was ordered yet.
#[test]
fn a_new_hook_of_a_forced_renewal_is_not_forgotten() {
    survives_a_crash_at_every_step(false, |stand| {
        let after = asked(stand, Some("two"), false);
        let forced = Obtain { force: Some(true), ..after.clone() };
        [asked(stand, Some("one"), false), forced, after]
    });
}

/// While the order takes its time, the hook runs for what is in place.
#[test]
fn a_new_hook_does_not_wait_for_an_order() {
    let stand = Stand::new();
    stand.obtain(&asked(&stand, Some("one"), false)).expect("a certificate");
    stand.sandbox.set_issue_delay(std::time::Duration::from_secs(3600));
    let forced = Obtain { force: Some(true), deadline: Some(60.0), ..asked(&stand, Some("two"), false) };
    let pending = stand.obtain(&forced).expect("it waits");
    assert_eq!((pending.outcome, pending.deployed, runs(&stand)), (Outcome::Pending, Some(false), 1));
    let pending = stand.obtain(&forced).expect("it waits");
    assert_eq!((pending.outcome, pending.deployed, runs(&stand)), (Outcome::Pending, Some(true), 2));
}

/// Their journals do not say which hook has run.
#[test]
fn entries_of_earlier_versions_know_the_hook_of_their_request() {
    let stand = Stand::new();
    stand.obtain(&asked(&stand, Some("one"), false)).expect("a certificate");
    make_earlier(&stand.store());
    for (hook, expected) in [("one", 1), ("two", 2), ("two", 2)] {
        let done = stand.obtain(&asked(&stand, Some(hook), false)).expect("it is good");
        assert_eq!((done.deployed, runs(&stand)), (Some(true), expected));
    }
}

#[test]
fn a_new_hook_of_an_entry_of_an_earlier_version_survives_a_crash() {
    survives_a_crash_at_every_step(true, |stand| {
        let after = asked(stand, Some("two"), false);
        [asked(stand, Some("one"), false), after.clone(), after]
    });
}

/// Another host has changed the hook meanwhile.
#[test]
fn a_host_of_an_earlier_version_learns_of_a_new_hook() {
    let hosts = Hosts::new();
    let on = |host: usize, hook: &str| {
        let wanted = asked(&hosts.stand, Some(hook), false);
        Obtain { directory: hosts.folder(host), ..wanted }
    };
    for host in 0..2 {
        hosts.obtain_as(&on(host, "one")).expect("a certificate");
        make_earlier(&hosts.folder(host));
    }
    hosts.obtain_as(&on(0, "two")).expect("it is good");
    assert_eq!(runs(&hosts.stand), 3);
    assert_eq!(hosts.install(1), [("example.com".to_owned(), Some(Outcome::Installed))]);
    assert_eq!((runs(&hosts.stand), hosts.list(1).entries.remove(0).deployed), (4, Some(true)));
}

/// It says of the certificate in use that its hook has run.
#[test]
fn the_hook_of_a_change_that_waits_is_not_new_for_what_is_in_place() {
    let stand = Stand::new();
    stand.obtain(&asked(&stand, Some("one"), false)).expect("a certificate");
    stand.sandbox.set_issue_delay(std::time::Duration::from_secs(3600));
    let change = Obtain { deadline: Some(60.0), ..asked(&stand, Some("two"), true) };
    let pending = stand.obtain(&change).expect("it waits");
    assert_eq!((pending.outcome, pending.deployed, runs(&stand)), (Outcome::Pending, Some(true), 1));
}
