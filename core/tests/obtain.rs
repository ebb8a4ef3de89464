//! `obtain` as its users have it: the ways to publish, what they hear, and how it ends early.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use support::{SOON, count, json, sandbox, settings, timed};
use tempfile::TempDir;
use zerossl::{
    Client, Error, EventType, Kind, ListCertificates, Next, Obtain, Obtained, Op, Outcome, RenewAll,
};
use zerossl_sandbox::{Reply, Sandbox, When, serve_files};

struct Stand {
    sandbox: Sandbox,
    client: Client,
    folder: TempDir,
}

impl Stand {
    fn new() -> Self {
        let (sandbox, folder) = (sandbox(), tempfile::tempdir().expect("a folder"));
        fs::create_dir(folder.path().join("www")).expect("a folder");
        sandbox.set_http_port(serve_files(folder.path().join("www")).expect("a web server"));
        sandbox.set_quota(20);
        let client = settings(&sandbox).build().expect("settings");
        Self { sandbox, client, folder }
    }

    fn webroot(&self) -> Value {
        json!({"method": "HTTP_CSR_HASH", "webroot": self.folder.path().join("www")})
    }

    fn wanted(&self, name: &str, validation: Value) -> Obtain {
        let mut wanted = Obtain::new([name], self.folder.path().join("store"), validation);
        wanted.preflight = Some("off".to_owned());
        wanted.poll_interval = Some(0.02);
        wanted
    }

    fn start(&self, wanted: &Obtain) -> Op {
        self.client.start("obtain", &json!(wanted).to_string()).expect("a start")
    }

