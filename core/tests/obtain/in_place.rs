//! What is installed, kept, renewed, and not installed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::json;
use zerossl::{Kind, ListCertificates, Obtained, Outcome, RenewAll};
use zerossl_sandbox::{Reply, When};

use crate::stand::{Stand, watch};
use crate::support::{self, count};

#[test]
fn a_deploy_hook_runs_until_it_has_worked() {
    let stand = Stand::new();
    let log = stand.folder.path().join("deployed").display().to_string();
    let works = stand.folder.path().join("works").display().to_string();
    let hook = stand
        .script("deploy", &format!("echo \"$ZEROSSL_FULLCHAIN\" >> {log}\necho some words\n[ -e {works} ]"));
    let mut wanted = stand.wanted("example.com", stand.webroot());
    wanted.deploy_hook = Some(vec![hook]);
    for _ in 0..2 {
        let error = stand.client.send(&wanted).expect_err("it fails");
        assert_eq!(error.kind(), Kind::Storage, "{error}");
        assert!(
            error.message().contains("exit status 1") && !error.message().contains("some words"),
            "{error}"
        );
        assert_eq!(error.details().map(|details| &details["output"]), Some(&json!("some words\n")));
    }
    fs::write(&works, "").expect("written");
    let obtained = stand.client.send(&wanted).expect("it works");
    assert_eq!((obtained.outcome, obtained.deployed), (Outcome::Unchanged, Some(true)));
    stand.client.send(&wanted).expect("nothing to do");
    let lines = stand.read("deployed");
    assert_eq!(lines.lines().collect::<Vec<_>>(), [obtained.files["fullchain"].as_str(); 3]);
    assert_eq!(count(&stand.sandbox, "create_certificate"), 1);
}

#[test]
fn a_rollback_leads_to_no_other_order() {
    let stand = Stand::new();
    let mut wanted = stand.wanted("example.com", stand.webroot());
    let first = stand.client.send(&wanted).expect("a certificate");
    let serial = || fs::read_link(stand.folder.path().join("store/example.com/current")).expect("a link");
    let before = serial();
    let works = stand.folder.path().join("works").display().to_string();
    wanted.deploy_hook = Some(vec![stand.script("deploy", &format!("[ -e {works} ]"))]);
    wanted.rollback = Some(true);
    wanted.force = Some(true);
    let error = stand.client.send(&wanted).expect_err("the hook refuses it");
    assert!(error.message().contains("version before"), "{error}");
    assert_eq!(serial(), before);
    fs::write(&works, "").expect("written");
    wanted.force = None;
    let done = stand.client.send(&wanted).expect("the same one, once more");
    assert_eq!((done.outcome, count(&stand.sandbox, "create_certificate")), (Outcome::Unchanged, 2));
    assert_ne!(serial(), before);
    assert_ne!(done.certificate.map(|new| new.id), first.certificate.map(|old| old.id));
}

#[test]
fn a_key_is_kept_if_that_is_wanted() {
    let stand = Stand::new();
    let mut wanted = stand.wanted("example.com", stand.webroot());
    let key = |obtained: &Obtained| fs::read_to_string(&obtained.files["privkey"]).expect("a key");
    let first = stand.client.send(&wanted).expect("a certificate");
    let old = key(&first);
    fs::set_permissions(&first.files["privkey"], fs::Permissions::from_mode(0o640)).expect("its mode");
    wanted.force = Some(true);
    wanted.reuse_key = Some(true);
    let second = stand.client.send(&wanted).expect("a certificate");
    assert_eq!(key(&second), old);
    let mode = fs::metadata(&second.files["privkey"]).expect("a key").permissions().mode() & 0o777;
    assert_eq!(mode, 0o640, "who could read the old one can read the new one");
    wanted.reuse_key = Some(false);
    assert_ne!(key(&stand.client.send(&wanted).expect("a certificate")), old);
}

