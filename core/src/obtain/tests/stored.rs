//! A store is checked before it is used: flipped bits, things that are not files, and folders without permission.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use serde_json::{Value, json};
use zerossl_sandbox::{Reply, When};

use super::disk::{LimitedDisk, Step};
use super::stand::{Stand, is_fresh};
use crate::error::Kind;
use crate::obtain::interface::{Obtain, Outcome, RenewAll};
use crate::obtain::store::sealed;

fn entry(stand: &Stand) -> PathBuf {
    stand.store().join("example.com")
}

fn with_one() -> Stand {
    let stand = Stand::of_a_folder();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand
}

/// Flips one bit.
fn flip(content: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = content.to_owned();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

/// A current order has the largest journal. Some of its bits are tested with a complete call, and all of them with the
/// reader.
#[test]
fn every_bit_of_a_journal_counts() {
    let stand = Stand::of_a_folder();
    stand.sandbox.set_issue_delay(std::time::Duration::from_secs(7200));
    stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("it waits");
    let path = entry(&stand).join("journal.json");
    let good = fs::read(&path).expect("a journal");
    sealed::open(&good).expect("it is whole");
    let sent = stand.sandbox.requests().len();
    for bit in 0..good.len() * 8 {
        let damaged = flip(&good, bit);
        assert!(sealed::open(&damaged).is_err(), "bit {bit}");
        if bit % 101 == 0 {
            fs::write(&path, damaged).expect("written");
            let error = stand.obtain(&stand.wanted()).expect_err("it is damaged");
            assert_eq!((error.kind(), error.path()), (Kind::Storage, path.to_str()), "bit {bit}: {error}");
            assert!(error.message().contains("damaged"), "bit {bit}: {error}");
        }
    }
    assert_eq!(stand.sandbox.requests().len(), sent);
    fs::write(&path, good).expect("written");
    stand.sandbox.advance(std::time::Duration::from_secs(7200));
    assert_eq!(stand.obtain(&stand.wanted()).expect("issued").outcome, Outcome::Resumed);
}

/// By hand, or by a version without checksums.
#[test]
fn without_its_checksum_a_file_is_believed() {
    let stand = with_one();
    for file in ["journal.json", "request.json", "versions/1/certificate.json"] {
        let path = entry(&stand).join(file);
        let mut json: Value = serde_json::from_slice(&fs::read(&path).expect(file)).expect("JSON");
        let members = json.as_object_mut().expect("an object");
        assert!(members.remove("checksum").is_some(), "{file}");
        fs::write(&path, json.to_string()).expect("written");
    }
    assert_eq!(stand.obtain(&stand.wanted()).expect("as it was").outcome, Outcome::Unchanged);
    stand.obtain(&Obtain { force: Some(true), ..stand.wanted() }).expect("renewed");
    let journal = fs::read_to_string(entry(&stand).join("journal.json")).expect("a journal");
    assert!(journal.starts_with("{\n  \"checksum\": \"sha256:"), "{journal}");
}

/// Otherwise `renew_all` would order with a damaged request.
#[test]
fn every_bit_of_a_request_counts() {
    let stand = with_one();
    let path = entry(&stand).join("request.json");
    let good = fs::read(&path).expect("a request");
    for bit in 0..good.len() * 8 {
        assert!(sealed::open(&flip(&good, bit)).is_err(), "bit {bit}");
    }
    let name = good.windows(7).position(|word| word == b"example").expect("a name");
    fs::write(&path, flip(&good, name * 8)).expect("written");
    let error = stand.client().send(&RenewAll::new(stand.store())).expect_err("for another name");
    assert!(error.kind() == Kind::Storage && error.message().contains("damaged"), "{error}");
    assert_eq!(stand.count("create_certificate"), 1);
    assert_eq!(stand.obtain(&stand.wanted()).expect("it says what is wanted").outcome, Outcome::Unchanged);
    assert_eq!(fs::read(&path).expect("a request"), good);
    stand.client().send(&RenewAll::new(stand.store())).expect("and that is stored again");
}

/// A flipped bit in the base64 of each file never leads to a new order without a message.
#[test]
fn a_damaged_installed_file_is_reported() {
    for file in ["privkey.pem", "cert.pem", "chain.pem", "fullchain.pem", "combined.pem"] {
        for (part, bit) in [(0.3, 0), (0.5, 2), (0.7, 7), (0.99, 1)] {
            let stand = with_one();
            let path = entry(&stand).join("versions/1").join(file);
            let good = fs::read(&path).expect(file);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            let at = (good.len() as f64 * part) as usize;
            fs::write(&path, flip(&good, at * 8 + bit)).expect("written");
            let (outcome, lines) = stand.obtain_saying(&stand.wanted());
            let obtained = outcome.expect(file);
            assert_eq!(obtained.outcome, Outcome::Renewed, "{file} {part}");
            assert!(
                lines.iter().any(|line| line.contains("damaged") && line.contains(file)),
                "{file}: {lines:?}"
            );
            stand.inspect(&obtained);
            fs::write(&path, good).expect("written");
        }
    }
}

/// It is only the service's answer, and no reason to order.
#[test]
fn a_damaged_answer_is_asked_for_again() {
    let stand = with_one();
    let path = entry(&stand).join("versions/1/certificate.json");
    let good = fs::read(&path).expect("an answer");
    let damages: [&dyn Fn(); 3] = [
        &|| fs::write(&path, flip(&good, good.len() * 4)).expect("written"),
        &|| fs::remove_file(&path).expect("removed"),
        &|| {
            fs::remove_file(&path).expect("removed");
            mkfifo(&path, Mode::S_IRWXU).expect("a FIFO");
        },
    ];
    for damage in damages {
        damage();
        // The first request asks whether the certificate was revoked, the second one gets the answer again.
        stand.strike("get_certificate", 2, When::Before, Reply::refusal(111).expect("a code"));
        let error = stand.obtain(&stand.wanted()).expect_err("the service does not say");
        assert_eq!((error.kind(), error.path()), (Kind::Storage, path.to_str()), "{error}");
        let (outcome, lines) = stand.obtain_saying(&stand.wanted());
        assert_eq!(outcome.expect("asked").outcome, Outcome::Unchanged);
        assert!(lines.iter().any(|line| line.contains("certificate.json")), "{lines:?}");
        assert_eq!(fs::read(&path).expect("an answer"), good);
    }
    assert_eq!(stand.count("create_certificate"), 1);
}

/// A failed cleanup is no reason to fail, whatever is there.
#[test]
fn an_old_version_that_cannot_be_removed_is_reported() {
    let stand = with_one();
    let old = entry(&stand).join("versions/1/csr.pem");
    fs::remove_file(&old).expect("removed");
    fs::create_dir_all(old.join("full")).expect("a folder");
    let force = Obtain { force: Some(true), ..stand.wanted() };
    for _ in 0..3 {
        stand.sandbox.advance(std::time::Duration::from_secs(2 * 24 * 3600));
        let (outcome, lines) = stand.obtain_saying(&force);
        stand.inspect(&outcome.expect("renewed"));
        let is_told = lines.iter().any(|line| line.contains("could not be removed"));
        assert_eq!(is_told, entry(&stand).join("versions/4").exists(), "{lines:?}");
    }
}

#[test]
fn a_damaged_key_is_not_replaced_where_it_is_to_be_kept() {
    let stand = with_one();
    let path = entry(&stand).join("versions/1/privkey.pem");
    let good = fs::read(&path).expect("a key");
    for bad in [flip(&good, good.len() * 4 + 7), flip(&good, good.len() * 4), b"".to_vec()] {
        fs::write(&path, bad).expect("written");
        let error =
            stand.obtain(&Obtain { reuse_key: Some(true), ..stand.wanted() }).expect_err("it is kept");
        assert_eq!(
            (error.kind(), error.path()),
            (Kind::Storage, path.canonicalize().expect("a path").to_str()),
            "{error}"
        );
        assert_eq!(stand.count("create_certificate"), 1);
    }
    fs::write(&path, good).expect("written");
    assert_eq!(
        stand.obtain(&Obtain { reuse_key: Some(true), ..stand.wanted() }).expect("restored").outcome,
        Outcome::Unchanged
    );
}

/// The key is damaged before the certificate is issued: the certificate is neither quarantined for another reason nor
/// lost.
#[test]
fn a_key_that_is_damaged_while_its_order_waits_is_to_be_restored() {
    let stand = Stand::of_a_folder();
    stand.sandbox.set_issue_delay(std::time::Duration::from_secs(7200));
    stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("it waits");
    stand.sandbox.advance(std::time::Duration::from_secs(7200));
    let path = entry(&stand).join("versions/1/privkey.pem");
    let good = fs::read(&path).expect("a key");
    fs::write(&path, flip(&good, good.len() * 4)).expect("written");
    let error = stand.obtain(&stand.wanted()).expect_err("it is damaged");
    assert!(error.kind() == Kind::Storage && error.message().contains("restore"), "{error}");
    fs::write(&path, good).expect("written");
    let obtained = stand.obtain(&stand.wanted()).expect("restored");
    stand.inspect(&obtained);
    assert_eq!(stand.count("create_certificate"), 1);
}

/// A FIFO never blocks the call, and only plain files are read or overwritten.
#[test]
fn what_is_no_file_is_named() {
    type Make = fn(&Path);
    let kinds: [(&str, Make); 6] = [
        ("FIFO", |path| mkfifo(path, Mode::S_IRWXU).expect("a FIFO")),
        ("socket", |path| drop(UnixListener::bind(path).expect("a socket"))),
        ("folder", |path| fs::create_dir(path).expect("a folder")),
        ("dangling", |path| symlink("nowhere", path).expect("a link")),
        ("cyclic", |path| symlink(path.file_name().expect("a name"), path).expect("a link")),
        ("device", |path| symlink("/dev/zero", path).expect("a link")),
    ];
    let files =
        ["lock", "journal.json", "versions/1/privkey.pem", "versions/1/cert.pem", "versions", "current"];
    for file in files {
        for (kind, make) in kinds {
            // An empty folder: its contents are lost, which is reported elsewhere.
            if (file, kind) == ("versions", "folder") {
                continue;
            }
            let stand = with_one();
            let path = entry(&stand).join(file);
            if path.is_dir() && !path.is_symlink() {
                fs::remove_dir_all(&path).expect("removed");
            } else {
                fs::remove_file(&path).expect("removed");
            }
            make(&path);
            let place = format!("{file}: {kind}");
            let (outcome, lines) = stand.obtain_saying(&stand.wanted());
            // A link that leads elsewhere is corrected.
            if file == "current" && path.symlink_metadata().expect("it is there").is_symlink() {
                assert_eq!(outcome.expect(&place).outcome, Outcome::Unchanged, "{place}");
                assert!(lines.iter().any(|line| line.contains("put right")), "{place}: {lines:?}");
                continue;
            }
            let error = outcome.expect_err(&place);
            assert_eq!(error.kind(), Kind::Storage, "{place}: {error}");
            let named = error.path().is_some_and(|named| named.contains(&format!("example.com/{file}")));
            assert!(named, "{place}: {error}");
            assert_eq!(stand.count("create_certificate"), 1, "{place}");
        }
    }
}

/// The file is only a copy of the caller's parameters, so it is written again. `renew_all` names the entry.
#[test]
fn a_request_that_is_no_file_is_named_and_written_anew() {
    let kinds: [fn(&Path); 3] = [
        |path| mkfifo(path, Mode::S_IRWXU).expect("a FIFO"),
        |path| symlink("nowhere", path).expect("a link"),
        |path| symlink("/dev/zero", path).expect("a link"),
    ];
    for make in kinds {
        let stand = with_one();
        let path = entry(&stand).join("request.json");
        fs::remove_file(&path).expect("removed");
        make(&path);
        let error = stand.client().send(&RenewAll::new(stand.store())).expect_err("it cannot be read");
        assert!(error.kind() == Kind::Storage && error.message().contains("example.com"), "{error}");
        assert_eq!(
            stand.obtain(&stand.wanted()).expect("it says what is wanted").outcome,
            Outcome::Unchanged
        );
        assert!(path.symlink_metadata().expect("it is there").is_file());
    }
}

/// A sparse file: it has a size and uses no space.
#[test]
fn what_is_far_too_large_is_not_read() {
    for file in ["journal.json", "request.json", "versions/1/cert.pem"] {
        let stand = with_one();
        let path = entry(&stand).join(file);
        fs::File::options().write(true).open(&path).and_then(|file| file.set_len(1 << 40)).expect("a hole");
        let error = match file {
            "request.json" => stand.client().send(&RenewAll::new(stand.store())).expect_err(file),
            _ => stand.obtain(&stand.wanted()).expect_err(file),
        };
        assert!(error.kind() == Kind::Storage && error.message().contains("larger than"), "{error}");
        assert_eq!(stand.count("create_certificate"), 1);
    }
}

/// The answer of CIFS, some shared folders of virtual machines and some FUSE file systems for a folder.
#[test]
fn folders_that_cannot_be_synced_are_reported_once() {
    for errno in [Errno::EINVAL, Errno::EOPNOTSUPP, Errno::ENOSYS] {
        let stand = Stand::of_a_folder();
        let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let kept = std::sync::Arc::clone(&lines);
        let client =
            stand.client().logging_to(move |line| kept.lock().expect("no panic").push(line.to_owned()));
        let disk = LimitedDisk(move |step: Step, _: &Path| (step == Step::SyncFolder).then_some(errno));
        let warnings_of_sync = || {
            let mut lines = lines.lock().expect("no panic");
            let count = lines.iter().filter(|line| line.contains("cannot sync folders")).count();
            lines.clear();
            count
        };
        let obtained = stand.obtain_on(&disk, &client, &stand.wanted()).expect("it works");
        stand.inspect(&obtained);
        assert_eq!((obtained.outcome, warnings_of_sync()), (Outcome::Issued, 1), "{errno}");
        let again = stand.obtain_on(&disk, &client, &stand.wanted()).expect("it works");
        assert_eq!((again.outcome, warnings_of_sync()), (Outcome::Unchanged, 0), "nothing was written");
    }
}

/// Cron runs it in another folder than the shell did.
#[test]
fn relative_paths_are_stored_absolute() {
    let stand = Stand::of_a_folder();
    let relative = |path: &Path| {
        let here = std::env::current_dir().expect("a folder");
        let up = "../".repeat(here.components().count() - 1);
        format!("{up}{}", path.strip_prefix("/").expect("absolute").display())
    };
    let hook = stand.store().with_file_name("hook");
    fs::write(&hook, "#!/bin/sh\nexit 0\n").expect("written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("its mode");
    let webroot = relative(&stand.webroot());
    assert!(!webroot.starts_with('/'));
    let stored = |validation: Value| {
        let wanted = Obtain {
            validation,
            deploy_hook: Some(vec![relative(&hook), "a/relative/argument".to_owned()]),
            ..stand.wanted()
        };
        let _ = stand.obtain(&wanted);
        let request: Value =
            serde_json::from_slice(&fs::read(entry(&stand).join("request.json")).expect("a request"))
                .expect("JSON");
        let deploy_hook = request["deploy_hook"].as_array().expect("a list").clone();
        assert!(deploy_hook[0].as_str().is_some_and(|path| path.starts_with('/')), "{request}");
        assert_eq!(deploy_hook[1], "a/relative/argument");
        request["validation"].clone()
    };
    let is_absolute = |value: &Value| value.as_str().is_some_and(|path| path.starts_with('/'));
    let one = stored(json!({"method": "HTTP_CSR_HASH", "webroot": webroot}));
    assert!(is_absolute(&one["webroot"]), "{one}");
    let map = stored(json!({"method": "HTTP_CSR_HASH", "webroot": {"example.com": webroot}}));
    assert!(is_absolute(&map["webroot"]["example.com"]), "{map}");
    let by_path = stored(json!({"method": "CNAME_CSR_HASH", "hook": [relative(&hook), "x/y"]}));
    assert!(is_absolute(&by_path["hook"][0]) && by_path["hook"][1] == "x/y", "{by_path}");
    let by_name = stored(json!({"method": "CNAME_CSR_HASH", "hook": ["true"]}));
    assert_eq!(by_name["hook"][0], "true");
}

/// A holder of the lock that died in a power cut may have left any content in it.
#[test]
fn a_lock_file_may_hold_anything() {
    let stand = with_one();
    for content in [&b""[..], b"\xff\xfe\x00", b"99999999999999999999", b"-1"] {
        fs::write(entry(&stand).join("lock"), content).expect("written");
        let obtained = stand.obtain(&Obtain { force: None, ..stand.wanted() }).expect("it is free");
        assert!(obtained.outcome == Outcome::Unchanged || is_fresh(&obtained));
    }
}
