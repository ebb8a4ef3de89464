//! A create whose answer is lost: it is never sent twice, and the error says what may have happened.

mod support;

use std::time::Duration;

use support::{client, count, fault, sandbox, settings};
use zerossl::{Certificate, Client, CreateCertificate, Error, GenerateCsr, Kind};
use zerossl_sandbox::{Reply, Sandbox, When, WireFault};

fn create(client: &Client) -> Result<Certificate, Error> {
    let csr = client.send(&GenerateCsr::new(["example.com"])).expect("a CSR").csr;
    client.send(&CreateCertificate::new(["example.com"], csr))
}

fn lost_in(sandbox: &Sandbox, when: When, reply: Reply) -> Error {
    fault(sandbox, "create_certificate", 9, when, reply);
    let client = settings(sandbox).timeout(Duration::from_secs(4)).build().expect("settings");
    let error = create(&client).expect_err("the answer is lost");
    assert_eq!(count(sandbox, "create_certificate"), 1, "it is sent once: {error}");
    error
}

fn ways_to_lose_an_answer() -> Vec<Reply> {
    vec![
        Reply::broken(WireFault::Reset),
        Reply::broken(WireFault::Truncate),
        Reply::broken(WireFault::Hang),
        Reply::text(500, "<html>500</html>"),
        Reply::text(200, "<html>a page</html>"),
        Reply::text(200, ""),
        Reply::text(200, r#"{"status":"draft"}"#),
        Reply::text(200, r#"{"success":false,"error":{"code":111,"type":"internal_server_error"}}"#),
        Reply::text(200, r#"{"success":false,"error":{"code":2821}}"#),
    ]
}

#[test]
fn an_order_that_was_made_is_the_candidate() {
    for reply in ways_to_lose_an_answer() {
        let sandbox = sandbox();
        let error = lost_in(&sandbox, When::After, reply);
        assert_eq!(error.kind(), Kind::Ambiguous, "{error}");
        let ids: Vec<_> = error.candidates().iter().map(|candidate| candidate["id"].clone()).collect();
        assert_eq!(ids, [sandbox.certificates()[0].id.as_str()], "{error}");
        assert!(!error.is_retryable() && error.message().contains("list_certificates"), "{error}");
    }
}

#[test]
fn without_an_order_there_is_no_candidate() {
    for reply in ways_to_lose_an_answer() {
        let sandbox = sandbox();
        let error = lost_in(&sandbox, When::Before, reply);
        assert_eq!((error.kind(), error.candidates().len()), (Kind::Ambiguous, 0), "{error}");
    }
}

#[test]
fn other_orders_are_no_candidates() {
    let sandbox = sandbox();
    sandbox.set_quota(9);
    let client = client(&sandbox);
    create(&client).expect("an older order of the same name");
    let cancelled = create(&client).expect("an order").id;
    client.send(&zerossl::CancelCertificate::new(cancelled)).expect("cancelled");
    sandbox.advance(Duration::from_secs(3600));
    let csr = client.send(&GenerateCsr::new(["sub.example.com"])).expect("a CSR").csr;
    client.send(&CreateCertificate::new(["sub.example.com"], csr)).expect("an order of another name");
    let error = {
        fault(&sandbox, "create_certificate", 1, When::Before, Reply::broken(WireFault::Reset));
        create(&client).expect_err("the answer is lost")
    };
    assert_eq!((error.kind(), error.candidates().len()), (Kind::Ambiguous, 0), "{error}");
}

#[test]
fn a_failed_search_is_in_the_error() {
    let sandbox = sandbox();
    fault(&sandbox, "list_certificates", 99, When::Before, Reply::text(403, "<html>403</html>"));
    let error = lost_in(&sandbox, When::After, Reply::broken(WireFault::Reset));
    assert_eq!(error.kind(), Kind::Ambiguous);
    assert!(error.message().contains("could not be searched"), "{error}");
}

#[test]
fn what_surely_was_not_carried_out_is_sent_again() {
    let sandbox = sandbox();
    let busy = Reply::text(429, "<html>429</html>").with_header("Retry-After", "0");
    fault(&sandbox, "create_certificate", 2, When::Before, busy);
    create(&client(&sandbox)).expect("the third time");
    assert_eq!((count(&sandbox, "create_certificate"), sandbox.certificates().len()), (3, 1));
}

#[test]
fn an_error_in_json_is_final() {
    let sandbox = sandbox();
    sandbox.set_quota(0);
    let error = create(&client(&sandbox)).expect_err("no place");
    assert_eq!((error.kind(), error.api_type()), (Kind::Api, Some("certificate_limit_reached")));
    assert_eq!((count(&sandbox, "create_certificate"), count(&sandbox, "list_certificates")), (1, 0));
}

#[test]
fn nobody_there_is_no_lost_order() {
    let client =
        Client::builder().access_key("k").base_url(format!("http://127.0.0.1:{}", support::closed_port()));
    let client = client.max_retries(1).build().expect("settings");
    assert_eq!(create(&client).expect_err("nobody is there").kind(), Kind::Network);
}
