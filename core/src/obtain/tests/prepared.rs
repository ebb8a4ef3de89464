//! Problems that can be found before an order are found then: nothing is sent, and the call leaves nothing behind.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use serde_json::{Value, json};

use super::disk::{LimitedDisk, Step};
use super::stand::{Stand, is_fresh};
use crate::error::{Error, Kind};
use crate::obtain::interface::{Obtain, Outcome};
use crate::obtain::store::storage::{Disk, Storage};

/// After this there is no current order, and nothing has changed.
fn refused(stand: &Stand, disk: &dyn Storage, wanted: &Obtain, place: &str) -> Error {
    let before = stored(stand);
    let sent = stand.sandbox.requests().len();
    let error = stand.obtain_on(disk, &stand.client(), wanted).expect_err(place);
    assert_eq!(stand.sandbox.requests().len(), sent, "{place}: something was sent");
    assert_eq!(stored(stand), before, "{place}");
    assert!(!error.message().contains('\n'), "{place}: {error}");
    error
}

/// Request and journal, as stored.
fn stored(stand: &Stand) -> [Option<String>; 2] {
    ["request.json", "journal.json"]
        .map(|file| fs::read_to_string(stand.store().join("example.com").join(file)).ok())
}

/// Refused because of a parameter: for a first order, and with an installed certificate.
fn invalid(prepare: impl Fn(&Stand) -> Obtain, parameter: &str, why: &str) {
    invalid_in(Stand::new, prepare, parameter, why);
}

fn invalid_in(stand: impl Fn() -> Stand, prepare: impl Fn(&Stand) -> Obtain, parameter: &str, why: &str) {
    for has_one in [false, true] {
        let stand = stand();
        if has_one {
            stand.obtain(&stand.wanted()).expect("a certificate");
        }
        let wanted = Obtain { force: Some(true), ..prepare(&stand) };
        let webroot = listed(&stand.webroot());
        let error = refused(&stand, &Disk, &wanted, why);
        assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some(parameter)), "{error}");
        assert!(error.message().contains(why), "{error}");
        assert_eq!(listed(&stand.webroot()), webroot);
        if has_one {
            assert_eq!(stand.obtain(&stand.wanted()).expect("as it was").outcome, Outcome::Unchanged);
        } else {
            assert!(stand.sandbox.certificates().is_empty());
        }
        let obtained = stand.obtain(&Obtain { force: Some(true), ..stand.wanted() }).expect("put right");
        assert!(is_fresh(&obtained), "{obtained:?}");
    }
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut all: Vec<PathBuf> = entries
        .flat_map(
            |path| if path.is_dir() { [vec![path.clone()], listed(&path)].concat() } else { vec![path] },
        )
        .collect();
    all.sort();
    all
}

fn by(stand: &Stand, validation: Value) -> Obtain {
    Obtain { validation, ..stand.wanted() }
}

fn listen(stand: &Stand, address: &str) -> Obtain {
    by(stand, json!({"method": "HTTP_CSR_HASH", "listen": address}))
}

fn webroot(stand: &Stand, value: impl Into<Value>) -> Obtain {
    by(stand, json!({"method": "HTTP_CSR_HASH", "webroot": value.into()}))
}

#[test]
fn a_port_that_cannot_be_had() {
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = other.local_addr().expect("an address").to_string();
    // With a shared store, another program may answer.
    let in_use = |stand: &Stand| listen(stand, &taken);
    invalid_in(Stand::of_a_folder, in_use, "validation.listen", "in use");
    invalid(|stand| listen(stand, "192.0.2.7:8080"), "validation.listen", "does not have the address");
}

/// From below the range of which the system gives ports to others.
pub(super) fn free_address() -> SocketAddr {
    let mut addresses =
        std::iter::repeat_with(|| SocketAddr::from(([127, 0, 0, 1], fastrand::u16(10_000..30_000))));
    addresses.find(|address| TcpListener::bind(address).is_ok()).expect("a port")
}

/// The port is kept between the check and the first file.
#[test]
fn a_port_is_kept() {
    let stand = Stand::new();
    let free = free_address();
    stand.sandbox.set_http_port(free.port());
    let client = stand.client().logging_to(move |line| {
        if line.contains("/certificates") {
            assert!(TcpListener::bind(free).is_err(), "{line}");
        }
    });
    let obtained =
        stand.obtain_on(&Disk, &client, &listen(&stand, &free.to_string())).expect("a certificate");
    assert_eq!(obtained.outcome, Outcome::Issued);
    TcpListener::bind(free).expect("given back");
}

