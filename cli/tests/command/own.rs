//! The commands that are no operations.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;
use zerossl_sandbox::{Fault, Reply, When};

use crate::signals::send;
use crate::support::{Place, Ran, program};

#[test]
fn obtain_installs_and_keeps() {
    let place = Place::new();
    let issued = place.run_obtain(&["example.com", "www.example.com"]).expect(0);
    assert!(issued.out.starts_with("issued example.com, www.example.com, until "), "{issued:?}");
    let fullchain =
        issued.out.lines().find_map(|line| line.trim().strip_prefix("fullchain")).expect("a path");
    assert!(
        std::fs::read_to_string(fullchain.trim()).expect("a chain").starts_with("-----BEGIN CERTIFICATE")
    );
    assert!(issued.err.contains("example.com: wait: waiting for the certificate to be issued"), "{issued:?}");
    let quiet = place.run_obtain(&["example.com", "www.example.com", "--quiet"]).expect(0);
    assert!(quiet.out.starts_with("unchanged ") && quiet.err.is_empty(), "{quiet:?}");
    let entry =
        place.run_obtain(&["example.com", "www.example.com", "-q", "--field", "/files/privkey"]).expect(0);
    assert_eq!(entry.out.trim(), place.path("store/example.com/current/privkey.pem"));
}

#[test]
fn webroots_may_differ() {
    let place = Place::new();
    let map = format!("example.com={0}", place.path("www"));
    let store = place.path("store");
    let obtain = ["obtain", "example.com", "--directory", &store, "--webroot", &map, "--preflight", "off"];
    place.run(&obtain).expect(0);
    let both = [&obtain[..], &["--listen", "127.0.0.1:0"]].concat();
    assert!(place.run(&both).expect(2).err.contains("cannot be used with"));
}

#[test]
fn status_shows_what_is_due_and_why() {
    let place = Place::new();
    let store = place.path("store");
    std::fs::create_dir(&store).expect("a folder");
    let status = ["status", "--directory", &store];
    assert!(place.run(&status).expect(0).out.contains("no entries"));
    place.run_obtain(&["example.com"]).expect(0);
    let good = place.run(&status).expect(0).out;
    assert_eq!(good.lines().count(), 2);
    assert!(good.contains("example.com  good   ########## 9"), "{good}");
    let unicode = Ran::of(place.command(&status).env("LC_ALL", "C.UTF-8")).expect(0).out;
    assert!(unicode.contains("██████████"), "{unicode}");
    // Later, and refused.
    let later = (80 * 86_400).to_string();
    let at = ["--clock-offset", &later];
    let refusal =
        json!({"success": false, "error": {"code": 2875, "type": "certificate_premium_not_allowed"}});
    let (operation, reply) = (Some("create_certificate".to_owned()), Reply::json(200, refusal));
    place.sandbox.fault(Fault { operation, times: 1, when: When::Before, reply });
    place.sandbox.advance(Duration::from_secs(80 * 86_400));
    let failed = place.run(&[&["renew", "--directory", &store], &at[..]].concat()).expect(12);
    assert!(failed.out.contains("failed") && failed.out.contains("premium_not_allowed"), "{failed:?}");
    let due = place.run(&[&status[..], &at].concat()).expect(0).out;
    assert!(due.contains("due") && due.contains("now") && due.contains("premium_not_allowed"), "{due}");
    let days: Vec<_> = due.lines().nth(1).expect("a row").split_whitespace().collect();
    assert!(days[2].starts_with('#') && days[2].ends_with("......"), "{due}");
    let json = place.run(&[&status[..], &["--json"]].concat()).expect(0).json();
    assert_eq!(json["entries"][0]["name"], "example.com");
    let metrics = place.run(&[&status[..], &["--format", "prometheus"]].concat()).expect(0).out;
    assert!(
        metrics.contains("zerossl_certificate_state{entry=\"example.com\",state=\"good\"} 1"),
        "{metrics}"
    );
}

#[test]
fn renew_says_nothing_when_there_is_nothing_to_say() {
    let place = Place::new();
    place.run_obtain(&["example.com"]).expect(0);
    let store = place.path("store");
    let ran = place.run(&["renew", "--directory", &store, "--quiet"]).expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    let ran = place.run(&["renew", "--directory", &store]).expect(0);
    assert!(ran.out.contains("example.com  unchanged"), "{ran:?}");
}

#[test]
fn revoke_by_entry_and_remove() {
    let place = Place::new();
    place.run_obtain(&["example.com"]).expect(0);
    let store = place.path("store");
    place.run(&["revoke", "--entry", "other.example", "--directory", &store]).expect(2);
    place.run(&["remove", "example.com", "--directory", &store]).expect(2);
    place
        .run(&["revoke", "--entry", "example.com", "--directory", &store, "--reason", "Superseded"])
        .expect(0);
    assert_eq!(place.sandbox.certificates()[0].status, "revoked");
    place.run(&["remove", "example.com", "--directory", &store, "--force"]).expect(0);
    assert!(!std::path::Path::new(&store).join("example.com/journal.json").exists());
    place.run(&["revoke", "0123456789abcdef0123456789abcdef"]).expect(12);
}