    /// A program in the folder.
    fn script(&self, name: &str, body: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
        path.display().to_string()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

/// Reads an op to its end and gives every event to `see`.
fn watch(op: &Op, mut see: impl FnMut(&Value)) -> Result<Obtained, Error> {
    loop {
        match op.next(Some(Duration::from_secs(60))).expect("it is used well") {
            Next::Event(event) if event.kind() == EventType::Log => {}
            Next::Event(event) => see(&json(event.json())),
            Next::Pending => panic!("nothing happens"),
            Next::Done => return op.result().map(|answer| serde_json::from_str(&answer).expect("an answer")),
        }
    }
}

#[test]
fn a_webroot_gets_the_file_for_the_time_needed() {
    let stand = Stand::new();
    let mut stages = Vec::new();
    let op = stand.start(&stand.wanted("example.com", stand.webroot()));
    let obtained = watch(&op, |event| stages.push(event["stage"].as_str().unwrap_or_default().to_owned()));
    let obtained = obtained.expect("a certificate");
    assert_eq!((obtained.outcome, obtained.deployed), (Outcome::Issued, Some(true)));
    stages.dedup();
    assert_eq!(stages, ["key", "order", "publish", "verify", "wait", "download", "install", "done"]);
    let mode = |name: &str| fs::metadata(&obtained.files[name]).expect(name).permissions().mode() & 0o777;
    assert_eq!([mode("privkey"), mode("combined"), mode("fullchain")], [0o600, 0o600, 0o644]);
    assert!(!stand.folder.path().join("www/.well-known").exists());
    let asked = stand.sandbox.requests().len();
    let again = stand.client.send(&stand.wanted("example.com", stand.webroot())).expect("nothing to do");
    assert_eq!((again.outcome, stand.sandbox.requests().len()), (Outcome::Unchanged, asked + 1));
    assert_eq!(stand.sandbox.requests().last().and_then(|asked| asked.operation), Some("get_certificate"));
    assert_eq!(again.certificate, obtained.certificate);
    let mut offline = stand.wanted("example.com", stand.webroot());
    offline.offline = Some(true);
    assert_eq!(stand.client.send(&offline).expect("nothing to do").outcome, Outcome::Unchanged);
    assert_eq!(stand.sandbox.requests().len(), asked + 1);
}

#[test]
fn a_server_of_ours_tells_its_port() {
    let stand = Stand::new();
    let op = stand
        .start(&stand.wanted("example.com", json!({"method": "HTTP_CSR_HASH", "listen": "127.0.0.1:0"})));
    let mut ports = Vec::new();
    let obtained = watch(&op, |event| {
        if let Some(port) = event["port"].as_u64().and_then(|port| u16::try_from(port).ok()) {
            stand.sandbox.set_http_port(port);
            ports.push(port);
        }
    });
    assert_eq!((obtained.expect("a certificate").outcome, ports.len()), (Outcome::Issued, 1));
    drop(op);
    let free = std::net::TcpListener::bind(("127.0.0.1", ports[0]));
    assert!(free.is_ok(), "the server is gone: {free:?}");
}

#[test]
fn a_hook_publishes_and_cleans_up() {
    let stand = Stand::new();
    let root = stand.folder.path().join("www").display().to_string();
    let log = stand.folder.path().join("log").display().to_string();
    let hook = stand.script(
        "hook",
        &format!(
            "echo \"$1 $2 ${{ZEROSSL_ACCESS_KEY-none}} $ZEROSSL_ENTRY\" >> {log}\n\
             file={root}$ZEROSSL_FILE_PATH\nmkdir -p \"$(dirname \"$file\")\"\n\
             case $1 in present) printf %s \"$3\" > \"$file\";; cleanup) rm \"$file\";; esac"
        ),
    );
    let wanted = stand.wanted("example.com", json!({"method": "HTTP_CSR_HASH", "hook": [hook]}));
    stand.client.send(&wanted).expect("a certificate");
    let log = stand.read("log");
    let lines: Vec<Vec<&str>> = log.lines().map(|line| line.split(' ').collect()).collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert_eq!(
        (lines[0][0], lines[1][0], lines[0][2], lines[0][3]),
        ("present", "cleanup", "none", "example.com")
    );
    assert!(lines[0][1].starts_with("http://example.com/.well-known/pki-validation/"), "{log}");
}

#[test]
fn the_caller_publishes_when_asked() {
    let stand = Stand::new();
    let mut wanted = stand.wanted("*.example.com", json!({"method": "CNAME_CSR_HASH"}));
    wanted.preflight = Some("strict".to_owned());
    wanted.resolver = Some(stand.sandbox.dns_address().to_string());
    let op = stand.start(&wanted);
    let mut asked = Vec::new();
    let obtained = watch(&op, |event| {
        let (name, target) =
            (event["name"].as_str().unwrap_or_default(), event["target"].as_str().unwrap_or_default());
        match event["type"].as_str() {
            Some("publish") => stand.sandbox.add_record(name, "CNAME", target).expect("a record"),
            Some("cleanup") => stand.sandbox.remove_records(name),
            _ => return,
        }
        assert!(name.starts_with('_') && name.ends_with(".example.com") && target.ends_with('.'), "{event}");
        assert_eq!((&event["domain"], &event["method"]), (&json!("*.example.com"), &json!("CNAME_CSR_HASH")));
        asked.push(event["type"].clone());
        op.reply(&json!({"id": event["id"], "ok": true}).to_string()).expect("it waits for that");
    });
    let obtained = obtained.expect("a certificate");
    assert_eq!((asked, stand.sandbox.records().len()), (vec![json!("publish"), json!("cleanup")], 0));
    assert!(obtained.files["cert"].contains("/wildcard_.example.com/current/"), "{obtained:?}");
}

#[test]
fn a_caller_that_cannot_publish_says_why() {
    let stand = Stand::new();
    let op = stand.start(&stand.wanted("example.com", json!({"method": "CNAME_CSR_HASH"})));
    let error = watch(&op, |event| {
        if event["type"] == "publish" {
            let reply = json!({"id": event["id"], "error": "the zone is locked"});
            op.reply(&reply.to_string()).expect("it waits for that");
        }
    });
    let error = error.expect_err("not published");
    assert_eq!(error.kind(), Kind::Validation, "{error}");
    assert!(
        error.message().contains("the zone is locked") && error.message().contains("example.com"),
        "{error}"
    );
}

#[test]
fn mails_are_sent_once() {
    let stand = Stand::new();
    let validation = json!({"method": "EMAIL", "emails": {"example.com": "admin@example.com"}});
    let mut wanted = stand.wanted("example.com", validation);
    wanted.deadline = Some(0.3);
    for _ in 0..2 {
        let waiting = stand.client.send(&wanted).expect("it waits for an answer");
        assert_eq!(waiting.outcome, Outcome::Pending);
    }
    let mails = stand.sandbox.mails();
    assert_eq!((mails.len(), count(&stand.sandbox, "verify_domains")), (1, 1));
    assert!(stand.sandbox.answer_mail(&mails[0].token));
    wanted.deadline = None;
    assert_eq!(stand.client.send(&wanted).expect("answered").outcome, Outcome::Resumed);
}

#[test]
fn a_wrong_webroot_is_told_before_the_service_looks() {
    let stand = Stand::new();
    let elsewhere = stand.folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("a folder");
    let port = serve_files(stand.folder.path().join("www")).expect("a web server");
    let mut wanted = stand.wanted("example.com", json!({"method": "HTTP_CSR_HASH", "webroot": elsewhere}));
    wanted.preflight = Some("strict".to_owned());
    wanted.resolver = Some(stand.sandbox.dns_address().to_string());
    wanted.connect_to = Some(vec![format!("example.com:80:127.0.0.1:{port}")]);
    let error = stand.client.send(&wanted).expect_err("the file is not where it is looked for");
    assert_eq!((error.kind(), count(&stand.sandbox, "verify_domains")), (Kind::Validation, 0), "{error}");
    let failed = &error.domains()["example.com"];
    assert!(failed.found.as_deref().is_some_and(|found| found.contains("404")), "{error:?}");
    wanted.validation = stand.webroot();
    let obtained = stand.client.send(&wanted).expect("the right one, and the same order");
    assert_eq!((obtained.outcome, count(&stand.sandbox, "create_certificate")), (Outcome::Resumed, 1));
    assert!(!elsewhere.join(".well-known").exists(), "nothing is left in the wrong one");
}

#[test]
fn the_services_no_is_told_with_what_was_found() {
    let stand = Stand::new();
    stand.sandbox.set_http_port(support::closed_port());
    let error =
        stand.client.send(&stand.wanted("example.com", stand.webroot())).expect_err("nobody is there");
    assert_eq!(error.kind(), Kind::Validation, "{error}");
    assert!(error.domains().contains_key("example.com"), "{error:?}");
    assert!(count(&stand.sandbox, "verify_domains") > 1, "it may only have been too early");
}

#[test]
fn a_cancel_keeps_the_order_and_comes_back_at_once() {
    let stand = Stand::new();
    stand.sandbox.set_issue_delay(Duration::from_secs(3600));
    let mut wanted = stand.wanted("example.com", stand.webroot());
    wanted.poll_interval = Some(30.0);
    let op = stand.start(&wanted);
    let (error, took) = timed(|| {
        let mut cancelled_at = None;
        let outcome = watch(&op, |event| {
            if event["stage"] == "wait" && cancelled_at.is_none() {
                op.cancel();
                cancelled_at = Some(std::time::Instant::now());
            }
        });
        assert!(cancelled_at.expect("it waited").elapsed() < SOON);
        outcome.expect_err("cancelled")
    });
    assert_eq!(error.kind(), Kind::Cancelled, "{error} after {took:?}");
    stand.sandbox.advance(Duration::from_secs(3600));
    let obtained = stand.client.send(&stand.wanted("example.com", stand.webroot())).expect("it goes on");
    assert_eq!((obtained.outcome, count(&stand.sandbox, "create_certificate")), (Outcome::Resumed, 1));
}

/// A hook that does not end is left to end on its own, and keeps the entry's lock until then.
#[test]
fn a_cancel_does_not_wait_for_a_hook() {
    let stand = Stand::new();
    let (started, gate) = (stand.folder.path().join("started"), stand.folder.path().join("gate"));
    let hook = stand.script(
        "hook",
        &format!("touch {}\nwhile [ ! -e {} ]; do sleep 0.05; done", started.display(), gate.display()),
    );
    let mut wanted = stand.wanted("example.com", json!({"method": "HTTP_CSR_HASH", "hook": [hook]}));
    let op = stand.start(&wanted);
    wait_for(&started);
    op.cancel();
    let (outcome, took) = timed(|| watch(&op, |_| {}));
    assert_eq!(outcome.expect_err("cancelled").kind(), Kind::Cancelled);
    assert!(took < SOON, "{took:?}");
    wanted.deadline = Some(0.2);
    assert_eq!(stand.client.send(&wanted).expect_err("it is at it").kind(), Kind::Busy);
    fs::write(&gate, "").expect("written");
    wanted.validation = stand.webroot();
    wanted.deadline = None;
    stand.client.send(&wanted).expect("its turn");
}

fn wait_for(path: &Path) {
    let started = std::time::Instant::now();
    while !path.exists() {
        assert!(started.elapsed() < Duration::from_secs(30), "{} never came", path.display());
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn two_at_once_make_one_order() {
    let stand = Stand::new();
    let wanted = stand.wanted("example.com", stand.webroot());
    let outcomes: Vec<_> = thread::scope(|scope| {
        let calls: Vec<_> =
            (0..4).map(|_| scope.spawn(|| stand.client.send(&wanted).map(|done| done.outcome))).collect();
        calls.into_iter().map(|call| call.join().expect("no panic").expect("its turn")).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Issued).count(), 1, "{outcomes:?}");
    assert_eq!(count(&stand.sandbox, "create_certificate"), 1);
}

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
    // The one with the least time left goes first, so their order is not that of their names.
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
    // It is fetched once more by each call, also by the one that gives it up.
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
fn a_clock_that_is_a_little_off_is_told_of() {
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
fn no_secret_is_in_what_is_told_or_kept() {
    let stand = Stand::new();
    let (tell, told) = channel();
    let client = stand.client.logging_to(move |line| {
        // The test is still there.
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