#[test]
fn a_webroot_that_is_none() {
    let path = |stand: &Stand, name: &str| stand.store().with_file_name(name).display().to_string();
    invalid(|stand| webroot(stand, path(stand, "nowhere")), "validation.webroot", "No such file");
    let file = |stand: &Stand| {
        fs::write(path(stand, "file"), "").expect("written");
        webroot(stand, path(stand, "file"))
    };
    invalid(file, "validation.webroot", "not a folder");
    let one_of_two = |stand: &Stand| Obtain {
        domains: vec!["example.com".to_owned(), "example.org".to_owned()],
        ..webroot(stand, json!({"example.com": stand.webroot(), "example.org": path(stand, "nowhere")}))
    };
    invalid(one_of_two, "validation.webroot.example.org", "No such file");
    let twin = |stand: &Stand| Obtain {
        domains: vec!["example.com".to_owned(), "www.example.org".to_owned()],
        ..webroot(stand, json!({"example.com": stand.webroot(), "example.org": path(stand, "nowhere")}))
    };
    invalid(twin, "validation.webroot.example.org", "No such file");
    let missing = |stand: &Stand| Obtain {
        domains: vec!["example.com".to_owned(), "other.example.com".to_owned()],
        ..webroot(stand, json!({"example.com": stand.webroot()}))
    };
    invalid(missing, "validation.webroot", "no folder for other.example.com");
}

/// A folder that leads out of the webroot, or is something else.
#[test]
fn a_place_below_a_webroot_that_cannot_be_used() {
    let made = |stand: &Stand, place: &str, make: &dyn Fn(&Path)| {
        let root = stand.store().with_file_name("root");
        let path = root.join(place);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        if path.symlink_metadata().is_err() {
            make(&path);
        }
        webroot(stand, root.display().to_string())
    };
    for place in [".well-known", ".well-known/pki-validation"] {
        let outside = |path: &Path| symlink(std::env::temp_dir(), path).expect("a link");
        invalid(|stand| made(stand, place, &outside), "validation.webroot", "leads out of the webroot");
        let nowhere = |path: &Path| symlink("nowhere", path).expect("a link");
        invalid(|stand| made(stand, place, &nowhere), "validation.webroot", "leads nowhere");
        let file = |path: &Path| fs::write(path, "").expect("written");
        invalid(|stand| made(stand, place, &file), "validation.webroot", "folder");
        let fifo = |path: &Path| nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
        invalid(|stand| made(stand, place, &fifo), "validation.webroot", "folder");
    }
}

fn script(stand: &Stand, name: &str, text: &str, mode: u32) -> String {
    let path = stand.store().with_file_name(name);
    fs::write(&path, text).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
    path.display().to_string()
}

#[test]
fn a_hook_that_cannot_be_started() {
    type Case<'a> = (&'a dyn Fn(&Stand) -> String, &'a str);
    let programs: [Case<'_>; 11] = [
        (&|_| "/nowhere/hook".to_owned(), "there is no"),
        (&|_| "./no-such-hook".to_owned(), "there is no"),
        (&|_| "no-such-hook-anywhere".to_owned(), "PATH"),
        (&|stand| stand.store().display().to_string(), "is a folder"),
        (&|stand| script(stand, "plain", "#!/bin/sh\n", 0o644), "chmod +x"),
        (&|stand| script(stand, "odd", "#!/nowhere/sh -e\n", 0o755), "`/nowhere/sh`"),
        (&|stand| script(stand, "env", "#!/usr/bin/env -S no-such-python3 -u\n", 0o755), "`no-such-python3`"),
        (&|stand| script(stand, "crlf", "#!/bin/sh\r\nexit 0\r\n", 0o755), "Windows"),
        (&|stand| script(stand, "none", "#! \n", 0o755), "names no interpreter"),
        (
            &|stand| {
                let inner = script(stand, "inner", "#!/nowhere/sh\n", 0o755);
                script(stand, "outer", &format!("#!{inner}\n"), 0o755)
            },
            "`/nowhere/sh`",
        ),
        (
            &|stand| {
                let path = stand.store().with_file_name("nowhere");
                let _ = symlink("elsewhere", &path);
                path.display().to_string()
            },
            "there is no",
        ),
    ];
    for (program, why) in programs {
        let hook = |stand: &Stand| {
            by(stand, json!({"method": "CNAME_CSR_HASH", "hook": [program(stand), "argument"]}))
        };
        invalid(hook, "validation.hook", why);
        let deploy = |stand: &Stand| Obtain { deploy_hook: Some(vec![program(stand)]), ..stand.wanted() };
        invalid(deploy, "deploy_hook", why);
    }
    // `env` itself is there.
    for words in [&["env", "A=b", "no-such-hook-anywhere"][..], &["/usr/bin/env", "no-such-hook-anywhere"]] {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        invalid(
            |stand| by(stand, json!({"method": "CNAME_CSR_HASH", "hook": words})),
            "validation.hook",
            "no-such-hook-anywhere",
        );
        let deploy = |stand: &Stand| Obtain { deploy_hook: Some(words.clone()), ..stand.wanted() };
        invalid(deploy, "deploy_hook", "no-such-hook-anywhere");
    }
    if cfg!(target_os = "linux") {
        let deploy = |stand: &Stand| Obtain {
            deploy_hook: Some(vec![script(stand, "text", "exit 0\n", 0o755)]),
            ..stand.wanted()
        };
        invalid(deploy, "deploy_hook", "#!/bin/sh");
    }
}

