//! What is sent again, when, and how often, counted by the server.

mod support;

use std::io::Write;
use std::time::{Duration, SystemTime};

use support::{client, count, fault, sandbox, settings, timed};
use zerossl::{Client, Kind, ListCertificates};
use zerossl_sandbox::{Reply, When, WireFault};

fn unavailable() -> Reply {
    Reply::text(503, "<html>no</html>").with_header("Retry-After", "0")
}

#[test]
fn harmless_operations_are_sent_again_after_5xx_and_lost_connections() {
    let sandbox = sandbox();
    fault(&sandbox, "list_certificates", 2, When::Before, unavailable());
    client(&sandbox).send(&ListCertificates::default()).expect("the third time");
    assert_eq!(count(&sandbox, "list_certificates"), 3);

    fault(&sandbox, "list_certificates", 1, When::Before, Reply::broken(WireFault::Reset));
    client(&sandbox).send(&ListCertificates::default()).expect("the second time");
    assert_eq!(count(&sandbox, "list_certificates"), 5);
}

#[test]
fn retries_have_an_end() {
    let sandbox = sandbox();
    fault(&sandbox, "list_certificates", 99, When::Before, unavailable());
    for retries in [0, 1, 3] {
        let before = count(&sandbox, "list_certificates");
        let client = settings(&sandbox).max_retries(retries).build().expect("settings");
        let error = client.send(&ListCertificates::default()).expect_err("it never works");
        assert_eq!((error.kind(), error.http_status()), (Kind::Response, Some(503)));
        assert!(error.is_retryable());
        assert_eq!(count(&sandbox, "list_certificates") - before, retries as usize + 1);
    }
}

