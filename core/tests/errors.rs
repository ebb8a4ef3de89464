//! The public side of errors: stable numbers, the JSON form, the known codes.

mod support;

use std::collections::BTreeSet;

use serde_json::json;
use support::{client, fault, json as json_of, sandbox};
use zerossl::{CODES, Kind};
use zerossl_sandbox::{Reply, When};

#[test]
fn numbers_and_words_are_for_ever() {
    let list: Vec<_> = Kind::ALL.iter().map(|kind| (kind.code(), kind.name())).collect();
    assert_eq!(
        list,
        [
            (-1, "invalid_argument"),
            (-2, "api"),
            (-3, "auth"),
            (-4, "rate_limited"),
            (-5, "network"),
            (-6, "tls"),
            (-7, "timeout"),
            (-8, "response"),
            (-9, "validation"),
            (-10, "cancelled"),
            (-11, "storage"),
            (-12, "forked"),
            (-13, "busy"),
            (-14, "ambiguous"),
            (-15, "not_ready"),
            (-16, "resource"),
            (-99, "internal"),
        ]
    );
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    let sandbox = sandbox();
    for (json, parameter) in [
        (r#"{"limit": 1, "limit": 1}"#, "limit"),
        (r#"{"search": {"a": 1, "b": {}, "\u0061": 2}}"#, "a"),
        (r#"{"limit": 1"#, "parameters"),
    ] {
        let error = client(&sandbox).call("list_certificates", json).expect_err(json);
        assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some(parameter)), "{json}");
    }
}

/// Servers refuse long request lines in their own ways: with a page, with 414, or by closing the connection.
#[test]
fn what_does_not_fit_into_a_url_is_refused_at_once() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let given = |name: &'static str, length: usize| {
        let text = format!("/{}", "x".repeat(length - 1));
        match name {
            "search" => ("list_certificates", json!({"search": text})),
            "path" => ("request", json!({"method": "GET", "path": text})),
            "query" => ("request", json!({"method": "GET", "path": "/certificates", "query": {text: 1}})),
            _ => ("request", json!({"method": "GET", "path": "/certificates", "query": {"search": text}})),
        }
    };
    for name in ["search", "path", "query", "query.search"] {
        let (operation, longest) = given(name, 8192);
        let sent = sandbox.requests().len();
        let outcome = client.call(operation, &longest.to_string());
        assert_ne!(outcome.err().map(|error| error.kind()), Some(Kind::InvalidArgument), "{name}");
        assert!(sandbox.requests().len() > sent, "{name}");
        let (_, too_long) = given(name, 8193);
        let sent = sandbox.requests().len();
        let error = client.call(operation, &too_long.to_string()).expect_err(name);
        assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some(name)), "{error}");
        assert_eq!(sandbox.requests().len(), sent, "{name}");
    }
}

#[test]
fn the_json_form_has_every_member() {
    let sandbox = sandbox();
    let error = client(&sandbox).call("get_certificate", r#"{"id": "x"}"#).expect_err("unknown");
    let members = json_of(&error.to_json());
    assert_eq!(members["code"], -2);
    assert_eq!(members["kind"], "api");
    assert_eq!(members["operation"], "get_certificate");
    assert_eq!(members["retryable"], false);
    assert_eq!(members["retry_after"], serde_json::Value::Null);
    assert_eq!(members["http_status"], 200);
    assert_eq!(members["api_code"], 2803);
    assert_eq!(members["api_type"], "certificate_not_found");
    assert_eq!(members["details"], serde_json::Value::Null);
    let message = members["message"].as_str().expect("text");
    assert!(message.starts_with("get_certificate: ") && !message.contains('\n'), "{message}");
    assert_eq!(error.to_string(), message);
}

#[test]
fn every_known_code_is_explained_by_its_type_first() {
    let sandbox = sandbox();
    let client = support::settings(&sandbox).max_retries(0).build().expect("settings");
    for known in CODES {
        // A wrong number with the correct type: the type counts. (Seen: 2834 with the type documented for 2833.)
        for code in [known.code, 4711] {
            let body = serde_json::json!({"success": false, "error": {"code": code, "type": known.api_type}});
            fault(&sandbox, "get_certificate", 1, When::Before, Reply::json(200, body));
            let error = client.call("get_certificate", r#"{"id": "x"}"#).expect_err("refused");
            assert_eq!((error.api_code(), error.api_type()), (Some(code), Some(known.api_type)));
            let same_type = CODES.iter().filter(|other| other.api_type == known.api_type);
            assert!(same_type.into_iter().any(|other| error.message().contains(other.meaning)), "{error}");
        }
    }
    let distinct: BTreeSet<_> = CODES.iter().map(|known| (known.code, known.api_type)).collect();
    assert_eq!(distinct.len(), CODES.len(), "each is there once");
}

#[test]
fn an_unknown_code_is_still_an_error_of_the_service() {
    let sandbox = sandbox();
    let body = serde_json::json!({"success": false, "error": {"code": 99999, "type": "brand_new", "info": "Ask\n us."}});
    fault(&sandbox, "get_certificate", 1, When::Before, Reply::json(422, body));
    let error = client(&sandbox).call("get_certificate", r#"{"id": "x"}"#).expect_err("refused");
    assert_eq!((error.kind(), error.http_status()), (Kind::Api, Some(422)));
    assert!(error.message().contains("brand_new (99999)") && error.message().contains("Ask us."), "{error}");
}

#[test]
fn the_schemas_name_every_operation_and_its_parameters() {
    let described = zerossl::describe();
    let operations = described["operations"].as_array().expect("a list");
    assert_eq!(operations.len(), zerossl::OPERATIONS.len());
    let create =
        operations.iter().find(|operation| operation["name"] == "create_certificate").expect("it is there");
    assert_eq!(create["parameters"]["required"], serde_json::json!(["domains", "csr"]));
    assert_eq!(create["parameters"]["additionalProperties"], false);
    assert_eq!(create["answer"]["properties"]["id"]["type"], "string");
}
