//! A power cut or a kill after any step, and how a later call continues.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::errno::Errno;

use super::disk::{DyingDisk, LimitedDisk, Loss, Step};
use super::stand::{Stand, is_fresh};
use crate::error::Kind;
use crate::key_type::KeyType;
use crate::obtain::interface::{Layout, Obtain, Outcome};
use crate::obtain::store::storage::Disk;
use crate::private_key::PrivateKey;
use crate::secret::Secret;
use crate::signing_request;
use crate::subject::Subject;

const LOSSES: [Loss; 3] = [Loss::Nothing, Loss::Contents, Loss::All];

/// Dies after each step of a call, starting from the state that `before` makes, and lets a later call finish.
fn dies_everywhere(before: impl Fn(&Stand), wanted: impl Fn(&Stand) -> Obtain, orders: usize) {
    let steps = {
        let stand = Stand::new();
        before(&stand);
        let disk = DyingDisk::new(usize::MAX);
        stand.obtain_on(&disk, &stand.client(), &wanted(&stand)).expect("without a crash it works");
        disk.steps()
    };
    assert!(steps > 10, "{steps}");
    for step in 0..steps {
        for loss in LOSSES {
            let stand = Stand::new();
            before(&stand);
            let current = stand.store().join("example.com/current");
            let is_renewal = orders == 2 && current.exists();
            let disk = DyingDisk::new(step);
            disk.trust(&stand.store());
            let error = stand.obtain_on(&disk, &stand.client(), &wanted(&stand)).expect_err("it dies");
            assert_eq!(error.kind(), Kind::Internal, "at step {step}: {error}");
            disk.power_cut(&stand.store(), loss);
            let place = format!("died after step {step}, lost: {loss:?}");
            assert!(!is_renewal || current.exists(), "{place}: no certificate is in use");
            let after = Obtain { force: None, ..wanted(&stand) };
            let obtained = stand.obtain(&after).unwrap_or_else(|error| panic!("{place}: {error}"));
            assert!(is_fresh(&obtained) || obtained.outcome == Outcome::Unchanged, "{place}: {obtained:?}");
            stand.inspect(&obtained);
            let live = stand.live();
            assert!(live.len() <= orders, "{place}: {live:?}");
            assert_eq!(stand.obtain(&after).expect(&place).outcome, Outcome::Unchanged, "{place}");
        }
    }
}

#[test]
fn a_first_order_survives_a_crash_at_every_step() {
    dies_everywhere(|_| {}, Stand::wanted, 1);
}

#[test]
fn a_renewal_survives_a_crash_at_every_step() {
    let first = |stand: &Stand| {
        stand.obtain(&stand.wanted()).expect("a first certificate");
    };
    dies_everywhere(first, |stand| Obtain { force: Some(true), ..stand.wanted() }, 2);
}

#[test]
fn a_renewal_of_copies_survives_a_crash_at_every_step() {
    let copies = |stand: &Stand| Obtain { layout: Some(Layout::Files), ..stand.wanted() };
    let first = |stand: &Stand| {
        stand.obtain(&copies(stand)).expect("a first certificate");
    };
    dies_everywhere(first, |stand| Obtain { force: Some(true), ..copies(stand) }, 2);
}

#[test]
fn a_change_of_layout_survives_a_crash_at_every_step() {
    for (before, after) in [(Layout::Links, Layout::Files), (Layout::Files, Layout::Links)] {
        let first = |stand: &Stand| {
            stand.obtain(&Obtain { layout: Some(before), ..stand.wanted() }).expect("a first certificate");
        };
        dies_everywhere(first, |stand| Obtain { layout: Some(after), ..stand.wanted() }, 1);
    }
}

/// The order may have been begun, and has no key yet.
#[test]
fn an_order_of_the_callers_key_goes_on_with_its_csr() {
    let key = PrivateKey::generate(KeyType::EcdsaP256).expect("a key");
    let pem = key.to_pem().expect("a text");
    let csr = signing_request::make(&key, &["example.com".to_owned()], &Subject::default()).expect("a CSR");
    for step in 0.. {
        let stand = Stand::new();
        let disk = DyingDisk::new(step);
        let by_key = Obtain { private_key: Some(Secret::from(pem.as_str())), ..stand.wanted() };
        if stand.obtain_on(&disk, &stand.client(), &by_key).is_ok() {
            assert!(step > 10, "{step}");
            return;
        }
        let by_csr = Obtain { csr: Some(csr.clone()), ..stand.wanted() };
        let obtained =
            stand.obtain(&by_csr).unwrap_or_else(|error| panic!("died after step {step}: {error}"));
        assert!(
            obtained.files.contains_key("fullchain") && stand.live().len() == 1,
            "step {step}: {obtained:?}"
        );
        let has = |file: &str| stand.store().join("example.com/current").join(file).exists();
        assert_eq!(has("privkey.pem"), has("combined.pem"), "step {step}");
        assert_eq!(stand.obtain(&by_csr).expect("it is good").outcome, Outcome::Unchanged, "step {step}");
    }
}