/// Neither we nor the HTTP crate send these twice.
#[test]
fn what_sends_mail_or_orders_is_sent_once() {
    for (operation, parameters) in [
        ("resend_verification", r#"{"id": "x"}"#),
        (
            "verify_domains",
            r#"{"id": "x", "validation_method": "EMAIL", "validation_email": ["admin@example.com"]}"#,
        ),
        ("generate_eab_credentials", "{}"),
    ] {
        for reply in [unavailable(), Reply::broken(WireFault::Reset), Reply::broken(WireFault::Truncate)] {
            let sandbox = sandbox();
            fault(&sandbox, operation, 9, When::Before, reply);
            let error = client(&sandbox).call(operation, parameters).expect_err("lost");
            assert_eq!(count(&sandbox, operation), 1, "{operation}: {error}");
        }
    }
}

#[test]
fn an_error_in_json_is_final() {
    let sandbox = sandbox();
    let error = client(&sandbox).call("get_certificate", r#"{"id": "x"}"#).expect_err("unknown");
    assert_eq!((error.kind(), error.api_code()), (Kind::Api, Some(2803)));
    assert_eq!(count(&sandbox, "get_certificate"), 1);
}

#[test]
fn too_many_requests_are_sent_again_whatever_they_are() {
    for (operation, parameters) in [("list_certificates", "{}"), ("resend_verification", r#"{"id": "x"}"#)] {
        let sandbox = sandbox();
        let busy = Reply::text(429, "<html>429</html>").with_header("Retry-After", "0");
        fault(&sandbox, operation, 2, When::Before, busy);
        let outcome = client(&sandbox).call(operation, parameters);
        assert!(outcome.as_ref().err().is_none_or(|error| error.kind() == Kind::Api), "{outcome:?}");
        assert_eq!(count(&sandbox, operation), 3);
    }
}

#[test]
fn retry_after_is_heeded_in_seconds_and_as_a_date() {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    for after in ["1", date.as_str()] {
        let sandbox = sandbox();
        fault(
            &sandbox,
            "list_certificates",
            1,
            When::Before,
            Reply::text(429, "").with_header("Retry-After", after),
        );
        let (outcome, took) = timed(|| client(&sandbox).send(&ListCertificates::default()));
        outcome.expect("the second time");
        assert!((Duration::from_millis(900)..Duration::from_secs(10)).contains(&took), "{after}: {took:?}");
    }
}

#[test]
fn a_retry_after_of_nothing_leaves_our_own_pauses() {
    let past = httpdate::fmt_http_date(SystemTime::now() - Duration::from_secs(7200));
    for (status, after) in [(429, "0"), (503, "0"), (429, past.as_str())] {
        let sandbox = sandbox();
        let busy = Reply::text(status, "").with_header("Retry-After", after);
        fault(&sandbox, "list_certificates", 2, When::Before, busy);
        let (outcome, took) = timed(|| client(&sandbox).send(&ListCertificates::default()));
        outcome.expect("the third time");
        // At least half of 0.5 and of 1 second.
        assert!((Duration::from_millis(740)..Duration::from_secs(10)).contains(&took), "{after}: {took:?}");
    }
}

#[test]
fn a_retry_after_beyond_the_deadline_fails_at_once() {
    let sandbox = sandbox();
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(7200));
    for after in ["3600", date.as_str()] {
        fault(
            &sandbox,
            "list_certificates",
            1,
            When::Before,
            Reply::text(429, "").with_header("Retry-After", after),
        );
        let (outcome, took) = timed(|| client(&sandbox).send(&ListCertificates::default()));
        let error = outcome.expect_err("it is too long");
        assert_eq!(error.kind(), Kind::RateLimited);
        assert!(error.retry_after().is_some_and(|pause| pause > Duration::from_secs(3000)), "{error:?}");
        assert!(took < support::SOON, "{took:?}");
    }
}

#[test]
fn pauses_stay_inside_the_one_deadline() {
    let sandbox = sandbox();
    fault(&sandbox, "list_certificates", 99, When::Before, Reply::text(502, "<html></html>"));
    let client =
        settings(&sandbox).max_retries(100).timeout(Duration::from_secs(2)).build().expect("settings");
    let (outcome, took) = timed(|| client.send(&ListCertificates::default()));
    // The error is the failure itself, not the time-out.
    assert_eq!(outcome.expect_err("it never works").http_status(), Some(502));
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert!((2..8).contains(&count(&sandbox, "list_certificates")));
}

/// A request that was not sent is sent again, even an order. A request that may have been read is only sent again if
/// that is harmless.
#[test]
fn what_was_never_sent_goes_out_again_for_every_operation() {
    let csr = support::csr();
    let create = serde_json::json!({"domains": ["example.com"], "csr": csr}).to_string();
    let operations = [
        ("create_certificate", create.as_str(), false),
        ("resend_verification", r#"{"id": "x"}"#, false),
        ("get_certificate", r#"{"id": "x"}"#, true),
    ];
    // A proxy that never opens a tunnel: the request itself is not sent.
    let (proxy, comes) = support::raw_server(|mut stream| {
        support::read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
    });
    let client = Client::builder().access_key("k").base_url("http://127.0.0.1:1").max_retries(1);
    let client = client.proxy(format!("http://{proxy}")).build().expect("settings");
    for (operation, parameters, _) in operations {
        let error = client.call(operation, parameters).expect_err("no way through");
        assert_eq!((error.kind(), comes.try_iter().count()), (Kind::Network, 2), "{operation}: {error}");
    }
    // A server that reads the request and closes.
    let (address, comes) = support::raw_server(|mut stream| drop(support::read_head(&mut stream)));
    let client = Client::builder().access_key("k").base_url(format!("http://{address}")).max_retries(1);
    let client = client.build().expect("settings");
    for (operation, parameters, harmless) in &operations[1..] {
        client.call(operation, parameters).expect_err("closed");
        assert_eq!(comes.try_iter().count(), if *harmless { 2 } else { 1 }, "{operation}");
    }
}

#[test]
fn an_absurd_retry_after_is_beyond_the_deadline() {
    let sandbox = sandbox();
    let absurd = Reply::text(429, "").with_header("Retry-After", u64::MAX.to_string());
    fault(&sandbox, "list_certificates", 1, When::Before, absurd);
    let error = client(&sandbox).send(&ListCertificates::default()).expect_err("too long");
    assert_eq!(error.kind(), Kind::RateLimited);
}

#[test]
fn an_unknown_failure_inside_the_service_is_not_called_harmless() {
    let sandbox = sandbox();
    let body = serde_json::json!({"success": false, "error": {"code": 9999, "type": "db_gone"}});
    fault(&sandbox, "create_certificate", 1, When::After, Reply::json(500, body.clone()));
    let create = serde_json::json!({"domains": ["example.com"], "csr": support::csr()});
    let error = client(&sandbox).call("create_certificate", &create.to_string()).expect_err("failed");
    assert_eq!((error.kind(), error.candidates().len(), error.is_retryable()), (Kind::Ambiguous, 1, false));

    fault(&sandbox, "resend_verification", 1, When::Before, Reply::json(500, body));
    let request = r#"{"method": "POST", "path": "/certificates/x/challenges/email"}"#;
    let error = client(&sandbox).call("request", request).expect_err("failed");
    assert!(error.kind() == Kind::Api && !error.is_retryable(), "{error}");
}