/// No fault of the store.
#[test]
fn a_process_without_descriptors_is_told_so() {
    for errno in [Errno::EMFILE, Errno::ENFILE, Errno::ENOMEM] {
        let stand = Stand::new();
        let disk = LimitedDisk(|found: Step, _: &Path| (found == Step::Create).then_some(errno));
        let error = stand.obtain_on(&disk, &stand.client(), &stand.wanted()).expect_err("none left");
        assert_eq!((error.kind(), error.errno()), (Kind::Resource, Some(errno as i32)), "{error}");
        assert!(error.message().contains("could not be written") && error.is_retryable(), "{error}");
        assert_eq!(stand.count("create_certificate"), 0);
    }
}

/// A store that cannot do one of the things that an order needs.
#[test]
fn a_store_that_cannot_hold_it() {
    let cases = [
        (Step::Link, Errno::EPERM, "symbolic link"),
        (Step::Link, Errno::EOPNOTSUPP, "symbolic link"),
        (Step::Create, Errno::ENOSPC, "No space left"),
        (Step::Create, Errno::EACCES, "Permission denied"),
        (Step::Create, Errno::EROFS, "Read-only"),
        (Step::SyncFile, Errno::EIO, "Input/output"),
        (Step::SyncFile, Errno::EINVAL, "Invalid argument"),
        (Step::SyncFile, Errno::EDQUOT, "uota"),
        (Step::SyncFolder, Errno::EIO, "Input/output"),
        (Step::SyncFolder, Errno::ENOSPC, "No space left"),
        (Step::Rename, Errno::EPERM, "not permitted"),
        (Step::MakeFolder, Errno::EMLINK, "Too many links"),
        (Step::Remove, Errno::EPERM, "not permitted"),
    ];
    for (step, errno, why) in cases {
        for has_one in [false, true] {
            let stand = Stand::new();
            fs::create_dir(stand.store().join("example.com")).expect("made");
            if has_one {
                stand.obtain(&stand.wanted()).expect("a certificate");
            }
            // The path to the entry is not part of this.
            let disk = LimitedDisk(|found: Step, path: &Path| {
                let is_above = stand.store().starts_with(path) || path.ends_with("example.com");
                let counts = step == found
                    && !(is_above && found == Step::MakeFolder)
                    && !(found == Step::SyncFolder && stand.store().starts_with(path));
                counts.then_some(errno)
            });
            let place = format!("{step:?} {errno}");
            let wanted = Obtain { force: Some(true), reuse_key: Some(true), ..stand.wanted() };
            let error = refused(&stand, &disk, &wanted, &place);
            assert_eq!(error.kind(), Kind::Storage, "{place}: {error}");
            assert!(error.path().is_some_and(|path| Path::new(path).starts_with(stand.store())), "{error}");
            assert!(error.message().contains(why), "{place}: {error}");
            assert!(is_fresh(&stand.obtain(&wanted).expect(&place)), "{place}");
            let left = listed(&stand.store());
            assert!(left.iter().all(|path| !path.display().to_string().contains("probe")), "{left:?}");
        }
    }
}

/// A call that orders nothing tests nothing.
#[test]
fn a_call_with_nothing_to_order_needs_nothing() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    let inside = |path: &Path| {
        path.parent().is_some_and(|folder| folder.starts_with(stand.store().join("example.com")))
    };
    let broken = LimitedDisk(|_: Step, path: &Path| inside(path).then_some(Errno::EIO));
    fs::remove_dir_all(stand.webroot()).expect("removed");
    let obtained = stand.obtain_on(&broken, &stand.client(), &stand.wanted()).expect("it is good");
    assert_eq!(obtained.outcome, Outcome::Unchanged);
}

/// A pending order is neither given up nor continued while there is a problem.
#[test]
fn an_order_under_way_waits_for_it() {
    let stand = Stand::new();
    stand.sandbox.set_issue_delay(std::time::Duration::from_secs(7200));
    stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("it waits");
    let nowhere = webroot(&stand, "/nowhere");
    let error = refused(&stand, &Disk, &nowhere, "no webroot");
    assert_eq!(error.parameter(), Some("validation.webroot"));
    let other = Obtain { validity_days: Some(30), ..nowhere };
    let error = refused(&stand, &Disk, &other, "other terms");
    assert_eq!(error.parameter(), Some("validation.webroot"));
    stand.sandbox.advance(std::time::Duration::from_secs(7200));
    assert_eq!(stand.obtain(&stand.wanted()).expect("issued").outcome, Outcome::Resumed);
}