#[test]
fn a_store_is_renewed_and_failures_are_told() {
    let stand = Stand::new();
    for name in ["one.example.com", "two.example.com", "three.example.com"] {
        stand.client.send(&stand.wanted(name, stand.webroot())).expect(name);
    }
    let all = RenewAll::new(stand.folder.path().join("store"));
    let report = stand.client.send(&all).expect("nothing to do");
    // The one with the least time left comes first, so they are not in the order of their names.
    let outcomes = |report: &zerossl::Renewals| {
        let rows = report.results.iter().map(|result| (result.name.clone(), result.outcome));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        rows
    };
    assert!(
        report.results.len() == 3
            && outcomes(&report).iter().all(|(_, outcome)| *outcome == Some(Outcome::Unchanged))
    );

    let mut list = ListCertificates::default();
    list.search = Some("two.example.com".to_owned());
    let id = stand.client.send(&list).expect("a list").results[0].id.clone();
    stand.client.send(&zerossl::RevokeCertificate::new(id)).expect("revoked");
    let mut none = all.clone();
    none.max_orders = Some(0);
    let report = stand.client.send(&none).expect("left for later");
    assert_eq!(outcomes(&report)[2], ("two.example.com".to_owned(), Some(Outcome::Postponed)));
    let report = stand.client.send(&all).expect("the revoked one is replaced");
    assert_eq!(outcomes(&report)[2], ("two.example.com".to_owned(), Some(Outcome::Renewed)));

    fs::write(stand.folder.path().join("store/one.example.com/journal.json"), "{").expect("written");
    let error = stand.client.send(&all).expect_err("one fails");
    assert_eq!(error.kind(), Kind::Storage, "{error}");
    assert!(error.message().contains("1 of 3") && error.message().contains("one.example.com"), "{error}");
    let report = error.details().expect("the report");
    let rows = report["results"].as_array().expect("each entry");
    let row = |name: &str| rows.iter().find(|row| row["name"] == name).expect("it is there");
    assert_eq!((&report["failed"], &row("one.example.com")["error"]["kind"]), (&json!(1), &json!("storage")));
    assert_eq!(row("three.example.com")["outcome"], "unchanged");
}

#[test]
fn commands_of_a_store_that_others_may_write_are_not_run() {
    let stand = Stand::new();
    let mut wanted = stand.wanted("example.com", stand.webroot());
    wanted.deploy_hook = Some(vec!["true".to_owned()]);
    stand.client.send(&wanted).expect("a certificate");
    let request = stand.folder.path().join("store/example.com/request.json");
    fs::set_permissions(&request, fs::Permissions::from_mode(0o666)).expect("its mode");
    let error =
        stand.client.send(&RenewAll::new(stand.folder.path().join("store"))).expect_err("not trusted");
    assert_eq!(error.kind(), Kind::Storage, "{error}");
    assert!(error.message().contains("not run"), "{error}");
}

#[test]
fn a_certificate_for_another_key_is_held() {
    let stand = Stand::new();
    let other = stand.client.send(&stand.wanted("example.org", stand.webroot())).expect("a certificate");
    let read = |name: &str| fs::read_to_string(&other.files[name]).expect(name);
    let lie = Reply::json(200, json!({"certificate.crt": read("cert"), "ca_bundle.crt": read("chain")}));
    // It is downloaded once more by each call, including the one that gives it up.
    support::fault(&stand.sandbox, "download_certificate", 3, When::Before, lie);
    let mut wanted = stand.wanted("example.com", stand.webroot());
    let error = stand.client.send(&wanted).expect_err("not ours");
    assert_eq!(error.kind(), Kind::Response, "{error}");
    assert!(error.message().contains("another key"), "{error}");
    let again = stand.client.send(&wanted).expect_err("a person has to look");
    assert!(
        again.message().contains("abandon") && count(&stand.sandbox, "create_certificate") == 2,
        "{again}"
    );
    wanted.abandon = Some(true);
    assert_eq!(stand.client.send(&wanted).expect("forgotten").outcome, Outcome::Abandoned);
    wanted.abandon = None;
    stand.client.send(&wanted).expect("another order");
}

#[test]
fn a_clock_that_is_off_orders_nothing() {
    let stand = Stand::new();
    stand.sandbox.advance(Duration::from_secs(2 * 3600));
    let error =
        stand.client.send(&stand.wanted("example.com", stand.webroot())).expect_err("which day is it");
    assert!(error.message().contains("clock") && count(&stand.sandbox, "create_certificate") == 0, "{error}");
}

#[test]
fn a_clock_that_is_a_little_off_leads_to_a_warning() {
    let stand = Stand::new();
    stand.sandbox.advance(Duration::from_secs(600));
    let mut warnings = Vec::new();
    let op = stand.start(&stand.wanted("example.com", stand.webroot()));
    let obtained = watch(&op, |event| {
        if event["type"] == "warning" {
            warnings.push(event["message"].as_str().unwrap_or_default().to_owned());
        }
    });
    obtained.expect("a certificate");
    assert!(
        matches!(&*warnings, [one] if one.contains("clock") && one.contains("10 minutes")),
        "{warnings:?}"
    );
}

#[test]
fn no_secret_is_in_events_or_files() {
    let stand = Stand::new();
    let (tell, told) = channel();
    let client = stand.client.logging_to(move |line| {
        // The test still runs.
        let _ = tell.send(line.to_owned());
    });
    client.send(&stand.wanted("example.com", stand.webroot())).expect("a certificate");
    drop(client);
    let key = stand.sandbox.access_key().to_owned();
    let lines: Vec<String> = told.try_iter().collect();
    assert!(lines.len() > 5 && lines.iter().all(|line| !line.contains(&key)));
    let entry = stand.folder.path().join("store/example.com");
    for file in ["journal.json", "request.json", "versions/1/certificate.json"] {
        let text = fs::read_to_string(entry.join(file)).expect(file);
        assert!(!text.contains(&key) && !text.contains("PRIVATE KEY"), "{file}");
    }
}