#[test]
fn doctor_says_what_would_fail() {
    let place = Place::new();
    let (store, webroot) = (place.path("store"), place.path("www"));
    let doctor = |more: &[&str]| place.run(&[&["doctor", "--directory", &store], more].concat());
    let fine = doctor(&[]).expect(0).out;
    assert!(fine.contains("accepts the access key") && !fine.contains("warning"), "{fine}");
    let port = format!("::127.0.0.1:{}", place.port);
    let resolver = place.sandbox.dns_address().to_string();
    let names = ["example.com", "--webroot", &webroot, "--connect-to", &port, "--resolver", &resolver];
    let fine = doctor(&[&names[..], &["--json"]].concat()).expect(0).json();
    let levels: Vec<_> =
        fine["findings"].as_array().expect("findings").iter().map(|finding| &finding["level"]).collect();
    assert!(levels.iter().all(|level| *level == "ok") && levels.len() >= 4, "{fine}");

    place.draft(3);
    let full = doctor(&[]).expect(0).out;
    assert!(full.contains("3 certificates take a place") && full.contains("cancel-drafts"), "{full}");
    place.sandbox.add_record("example.com", "CAA", "0 issue \"other.example\"").expect("a record");
    let caa = doctor(&names).expect(1).out;
    assert!(caa.lines().any(|line| line.starts_with("error") && line.contains("CAA")), "{caa}");
    let nobody =
        ["example.com", "--webroot", &webroot, "--connect-to", "::127.0.0.1:1", "--preflight", "off"];
    let nobody = doctor(&nobody).expect(0).out;
    assert!(nobody.contains("warning network    example.com: 127.0.0.1:1 does not answer"), "{nobody}");
    let missing = doctor(&["example.com", "--webroot", "/nowhere"]).expect(1).out;
    assert!(missing.contains("/nowhere"), "{missing}");
    let mut wrong = place.command(&["doctor", "--directory", &store]);
    assert!(Ran::of(wrong.env("ZEROSSL_ACCESS_KEY", "wrong")).expect(1).out.contains("invalid_access_key"));
    assert_eq!(place.sandbox.certificates().len(), 3, "nothing was ordered");
    doctor(&["example.com"]).expect(2);
}

#[test]
fn sandbox_says_how_it_is_found() {
    use std::io::{BufRead, BufReader};
    let mut command = program(&["sandbox", "--quota", "7", "--access-key", "it's a key"]);
    let mut child = command.spawn().expect("the program runs");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().take(2);
    let script: Vec<String> = lines.map(|line| line.expect("a line")).collect();
    let show = "printf '%s %s' \"$ZEROSSL_BASE_URL\" \"$ZEROSSL_ACCESS_KEY\"";
    let shell =
        std::process::Command::new("sh").args(["-c", &format!("{}\n{show}", script.join("\n"))]).output();
    let shell = String::from_utf8(shell.expect("a shell").stdout).expect("UTF-8");
    let (url, key) = shell.split_once(' ').expect("both");
    assert_eq!(key, "it's a key");
    let mut list = program(&["list-certificates", "--json", "--base-url", url]);
    // Such a key cannot be sent, and that is said.
    Ran::of(list.env("ZEROSSL_ACCESS_KEY", key)).expect(2);
    Ran::of(list.env("ZEROSSL_ACCESS_KEY", "other")).expect(13);
    send(&child, Signal::SIGTERM);
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
}

#[test]
fn sandbox_ends_with_its_parent() {
    let mut command = program(&["sandbox", "--exit-with-stdin", "--json"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().expect("the program runs");
    drop(child.stdin.take());
    let ran = Ran::wait(child).expect(0);
    assert_eq!(ran.json()["access_key"], "sandbox-key");
}

#[test]
fn a_question_without_a_terminal_is_declined() {
    let place = Place::new();
    let store = place.path("store");
    let arguments = [
        "obtain",
        "example.com",
        "--directory",
        &store,
        "--validation-method",
        "CNAME_CSR_HASH",
        "--deadline",
        "20",
    ];
    let ran = place.run(&arguments);
    assert!(ran.err.contains("nobody is at the terminal"), "{ran:?}");
    assert_eq!(ran.status, 19);
}

#[test]
fn progress_is_on_standard_error() {
    let place = Place::new();
    place.sandbox.set_issue_delay(Duration::from_secs(1));
    let ran = place.run_obtain(&["example.com", "--json", "-v"]).expect(0);
    assert_eq!(ran.json()["outcome"], json!("issued"));
    assert!(ran.err.contains("GET /certificates") && ran.err.contains("HTTP 200"), "{ran:?}");
    assert!(!ran.err.contains('\u{1b}'), "no colours in a pipe: {ran:?}");
}
