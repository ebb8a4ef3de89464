//! `remove_entry` takes away all that an entry has, in an order that a crash does not hurt.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::disk::{DyingDisk, Loss};
use super::hosts::Hosts;
use super::stand::Stand;
use super::time::SandboxClock;
use crate::answers::Success;
use crate::endpoints::{GetCertificate, Reason};
use crate::error::{Error, Kind, Result};
use crate::obtain::interface::{Obtain, Outcome, RemoveEntry};
use crate::obtain::removal::remove_entry;
use crate::obtain::store::lock::Lock;
use crate::obtain::store::storage::{Disk, Storage};
use crate::operation::Request as _;
use crate::{json as coded, parameter};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn remove_on(stand: &Stand, storage: &dyn Storage, wanted: &RemoveEntry) -> Result<Success> {
    stand.client().enter(RemoveEntry::OPERATION, None, |context| {
        let arguments = parameter::check(RemoveEntry::PARAMETERS, coded::encode(wanted)?)?;
        let clock = SandboxClock::new(&stand.sandbox);
        remove_entry(context, &stand.env(storage, &clock), &arguments)
    })
}

pub(super) fn remove(stand: &Stand, wanted: &RemoveEntry) -> Result<Success> {
    remove_on(stand, &Disk, wanted)
}

pub(super) fn plain(stand: &Stand) -> RemoveEntry {
    RemoveEntry::new(stand.store(), "example.com")
}

pub(super) fn forced(stand: &Stand) -> RemoveEntry {
    RemoveEntry { force: Some(true), ..plain(stand) }
}

pub(super) fn is_gone(stand: &Stand) -> bool {
    !stand.store().join("example.com").exists()
}

#[test]
fn the_key_of_a_good_certificate_stays() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    let error = remove(&stand, &plain(&stand)).expect_err("it is good");
    assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some("force")), "{error}");
    assert!(stand.store().join("example.com/current/privkey.pem").exists());
    remove(&stand, &forced(&stand)).expect("removed");
    assert!(is_gone(&stand));
    assert_eq!(stand.live().len(), 1, "it is not revoked");
}

#[test]
fn an_expired_certificate_needs_no_force() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.sandbox.advance(91 * DAY);
    remove(&stand, &plain(&stand)).expect("removed");
    assert!(is_gone(&stand));
}

#[test]
fn it_is_revoked_first_if_that_is_wanted() {
    let stand = Stand::new();
    let id = stand.obtain(&stand.wanted()).expect("a certificate").certificate.expect("one").id;
    let revoked = RemoveEntry { revoke: Some(true), reason: Some(Reason::Superseded), ..plain(&stand) };
    remove(&stand, &revoked).expect("removed");
    assert!(is_gone(&stand));
    assert!(stand.client().send(&GetCertificate::new(id)).expect("it is there").is_revoked());
}

#[test]
fn an_order_is_cancelled_and_the_webroot_is_clean() {
    let stand = Stand::new();
    stand.sandbox.set_issue_delay(Duration::from_secs(3600));
    stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("it waits");
    remove(&stand, &plain(&stand)).expect("removed");
    assert!(is_gone(&stand) && !stand.webroot().join(".well-known").exists());
    assert_eq!(stand.live().len(), 0);
}

#[test]
fn what_is_not_ours_stays() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    let note = stand.store().join("example.com/notes.txt");
    fs::write(&note, "mine").expect("written");
    remove(&stand, &forced(&stand)).expect("removed");
    let left: Vec<_> = fs::read_dir(stand.store().join("example.com")).expect("a folder").collect();
    assert_eq!((left.len(), note.exists()), (1, true));
    // And it is no entry any more.
    assert_eq!(remove(&stand, &forced(&stand)).expect_err("no entry").kind(), Kind::Storage);
}

