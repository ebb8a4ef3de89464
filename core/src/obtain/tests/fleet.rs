//! Several hosts with one store: whatever one of them does, and whenever it stops, there is one order, and everybody gets
//! its certificate.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use serde_json::{Value, json};

use super::hosts::Hosts;
use super::time::CommonClock;
use crate::endpoints::RevokeCertificate;
use crate::error::{Error, Kind};
use crate::ledger::memory::{Fault, Memory};
use crate::obtain::interface::{InstallCertificates, Obtain, Outcome, Renewals};
use crate::operation::Request;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[test]
fn one_host_orders_and_all_install() {
    let hosts = Hosts::new();
    assert_eq!(hosts.obtain(0).expect("ordered").outcome, Outcome::Issued);
    assert_eq!(hosts.obtain(1).expect("brought").outcome, Outcome::Installed);
    assert_eq!(hosts.install(2), [("example.com".to_owned(), Some(Outcome::Installed))]);
    for host in 0..3 {
        hosts.inspect(host, "first");
        assert_eq!(hosts.obtain(host).expect("good").outcome, Outcome::Unchanged);
        assert_eq!(hosts.install(host), [("example.com".to_owned(), Some(Outcome::Unchanged))]);
    }
    hosts.stand.sandbox.advance(61 * DAY);
    let outcome = |renewals: Renewals| renewals.results[0].outcome;
    assert_eq!(hosts.renew(1).map(outcome).expect("renewed"), Some(Outcome::Renewed));
    assert_eq!(hosts.renew(0).map(outcome).expect("brought"), Some(Outcome::Installed));
    assert_eq!(hosts.install(2), [("example.com".to_owned(), Some(Outcome::Installed))]);
    let keys: Vec<_> = (0..3).map(|host| hosts.read(host, "current/privkey.pem")).collect();
    assert!(keys.iter().all(|key| key == &keys[0]), "the same key");
    assert_eq!(hosts.stand.count("create_certificate"), 2);
    for (name, record) in hosts.memory.records() {
        let text = String::from_utf8(record).expect("text");
        assert!(!text.contains("PRIVATE KEY") && !text.contains("BEGIN"), "{name}: {text}");
    }
}

#[test]
fn hosts_that_begin_together_order_once() {
    // Each write of the engine takes longer than it takes the others to look a few hundred times.
    let hosts = Hosts::with(Memory::with_faults(|_, kind, _| {
        if kind == "put" {
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }));
    let clock = CommonClock::new(&hosts.stand.sandbox);
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let work: Vec<_> = (0..6)
            .map(|host| {
                let (hosts, member) = (&hosts, clock.member());
                scope.spawn(move || {
                    hosts.run_by(&member, Obtain::OPERATION, &hosts.wanted(host), crate::obtain::run_in)
                })
            })
            .collect();
        work.into_iter().map(|work| work.join().expect("no panic").expect("a certificate").outcome).collect()
    });
    assert_eq!(hosts.stand.count("create_certificate"), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome != Outcome::Installed).count(), 1, "{outcomes:?}");
    (0..6).for_each(|host| hosts.inspect(host, "together"));
}

/// Every call to the engine fails once, before it is carried out or after it: the next call of any host goes on.
#[test]
fn a_failure_of_the_engine_at_any_call_loses_nothing() {
    let calls = {
        let hosts = Hosts::new();
        hosts.obtain(0).expect("without a failure");
        hosts.memory.calls().len()
    };
    assert!((8..60).contains(&calls), "{calls}");
    for fault in [Fault::AnswerLost, Fault::Unreachable] {
        for call in 0..calls {
            for next in [0, 1] {
                let hosts =
                    Hosts::with(Memory::with_faults(move |number, _, _| (number == call).then_some(fault)));
                let place = format!("{fault:?} at call {call}, then host {next}");
                match hosts.obtain(0) {
                    Ok(_) => {}
                    Err(error) => {
                        assert_eq!(error.kind(), Kind::Storage, "{place}: {error}");
                        assert!(error.is_retryable(), "{place}: {error}");
                    }
                }
                hosts.obtain(next).unwrap_or_else(|error| panic!("{place}: {error}"));
                hosts.inspect(next, &place);
                assert_eq!(hosts.stand.live().len(), 1, "{place}");
                assert_eq!(hosts.stand.count("create_certificate"), 1, "{place}");
                hosts.obtain(1 - next).unwrap_or_else(|error| panic!("{place}: {error}"));
                hosts.inspect(1 - next, &place);
            }
        }
    }
}

