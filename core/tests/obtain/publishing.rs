//! The ways to publish, the events of each, and how a call ends early.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::json;
use zerossl::{Kind, Outcome};
use zerossl_sandbox::serve_files;

use crate::stand::{Stand, watch};
use crate::support::{self, SOON, count, timed};

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
fn the_built_in_server_reports_its_port() {
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
fn a_wrong_webroot_is_reported_before_the_service_validates() {
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
fn a_refusal_of_the_service_has_our_findings() {
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
            // The first pause is short.
            if event["next_poll"].as_f64() > Some(10.0) && cancelled_at.is_none() {
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

/// A hook that does not end is not waited for, and keeps the entry's lock until it ends.
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
            (0..16).map(|_| scope.spawn(|| stand.client.send(&wanted).map(|done| done.outcome))).collect();
        calls.into_iter().map(|call| call.join().expect("no panic").expect("its turn")).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Issued).count(), 1, "{outcomes:?}");
    assert_eq!(count(&stand.sandbox, "create_certificate"), 1);
}
