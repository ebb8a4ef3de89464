//! Every exit status that can be had from outside, one by one. The list is in docs/command.md.

use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use zerossl_sandbox::{Fault, Options, Reply, When, WireFault};

use crate::support::{Place, Ran, file, program, until};

fn fault(place: &Place, operation: &str, when: When, reply: Reply) {
    let operation = Some(operation.to_owned());
    place.sandbox.fault(Fault { operation, times: usize::MAX, when, reply });
}

#[test]
fn done_is_0() {
    let place = Place::new();
    assert_eq!(place.run(&["list-certificates", "--json"]).expect(0).json()["total_count"], 0);
    place.run(&["--version"]).expect(0);
    place.run(&["help", "obtain"]).expect(0);
}

#[test]
fn findings_are_1() {
    let place = Place::new();
    place.sandbox.add_record("example.com", "CAA", "0 issue \"other.example\"").expect("a record");
    let resolver = place.sandbox.dns_address().to_string();
    let (store, webroot) = (place.path("store"), place.path("www"));
    let check = ["obtain", "example.com", "--dry-run", "--directory", &store, "--webroot", &webroot];
    let found = place.run(&[&check[..], &["--resolver", &resolver]].concat());
    assert!(found.expect(1).out.contains("CAA"));
    assert!(place.sandbox.certificates().is_empty());
}

#[test]
fn wrong_usage_is_2() {
    let place = Place::new();
    place.run(&[]).expect(2);
    place.run(&["no-such-command"]).expect(2);
    place.run(&["get-certificate"]).expect(2);
    place.run(&["list-certificates", "--limit", "0"]).expect(2);
    place.run(&["list-certificates", "--field", "no_such_field"]).expect(2);
    let refused = place.run(&["get-certificate", "a/b", "--json"]).expect(2);
    assert_eq!(crate::support::parsed(&refused.err)["kind"], "invalid_argument");
    assert!(place.run_obtain(&["exam_ple.com"]).expect(2).err.contains("domains[0]"));
}

#[test]
fn a_refusal_is_12() {
    let place = Place::new();
    let ran = place.run(&["get-certificate", "0123456789abcdef0123456789abcdef"]).expect(12);
    assert!(
        ran.err.starts_with("error: get_certificate: ") && ran.err.contains("certificate_not_found"),
        "{ran:?}"
    );
    assert_eq!(ran.out, "");
}

#[test]
fn a_wrong_key_is_13() {
    let place = Place::new();
    Ran::of(place.command(&["list-certificates"]).env("ZEROSSL_ACCESS_KEY", "wrong")).expect(13);
    Ran::of(place.command(&["list-certificates"]).env_remove("ZEROSSL_ACCESS_KEY")).expect(13);
}

#[test]
fn a_rate_limit_is_14() {
    let place = Place::new();
    fault(&place, "list_certificates", When::Before, Reply::too_many_requests("1"));
    place.run(&["list-certificates", "--max-retries", "0"]).expect(14);
}

#[test]
fn no_connection_is_15() {
    let place = Place::new();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let url = format!("http://127.0.0.1:{port}");
    place.run(&["--base-url", &url, "list-certificates", "--max-retries", "0"]).expect(15);
}

#[test]
fn an_unknown_ca_is_16() {
    let place = Place::with(Options { tls: true, ..Options::default() });
    place.run(&["list-certificates"]).expect(16);
    let root = file(place.path("root.pem"), place.sandbox.root_pem(), 0o644);
    place.run(&["list-certificates", "--ca-file", root.to_str().expect("a path")]).expect(0);
}

#[test]
fn a_deadline_is_17() {
    let place = Place::new();
    fault(&place, "list_certificates", When::Before, Reply::broken(WireFault::Hang));
    place.run(&["list-certificates", "--timeout", "0.3"]).expect(17);
}

#[test]
fn an_unusable_answer_is_18() {
    let place = Place::new();
    fault(&place, "list_certificates", When::Before, Reply::page(200));
    place.run(&["list-certificates"]).expect(18);
}

#[test]
fn a_failed_validation_is_19() {
    let place = Place::new();
    std::fs::create_dir(place.path("elsewhere")).expect("a folder");
    let wrong = place.path("elsewhere");
    let store = place.path("store");
    let arguments =
        ["obtain", "example.com", "--directory", &store, "--webroot", &wrong, "--poll-interval", "0.1"];
    let port = format!(":80:127.0.0.1:{}", place.port);
    place.run(&[&arguments[..], &["--preflight", "strict", "--connect-to", &port]].concat()).expect(19);
}