/// Kills the call between an answer and the next step: each log line is such a moment.
fn killed_after_every_answer(wanted: impl Fn(&Stand) -> Obtain) {
    for moment in 0.. {
        let stand = Stand::new();
        let count = Arc::new(AtomicUsize::new(0));
        let lines = Arc::clone(&count);
        let client = stand.client().logging_to(move |_| {
            assert!(lines.fetch_add(1, Ordering::Relaxed) != moment, "killed");
        });
        match stand.obtain_on(&Disk, &client, &wanted(&stand)) {
            Ok(_) => {
                assert!(moment > 10, "{moment}");
                return;
            }
            Err(error) => assert_eq!(error.kind(), Kind::Internal, "{error}"),
        }
        let obtained =
            stand.obtain(&wanted(&stand)).unwrap_or_else(|error| panic!("moment {moment}: {error}"));
        stand.inspect(&obtained);
        assert_eq!(stand.live().len(), 1, "moment {moment}");
    }
}

#[test]
fn an_order_survives_a_kill_after_every_answer() {
    killed_after_every_answer(Stand::wanted);
}

/// With the caller's key, others may have ordered: only what the journal has noted before tells that it is ours.
#[test]
fn an_order_of_the_callers_key_survives_a_kill_after_every_answer() {
    let key = PrivateKey::generate(KeyType::EcdsaP256).expect("a key").to_pem().expect("a text");
    killed_after_every_answer(|stand| Obtain {
        private_key: Some(Secret::from(key.as_str())),
        ..stand.wanted()
    });
}

/// The errors of a full or broken disk, at every step: one clear error, and a later call continues.
#[test]
fn an_order_survives_an_error_at_every_step() {
    for (errno, what) in [(Errno::ENOSPC, "No space left"), (Errno::EDQUOT, "uota")] {
        for step in 0.. {
            let stand = Stand::new();
            let left = AtomicUsize::new(step + 1);
            let disk = LimitedDisk(|_: Step, _: &Path| {
                let before =
                    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
                (before == Ok(1)).then_some(errno)
            });
            let place = format!("{errno} at step {step}");
            match stand.obtain_on(&disk, &stand.client(), &stand.wanted()) {
                Ok(obtained) if left.load(Ordering::Relaxed) > 0 => {
                    stand.inspect(&obtained);
                    assert!(step > 20, "{step}");
                    break;
                }
                // Some steps only clean up.
                Ok(_) => {}
                Err(error) => {
                    assert_eq!(error.kind(), Kind::Storage, "{place}: {error}");
                    let path = error.path().expect("a path").to_owned();
                    assert!(Path::new(&path).starts_with(stand.store()), "{place}: {path}");
                    assert!(error.message().contains(what), "{place}: {error}");
                }
            }
            let obtained = stand.obtain(&stand.wanted()).unwrap_or_else(|error| panic!("{place}: {error}"));
            stand.inspect(&obtained);
            assert_eq!(stand.live().len(), 1, "{place}");
        }
    }
}

#[test]
fn an_unreadable_journal_is_never_a_new_order() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    let path = stand.store().join("example.com/journal.json");
    let good = fs::read_to_string(&path).expect("a journal");
    let newer = good.replacen("\"version\": 1", "\"version\": 2", 1);
    let unknown = good.replacen("\"version\": 1", "\"version\": 1, \"more\": 1", 1);
    for bad in ["", "{", "[]", "{}", &newer, &unknown, &good[..good.len() / 2]] {
        fs::write(&path, bad).expect("written");
        let error = stand.obtain(&stand.wanted()).expect_err("it cannot be read");
        assert_eq!((error.kind(), error.path()), (Kind::Storage, path.to_str()), "{error}");
    }
    assert_eq!(stand.count("create_certificate"), 1);
    fs::write(&path, good).expect("written");
    assert_eq!(stand.obtain(&stand.wanted()).expect("restored").outcome, Outcome::Unchanged);
}
