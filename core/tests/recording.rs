//! `Client::recording_to`: what went over the wire, without the access key.

mod support;

use std::sync::{Arc, Mutex};

use serde_json::json;
use zerossl::{Auth, Exchange, Kind};
use zerossl_sandbox::{Reply, Sandbox, When};

use support::{client, csr, fault, sandbox, settings};

fn recorder() -> (Arc<Mutex<Vec<Exchange>>>, impl Fn(Exchange) + Send + Sync + 'static) {
    let all = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&all);
    (all, move |exchange| taken.lock().expect("a lock").push(exchange))
}

fn assert_no_key(sandbox: &Sandbox, exchange: &Exchange) {
    assert!(!format!("{exchange:?}").contains(sandbox.access_key()), "{exchange:?}");
    assert!(!String::from_utf8_lossy(&exchange.body).contains(sandbox.access_key()));
}

#[test]
fn requests_and_answers_are_given_as_they_were() {
    let sandbox = sandbox();
    for auth in [Auth::Query, Auth::Header] {
        let (all, take) = recorder();
        let client = settings(&sandbox).auth(auth).build().expect("a client").recording_to(take);
        client.call("list_certificates", r#"{"status": ["draft"], "limit": 7}"#).expect("a page");
        let exchange = all.lock().expect("a lock").remove(0);
        assert_eq!((exchange.method, exchange.path.as_str()), ("GET", "/certificates"));
        assert_eq!(exchange.query, "certificate_status=draft&limit=7");
        assert_eq!((exchange.key, exchange.status), (Some(auth), 200));
        // Not as it was read: the service's own spelling.
        assert!(String::from_utf8_lossy(&exchange.answer).contains("acmeUsageLevel"));
        assert_no_key(&sandbox, &exchange);
    }
}

#[test]
fn refusals_repeats_and_ops_are_recorded_too() {
    let sandbox = sandbox();
    let (all, take) = recorder();
    let client = client(&sandbox).recording_to(take);
    fault(&sandbox, "list_certificates", 1, When::Before, Reply::page(503));
    client.start_call("list_certificates", "{}").and_then(|op| op.finish()).expect("a page");
    let error = client.call("get_certificate", r#"{"id": "ffff"}"#).expect_err("it is not there");
    assert_eq!(error.kind(), Kind::Api);
    let order = json!({"domains": ["example.com"], "csr": csr()}).to_string();
    client.call("create_certificate", &order).expect("an order");
    let all = all.lock().expect("a lock");
    let seen: Vec<_> = all.iter().map(|exchange| (exchange.method, exchange.status)).collect();
    assert_eq!(seen, [("GET", 503), ("GET", 200), ("GET", 200), ("POST", 200)]);
    assert!(String::from_utf8_lossy(&all[2].answer).contains("2803"));
    let body: serde_json::Value = serde_json::from_slice(&all[3].body).expect("JSON");
    assert_eq!(body["certificate_domains"], "example.com");
    all.iter().for_each(|exchange| assert_no_key(&sandbox, exchange));
}
