//! Ops with a real client: any operation, its pages, its cancel.

mod support;

use std::time::Duration;

use support::{SOON, client, fault, json, sandbox, settings, timed};
use zerossl::{EventType, Kind, Next, Op};
use zerossl_sandbox::{Reply, Sandbox, When, WireFault};

fn orders(sandbox: &Sandbox, count: usize) {
    sandbox.set_quota(count);
    let client = client(sandbox);
    let csr =
        json(&client.call("generate_csr", r#"{"domains": ["example.com"]}"#).expect("a CSR"))["csr"].clone();
    for _ in 0..count {
        let parameters = serde_json::json!({"domains": ["example.com"], "csr": csr});
        client.call("create_certificate", &parameters.to_string()).expect("an order");
    }
}

fn events(op: &Op) -> Vec<serde_json::Value> {
    let mut events = Vec::new();
    loop {
        match op.next(None).expect("the same process") {
            Next::Event(event) => events.push(json(event.json())),
            Next::Done => return events,
            Next::Pending => unreachable!("waits without a time-out"),
        }
    }
}

#[test]
fn any_operation_runs_as_an_op() {
    let sandbox = sandbox();
    let op = client(&sandbox).start("validate_csr", r#"{"csr": "nonsense"}"#).expect("an op");
    let error = op.finish().expect_err("no CSR");
    assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some("csr")));
    assert_eq!(error.operation(), Some("validate_csr"));

    let op = client(&sandbox).start("get_certificate", r#"{"id": "x"}"#).expect("an op");
    let log = events(&op);
    assert!(
        log.iter().any(|event| event["type"] == "log" && event["message"].to_string().contains("HTTP 200"))
    );
    assert_eq!(op.result().expect_err("unknown").api_code(), Some(2803));
    assert_eq!(op.result().expect_err("again").api_code(), Some(2803));
}

#[test]
fn wrong_names_and_parameters_are_told_at_the_start() {
    let sandbox = sandbox();
    assert_eq!(
        client(&sandbox).start("no_such_operation", "{}").expect_err("unknown").parameter(),
        Some("operation")
    );
    assert_eq!(
        client(&sandbox).start("get_certificate", "[").expect_err("no JSON").kind(),
        Kind::InvalidArgument
    );
}

#[test]
fn a_list_comes_page_by_page() {
    let sandbox = sandbox();
    orders(&sandbox, 7);
    let op = client(&sandbox).start("list_certificates", r#"{"limit": 3}"#).expect("an op");
    let pages: Vec<_> =
        events(&op).into_iter().filter(|event| event["type"] == EventType::Page.name()).collect();
    let sizes: Vec<_> = pages.iter().map(|page| page["results"].as_array().expect("entries").len()).collect();
    assert_eq!(sizes, [3, 3, 1]);
    assert!(pages.iter().all(|page| page["total_count"] == 7));
    let result = json(&op.result().expect("the frame"));
    assert_eq!((&result["result_count"], &result["results"]), (&7.into(), &serde_json::json!([])));
}

#[test]
fn a_reader_that_takes_its_time_holds_the_pages_back() {
    let sandbox = sandbox();
    orders(&sandbox, 4);
    let before = sandbox.requests().len();
    let op = client(&sandbox).start("list_certificates", r#"{"limit": 1}"#).expect("an op");
    let is_page = |next: &Next| matches!(next, Next::Event(event) if event.kind() == EventType::Page);
    while !is_page(&op.next(None).expect("the same process")) {}
    // One page was read, one waits, and a third may have been fetched: no more.
    while matches!(op.next(Some(Duration::ZERO)), Ok(Next::Event(event)) if event.kind() != EventType::Page) {
    }
    assert!(sandbox.requests().len() - before <= 3);
    op.finish().expect("the rest");
}

#[test]
fn cancel_ends_an_op_in_the_middle_of_a_call() {
    let sandbox = sandbox();
    fault(&sandbox, "get_certificate", 1, When::Before, Reply::broken(WireFault::Hang));
    let client = client(&sandbox);
    let op = client.start("get_certificate", r#"{"id": "x"}"#).expect("an op");
    while sandbox.requests().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(op.result().expect_err("it runs").kind(), Kind::NotReady);
    op.cancel();
    let (outcome, took) = timed(|| op.finish());
    assert_eq!(outcome.expect_err("cancelled").kind(), Kind::Cancelled);
    assert!(took < SOON, "{took:?}");
    assert!(client.call("list_certificates", "{}").is_ok(), "the client goes on");
}

#[test]
fn the_clients_token_ends_its_ops_too() {
    let sandbox = sandbox();
    fault(&sandbox, "get_certificate", 1, When::Before, Reply::broken(WireFault::Hang));
    let token = zerossl::CancelToken::new();
    let op = client(&sandbox).cancelled_by(&token).start("get_certificate", r#"{"id": "x"}"#).expect("an op");
    while sandbox.requests().is_empty() {
        std::thread::yield_now();
    }
    token.cancel();
    let (outcome, took) = timed(|| op.finish());
    assert_eq!(outcome.expect_err("cancelled").kind(), Kind::Cancelled);
    assert!(took < SOON, "{took:?}");
}

#[test]
fn dropping_an_op_ends_it_without_waiting() {
    let sandbox = sandbox();
    fault(&sandbox, "get_certificate", 1, When::Before, Reply::broken(WireFault::Hang));
    let op = client(&sandbox).start("get_certificate", r#"{"id": "x"}"#).expect("an op");
    let ((), took) = timed(|| drop(op));
    assert!(took < SOON, "{took:?}");
}

#[test]
fn an_op_outlives_its_client() {
    let sandbox = sandbox();
    let client = settings(&sandbox).build().expect("settings");
    let op = client.start("list_certificates", "{}").expect("an op");
    drop(client);
    op.finish().expect("an empty list");
}