/// A host is paused at any call to the engine, for longer than its lease. Another one does the work meanwhile. What the
/// first does after that changes nothing.
#[test]
fn a_host_that_was_paused_does_not_order_again() {
    let calls = {
        let hosts = Hosts::new();
        hosts.obtain(0).expect("without a pause");
        hosts.memory.calls().len()
    };
    for call in 0..calls {
        let other: Arc<OnceLock<Weak<Hosts>>> = Arc::default();
        let has_paused = AtomicUsize::new(0);
        let hosts = Arc::new(Hosts::with(Memory::with_faults({
            let other = Arc::clone(&other);
            move |number, _, _| {
                if number == call && has_paused.fetch_add(1, Ordering::Relaxed) == 0 {
                    let hosts = other.get().and_then(Weak::upgrade).expect("the hosts");
                    hosts.obtain(1).expect("the other host's turn");
                }
                None
            }
        })));
        other.set(Arc::downgrade(&hosts)).expect("once");
        let place = format!("paused at call {call}");
        hosts.obtain(0).unwrap_or_else(|error| panic!("{place}: {error}"));
        assert_eq!(hosts.stand.count("create_certificate"), 1, "{place}");
        (0..2).for_each(|host| hosts.inspect(host, &place));
    }
}

#[test]
fn what_was_removed_is_told_and_stays() {
    let hosts = Hosts::new();
    hosts.obtain(0).expect("ordered");
    hosts.install(1);
    hosts.remove(0).expect("removed");
    assert!(!hosts.folder(0).join("example.com").exists());
    assert_eq!(hosts.list(0).entries, []);
    for _ in 0..2 {
        assert_eq!(hosts.install(1), [("example.com".to_owned(), Some(Outcome::Removed))]);
    }
    hosts.inspect(1, "it stays");
    assert_eq!(hosts.install(2), [], "a host that never had it");
    assert!(!hosts.folder(2).join("example.com").exists());
    assert_eq!(hosts.renew(2).expect("nothing").results, []);
    assert_eq!(hosts.remove(2).expect_err("no such entry").kind(), Kind::Storage);
    // The name is free again, and the numbers of versions go on.
    let again = hosts.obtain(1).expect("ordered anew");
    assert_eq!(again.outcome, Outcome::Issued);
    hosts.obtain(0).expect("brought");
    (0..2).for_each(|host| hosts.inspect(host, "again"));
    assert!(hosts.folder(1).join("example.com/versions/2").exists());
}

/// Commands come from a store only if it is sealed.
#[test]
fn commands_are_not_for_a_store_that_is_not_sealed() {
    let hosts = Hosts { seal_keys: Vec::new(), ..Hosts::new() };
    let hook = |error: Error| error.parameter().map(str::to_owned);
    let wanted = Obtain { deploy_hook: Some(vec!["true".to_owned()]), ..hosts.wanted(0) };
    assert_eq!(hosts.obtain_as(&wanted).map_err(hook).expect_err("refused"), Some("deploy_hook".to_owned()));
    let validation = json!({"method": "CNAME_CSR_HASH", "hook": ["true"]});
    let wanted = Obtain { validation, ..hosts.wanted(0) };
    assert_eq!(
        hosts.obtain_as(&wanted).map_err(hook).expect_err("refused"),
        Some("validation.hook".to_owned())
    );
    assert_eq!(hosts.stand.sandbox.requests().len(), 0);
    // Without commands it works. What somebody writes into the store is not run, and leads nowhere else.
    hosts.obtain(0).expect("ordered");
    hosts.install(1);
    let good = hosts.memory.records();
    let ran = hosts.stand.store().join("ran");
    let request = |image: &mut Value| {
        let text = image["files"]["request.json"].as_str().expect("a request").to_owned();
        let text: String = text.lines().filter(|line| !line.contains("checksum")).collect();
        let mut request: Value = serde_json::from_str(&text).expect("JSON");
        request["deploy_hook"] = json!(["touch", ran]);
        image["files"]["request.json"] = request.to_string().into();
    };
    forge(&hosts, request);
    for host in 0..3 {
        for outcome in [hosts.install_as(&InstallCertificates::new(hosts.folder(host))), hosts.renew(host)] {
            let error = outcome.expect_err("not run");
            assert!(error.message().contains("is not sealed"), "host {host}: {error}");
        }
    }
    assert!(!ran.exists(), "a command of somebody else was run");
    for name in
        ["../../ran", "/tmp/ran", "versions/1/../../../ran", "current", "versions/01/cert.pem", "ledger.json"]
    {
        hosts.memory.restore(good.clone());
        forge(&hosts, |image| image["files"][name] = "text".into());
        for outcome in [
            hosts.install_as(&InstallCertificates::new(hosts.folder(3))).map(drop),
            hosts.renew(3).map(drop),
            hosts.obtain(3).map(drop),
        ] {
            let error = outcome.expect_err(name);
            assert!(error.message().contains("nothing of it is used"), "{name}: {error}");
        }
    }
    assert!(!ran.exists() && !hosts.folder(3).join("ran").exists());
}