#[test]
fn a_file_in_the_way_is_21() {
    let place = Place::new();
    file(place.path("store"), "not a folder", 0o644);
    place.run_obtain(&["example.com"]).expect(21);
    place.run(&["status", "--directory", "nowhere"]).expect(21);
    place.run(&["generate-csr", "example.com", "--private-key", "@nowhere"]).expect(21);
}

/// What cannot be written is not done.
#[test]
fn a_full_disk_is_21() {
    let place = Place::new();
    let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
    Ran::of(place.command(&["list-ca-certificates"]).stdout(full)).expect(21);
}

#[test]
fn a_lost_create_is_24() {
    let place = Place::new();
    let csr = place.run(&["generate-csr", "example.com", "--field", "csr"]).expect(0).out;
    file(place.path("csr.pem"), &csr, 0o644);
    fault(&place, "create_certificate", When::After, Reply::broken(WireFault::Reset));
    let ran = place.run(&["create-certificate", "example.com", "--csr", "@csr.pem", "--json"]).expect(24);
    assert_eq!(crate::support::parsed(&ran.err)["kind"], "ambiguous");
}

#[test]
fn nothing_left_is_26() {
    let place = Place::new();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -n 5; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_zerossl"), "list-certificates"]);
    shell.env("ZEROSSL_BASE_URL", place.sandbox.base_url()).env("ZEROSSL_ACCESS_KEY", crate::support::KEY);
    Ran::of(&mut shell).expect(26);
}

#[test]
fn not_done_yet_is_75() {
    let place = Place::new();
    place.sandbox.set_issue_delay(Duration::from_secs(3600));
    let pending = place.run_obtain(&["example.com", "--deadline", "1"]).expect(75);
    assert!(pending.out.contains("pending"), "{pending:?}");
    // The same in a run over the store.
    let store = place.path("store");
    let again = place.run(&["renew", "--directory", &store, "--json"]);
    // Each entry keeps the deadline of its request.
    assert_eq!(again.expect(75).json()["results"][0]["outcome"], "pending");
}

#[test]
fn a_postponed_renewal_is_75() {
    let place = Place::new();
    place.run_obtain(&["example.com"]).expect(0);
    place.sandbox.advance(Duration::from_secs(80 * 86_400));
    let (store, days) = (place.path("store"), (80 * 86_400).to_string());
    let renew = ["renew", "--directory", &store, "--clock-offset", &days];
    let ran = place.run(&[&renew[..], &["--max-orders", "0"]].concat()).expect(75);
    assert!(ran.out.contains("postponed"), "{ran:?}");
    let ran = place.run(&renew).expect(0);
    assert!(ran.out.contains("renewed"), "{ran:?}");
}

#[test]
fn a_failed_renewal_has_the_status_of_its_error() {
    let place = Place::new();
    place.run_obtain(&["example.com"]).expect(0);
    let store = place.path("store");
    place.sandbox.advance(Duration::from_secs(80 * 86_400));
    let refusal =
        json!({"success": false, "error": {"code": 2875, "type": "certificate_premium_not_allowed"}});
    fault(&place, "create_certificate", When::Before, Reply::json(200, refusal));
    let days = (80 * 86_400).to_string();
    let ran = place.run(&["renew", "--directory", &store, "--json", "--clock-offset", &days]).expect(12);
    assert_eq!(ran.json()["failed"], json!(1), "the report is the answer: {ran:?}");
}

#[test]
fn a_busy_entry_is_75() {
    let place = Place::new();
    place.sandbox.set_issue_delay(Duration::from_secs(3600));
    let arguments = place.obtain(&["example.com"]);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let mut first = place.command(&arguments).spawn().expect("the program runs");
    until("an order", || {
        place.sandbox.certificates().iter().any(|order| order.status == "pending_validation")
    });
    let second = place.run(&[&arguments[..], &["--deadline", "0.5"]].concat()).expect(75);
    assert!(second.err.contains("another process"), "{second:?}");
    first.kill().expect("it runs");
    first.wait().expect("it ends");
}

#[test]
fn a_mistake_is_explained() {
    let ran = Ran::of(&mut program(&["obtain", "example.com"])).expect(2);
    assert!(ran.err.contains("--webroot"), "{ran:?}");
}
