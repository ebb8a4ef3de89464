//! `record`: cases that can be played, with nothing personal in them.

use std::path::Path;

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use zerossl::ClientBuilder;
use zerossl_sandbox::{Fault, Replay, Reply, When, WireFault};

use crate::signals::send;
use crate::support::{Place, Ran, until};

#[test]
fn cases_are_written_that_can_be_played() {
    let place = Place::new();
    place.run_obtain(&["shop.acme-widgets.io", "acme-widgets.io"]).expect(0);
    let issued = place.sandbox.certificates()[0].id.clone();
    place.run(&["record", "out", "--order", "secret.acme-widgets.io", "--yes", "--auth", "header"]).expect(0);
    let orders = place.sandbox.certificates();
    let states: Vec<_> = orders.iter().map(|order| order.status.as_str()).collect();
    assert_eq!(states, ["issued", "cancelled"], "the order is given up");

    let replay = Replay::start(Path::new(&place.path("out"))).expect("the runner takes them");
    let names: Vec<_> = replay.cases().iter().map(|case| case.name.as_str()).collect();
    for name in [
        "cancel_certificate/recorded-new",
        "create_certificate/recorded-new",
        "download_certificate/recorded-issued",
        "get_certificate/recorded-issued",
        "get_certificate/recorded-unknown",
        "list_ca_certificates/recorded-first-page",
        "list_certificates/recorded-first-page",
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    for case in replay.cases() {
        play(&replay, case);
    }
    for name in names {
        let text =
            std::fs::read_to_string(place.path(&format!("out/{name}.json"))).expect("a file").to_lowercase();
        for personal in ["acme-widgets", "secret", &issued, &orders[1].id] {
            assert!(!text.contains(&personal.to_lowercase()), "{name}: {personal}");
        }
    }
}

fn play(replay: &Replay, case: &zerossl_sandbox::Case) {
    let settings = json!({
        "access_key": Replay::ACCESS_KEY,
        "base_url": replay.base_url(&case.name),
        "requests_per_second": 0,
        "auth": case.settings.get("auth"),
    });
    let client =
        ClientBuilder::from_json(&settings.to_string()).and_then(ClientBuilder::build).expect("a client");
    let operation = case.name.split('/').next().expect("an operation");
    let outcome = client.call(operation, &Value::Object(case.parameters.clone()).to_string());
    let verdict = replay.verdict(&case.name);
    assert!(verdict.complete && verdict.problems.is_empty(), "{}: {verdict:?}", case.name);
    match outcome {
        Ok(answer) => {
            assert_eq!(case.result, Some(serde_json::from_str(&answer).expect("JSON")), "{}", case.name);
        }
        Err(error) => {
            let expected = case.error.as_ref().expect("an error");
            assert_eq!(expected["kind"], error.kind().name(), "{}", case.name);
        }
    }
}

#[test]
fn nothing_is_written_unasked() {
    let place = Place::new();
    let ran = place.run(&["record", "out"]).expect(1);
    assert!(
        ran.out.contains("\"source\": \"inferred\"") && ran.err.contains("nothing was written"),
        "{ran:?}"
    );
    assert!(!Path::new(&place.path("out")).exists());
    let json = place.run(&["record", "out", "--yes", "--json"]).expect(0).json();
    let files = json["files"].as_array().expect("files");
    assert!(
        files
            .iter()
            .all(|file| Path::new(&place.path("out")).join(file["path"].as_str().unwrap_or("-")).exists())
    );
}

/// A draft that the account has no room for, as on a plan that is full, is recorded too.
#[test]
fn a_refused_order_is_recorded() {
    let place = Place::new();
    place.sandbox.set_quota(0);
    place.run(&["record", "out", "--order", "example.net", "--yes", "--quiet"]).expect(0);
    let text =
        std::fs::read_to_string(place.path("out/create_certificate/recorded-new.json")).expect("a file");
    assert!(text.contains("2817"), "{text}");
}

/// Interrupted after it was made, it is given up all the same.
#[test]
fn no_order_is_left_behind() {
    let place = Place::new();
    let operation = Some("verification_status".to_owned());
    let reply = Reply::broken(WireFault::Hang);
    place.sandbox.fault(Fault { operation, times: usize::MAX, when: When::Before, reply });
    let child = place
        .command(&["record", "out", "--order", "example.net", "--yes"])
        .spawn()
        .expect("the program runs");
    let is_asked =
        || place.sandbox.requests().iter().any(|asked| asked.operation == Some("verification_status"));
    until("the question", is_asked);
    send(&child, Signal::SIGINT);
    Ran::wait(child).expect(130);
    assert_eq!(place.sandbox.certificates()[0].status, "cancelled");
    assert!(!Path::new(&place.path("out")).exists());
}