/// Changes the entry in a store that is not sealed.
fn forge(hosts: &Hosts, change: impl Fn(&mut Value)) {
    let mut records = hosts.memory.records();
    for (_, record) in records.iter_mut().filter(|(name, _)| name.starts_with("entries/")) {
        let mut whole: Value = serde_json::from_slice(record).expect("JSON");
        change(&mut whole["content"]);
        *record = whole.to_string().into_bytes();
    }
    hosts.memory.restore(records);
}

#[test]
fn each_host_runs_its_own_hook() {
    let hosts = Hosts::new();
    hosts.obtain(0).expect("ordered");
    let log = hosts.stand.store().join("log");
    let hook = hosts.stand.store().join("hook");
    fs::write(&hook, format!("#!/bin/sh\necho $1 $ZEROSSL_ENTRY >> {}\n", log.display())).expect("written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("its mode");
    let command = |word: &str| Some(vec![hook.display().to_string(), word.to_owned()]);
    for host in 1..3 {
        let wanted = InstallCertificates {
            deploy_hook: command(&format!("deploy-{host}")),
            post_hook: command("post"),
            ..InstallCertificates::new(hosts.folder(host))
        };
        for _ in 0..2 {
            hosts.install_as(&wanted).expect("installed");
        }
    }
    let ran = fs::read_to_string(&log).expect("it ran");
    assert_eq!(ran, "deploy-1 example.com\npost\ndeploy-2 example.com\npost\n");
}

/// One host is told of it, and the others learn of it from the store.
#[test]
fn a_new_hook_runs_on_each_host() {
    let hosts = Hosts::new();
    for host in 0..2 {
        hosts.obtain(host).expect("a certificate");
    }
    let log = hosts.stand.store().join("log");
    let script = format!("echo $ZEROSSL_CERT >> {}", log.display());
    let deploy_hook = Some(["/bin/sh", "-c", &script].map(str::to_owned).into());
    hosts.obtain_as(&Obtain { deploy_hook, ..hosts.wanted(0) }).expect("good");
    for _ in 0..2 {
        hosts.renew(1).expect("good");
    }
    let ran = fs::read_to_string(&log).expect("it ran");
    assert_eq!(
        ran,
        [0, 1]
            .map(|host| format!("{}/example.com/current/cert.pem\n", hosts.folder(host).display()))
            .concat()
    );
}

/// A request that changes nothing but a hook.
#[test]
fn a_changed_request_is_for_all_hosts() {
    let hosts = Hosts::new();
    hosts.obtain(0).expect("ordered");
    hosts.obtain(1).expect("brought");
    let wanted = Obtain { renew_at: Some(0.2), ..hosts.wanted(0) };
    assert_eq!(hosts.obtain_as(&wanted).expect("good").outcome, Outcome::Unchanged);
    hosts.renew(1).expect("good");
    for host in 0..2 {
        let request = hosts.read(host, "request.json").expect("a request");
        assert!(request.contains("\"renew_at\": 0.2"), "host {host}: {request}");
    }
}

/// The order of one host is issued while nobody calls, and another host wants more names.
#[test]
fn what_was_issued_for_another_host_is_put_in_place_before_more_is_ordered() {
    let hosts = Hosts::new();
    let pending = hosts.order_that_waits(hosts.wanted(0));
    hosts.stand.sandbox.advance(2 * HOUR);
    hosts.stand.sandbox.set_issue_delay(Duration::ZERO);
    let both = vec!["example.com".to_owned(), "www.example.com".to_owned()];
    let obtained = hosts.obtain_as(&Obtain { domains: both, ..hosts.wanted(1) }).expect("both names");
    assert_eq!(obtained.certificate.expect("a certificate").replacement_for, Some(pending));
    assert_eq!(hosts.renew(0).expect("brought").results[0].outcome, Some(Outcome::Installed));
    assert_eq!(hosts.stand.count("create_certificate"), 2);
}

/// Joining took the lease, since an order is under way; then the request turns out to be none that this host may run.
#[test]
fn a_host_that_cannot_work_gives_the_lease_back() {
    let hosts = Hosts::new();
    let hook = Some(vec!["true".to_owned()]);
    let pending = hosts.order_that_waits(Obtain { deploy_hook: hook, ..hosts.wanted(0) });
    fs::create_dir(hosts.folder(1)).expect("a folder");
    fs::set_permissions(hosts.folder(1), fs::Permissions::from_mode(0o777)).expect("its mode");
    let error = hosts.renew(1).expect_err("others may write its folder");
    assert!(error.message().contains("others may write it"), "{error}");
    let result = hosts.renew(2).expect("it is its turn").results.remove(0);
    assert_eq!((result.outcome, result.id), (Some(Outcome::Pending), Some(pending)));
}

/// Entries that were there before the store are brought to it, and not mixed with others.
#[test]
fn a_folder_becomes_a_copy_or_is_refused() {
    let hosts = Hosts::new();
    for host in 0..2 {
        hosts.stand.obtain(&hosts.wanted(host)).expect("without a store");
    }
    let certificate = hosts.read(0, "current/cert.pem");
    // A timer alone brings it to the store, too.
    assert_eq!(hosts.list(0).entries.len(), 1);
    assert_eq!(hosts.renew(0).expect("good").results[0].outcome, Some(Outcome::Unchanged));
    assert_eq!(hosts.obtain(0).expect("good").outcome, Outcome::Unchanged);
    hosts.stand.sandbox.advance(61 * DAY);
    hosts.obtain(0).expect("renewed");
    let error = hosts.obtain(1).expect_err("it has an entry of its own");
    assert_eq!(error.kind(), Kind::Storage);
    assert!(error.message().contains("move the folder away"), "{error}");
    fs::rename(hosts.folder(1).join("example.com"), hosts.stand.store().join("away")).expect("moved");
    hosts.obtain(1).expect("brought");
    hosts.inspect(1, "instead of its own");
    assert_ne!(hosts.read(1, "current/cert.pem"), certificate);
}

#[test]
fn a_store_from_a_backup_is_noticed() {
    let hosts = Hosts::new();
    hosts.obtain(0).expect("ordered");
    let backup = hosts.memory.records();
    hosts.obtain_as(&Obtain { force: Some(true), ..hosts.wanted(0) }).expect("renewed");
    hosts.memory.restore(backup.clone());
    let error = hosts.obtain(0).expect_err("an older state");
    assert!(error.message().contains("restored from a backup"), "{error}");
    hosts.memory.restore(backup.into_iter().filter(|(name, _)| !name.contains("entries")).collect());
    let error = hosts.obtain(0).expect_err("lost");
    assert!(error.message().contains("has lost the entry"), "{error}");
    fs::remove_file(hosts.folder(0).join("example.com/ledger.json")).expect("as the message says");
    assert_eq!(hosts.obtain(0).expect("brought to the store").outcome, Outcome::Unchanged);
    hosts.obtain_as(&Obtain { force: Some(true), ..hosts.wanted(0) }).expect("renewed");
    assert_eq!(hosts.obtain(1).expect("brought").outcome, Outcome::Installed);
}

#[test]
fn a_damaged_copy_is_put_right() {
    let hosts = Hosts::new();
    hosts.obtain(0).expect("ordered");
    for file in ["privkey.pem", "cert.pem", "fullchain.pem", "combined.pem"] {
        fs::write(hosts.folder(0).join("example.com/versions/1").join(file), "damaged").expect("written");
    }
    assert_eq!(hosts.obtain(0).expect("good").outcome, Outcome::Unchanged);
    hosts.inspect(0, "put right");
    assert_eq!(hosts.stand.count("create_certificate"), 1);
}

#[test]
fn a_mark_that_is_lost_on_the_disk_has_a_way_out() {
    let hosts = Hosts::new();
    hosts.obtain(0).expect("ordered");
    fs::write(hosts.folder(0).join("example.com/ledger.json"), "").expect("written");
    let error = hosts.obtain(0).expect_err("no mark");
    assert!(error.message().contains("move the entry's folder away"), "{error}");
    fs::remove_dir_all(hosts.folder(0).join("example.com")).expect("moved away");
    assert_eq!(hosts.obtain(0).expect("brought").outcome, Outcome::Installed);
}

#[test]
fn a_host_that_gets_a_revoked_certificate_orders_another_one() {
    let hosts = Hosts::new();
    let first = hosts.obtain(0).expect("ordered").certificate.expect("a certificate").id;
    hosts.stand.client().send(&RevokeCertificate::new(&first)).expect("revoked");
    assert_eq!(hosts.obtain(1).expect("renewed").outcome, Outcome::Renewed);
    assert_eq!(hosts.stand.count("create_certificate"), 2);
}

#[test]
fn a_listing_shows_the_store_and_this_host() {
    let hosts = Hosts::new();
    hosts.obtain(0).expect("ordered");
    let [here, there] = [0, 1].map(|host| hosts.list(host).entries.remove(0));
    assert_eq!((here.deployed, there.deployed), (Some(true), Some(false)));
    assert_eq!((&here.id, here.expires, here.domains), (&there.id, there.expires, there.domains));
}