/// Whatever a crash leaves is removed by the next call, and is not in the way of a new entry.
#[test]
fn a_crash_at_any_step_leaves_nothing_that_stays() {
    for loss in [Loss::Nothing, Loss::All] {
        for step in 0.. {
            let stand = Stand::new();
            stand.obtain(&stand.wanted()).expect("a certificate");
            let disk = DyingDisk::new(step);
            disk.trust(&stand.store());
            let outcome = remove_on(&stand, &disk, &forced(&stand));
            if outcome.as_ref().err().map(Error::kind) != Some(Kind::Internal) {
                outcome.expect("removed");
                assert!(step > 5);
                break;
            }
            disk.power_cut(&stand.store(), loss);
            let entry = stand.store().join("example.com");
            if ["journal.json", "request.json"].iter().any(|file| entry.join(file).exists()) {
                remove(&stand, &forced(&stand)).unwrap_or_else(|error| panic!("{step}, {loss:?}: {error}"));
                assert!(is_gone(&stand), "{step}, {loss:?}");
            }
            stand.obtain(&stand.wanted()).unwrap_or_else(|error| panic!("{step}, {loss:?}: {error}"));
        }
    }
}

/// A call that waits for the entry finds out that it is gone, and makes nothing in a folder that nobody sees, nor a new
/// entry where other files keep the folder.
#[test]
fn a_call_that_waits_is_told() {
    let whole = |entry: &Path| fs::remove_dir_all(entry).expect("removed");
    let lock_alone = |entry: &Path| fs::remove_file(entry.join("lock")).expect("removed");
    let made_again = |entry: &Path| {
        fs::remove_file(entry.join("lock")).expect("removed");
        fs::write(entry.join("lock"), "").expect("made again");
    };
    let ways: [&dyn Fn(&Path); 3] = [&whole, &lock_alone, &made_again];
    for remove in ways {
        let stand = Stand::new();
        stand.obtain(&stand.wanted()).expect("a certificate");
        let entry = stand.store().join("example.com");
        let lock = Lock::try_take(&entry.join("lock")).expect("a lock").expect("it is free");
        let started = stand.sandbox.now();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| stand.obtain(&Obtain { deadline: Some(1e8), ..stand.wanted() }));
            // Its clock moves faster while it waits.
            while stand.sandbox.now() < started + Duration::from_secs(60) {
                std::thread::yield_now();
            }
            remove(&entry);
            drop(lock);
            let error = waiting.join().expect("no panic").expect_err("it is gone");
            assert_eq!(error.kind(), Kind::Storage, "{error}");
            assert!(error.message().contains("was removed"), "{error}");
        });
        assert_eq!(stand.count("create_certificate"), 1);
    }
}

/// The store has it as removed. What a crash leaves here is no entry that was here before the store, and is not brought
/// there.
#[test]
fn what_is_left_of_a_removed_entry_does_not_come_back() {
    for step in 0.. {
        for loss in [Loss::Nothing, Loss::All] {
            let place = format!("died after step {step}, lost: {loss:?}");
            let hosts = Hosts::new();
            hosts.obtain(0).expect("a certificate");
            let disk = DyingDisk::new(step);
            disk.trust(&hosts.folder(0));
            if hosts.remove_on(&disk, 0).is_ok() {
                assert!(step > 10, "{step}");
                return;
            }
            disk.power_cut(&hosts.folder(0), loss);
            let is_removed = hosts.list(1).entries.is_empty();
            let expected = if is_removed { Outcome::Issued } else { Outcome::Unchanged };
            assert_eq!(hosts.obtain(0).expect(&place).outcome, expected, "{place}");
            hosts.inspect(0, &place);
            assert_eq!(hosts.obtain(1).expect(&place).outcome, Outcome::Installed, "{place}");
            hosts.inspect(1, &place);
        }
    }
}

#[test]
fn what_a_crash_leaves_with_a_shared_store_is_removed_by_the_next_call() {
    for step in 0.. {
        let hosts = Hosts::new();
        hosts.obtain(0).expect("a certificate");
        let disk = DyingDisk::new(step);
        if hosts.remove_on(&disk, 0).is_ok() {
            assert!(step > 10, "{step}");
            return;
        }
        // The folder alone may be left, and the lock in it.
        let outcome = hosts.remove(0);
        let is_none = |error: &Error| error.message().contains("there is no entry");
        assert!(outcome.as_ref().is_ok() || outcome.as_ref().is_err_and(is_none), "step {step}: {outcome:?}");
        let left = fs::read_dir(hosts.folder(0).join("example.com")).into_iter().flatten();
        let left: Vec<_> = left.map(|file| file.expect("a file").file_name()).collect();
        assert!(left.iter().all(|file| file == "lock"), "step {step}: {left:?}");
    }
}
