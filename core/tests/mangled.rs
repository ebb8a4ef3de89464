//! Documented answers with changes, at any depth: fields removed, with another type, null, empty, nested. The result is
//! always a value or an error, never a panic, and a value has every documented field.

mod support;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};
use support::{client, fault, json as parse, sandbox};
use zerossl::{Client, Kind, OPERATIONS};
use zerossl_sandbox::{Reply, Sandbox, When};

fn certificate() -> Value {
    json!({
        "id": "0123456789abcdef0123456789abcdef", "type": "1", "common_name": "a.example.com",
        "additional_domains": "b.example.com,c.example.com", "created": "2025-11-11 20:10:46",
        "expires": "2026-02-09 23:59:59", "status": "draft", "validation_type": null, "validation_emails": null,
        "replacement_for": "", "fingerprint_sha1": null, "brand_validation": null,
        "validation": {
            "email_validation": {"a.example.com": ["admin@a.example.com", "webmaster@example.com"]},
            "other_methods": {"a.example.com": {
                "file_validation_url_http": "http://a.example.com/.well-known/pki-validation/0123.txt",
                "file_validation_content": ["AA", "comodoca.com", "0123456789abcde"],
                "cname_validation_p1": "_0123.a.example.com", "cname_validation_p2": "01.23.comodoca.com"}}},
        "signature_algorithm_properties": null, "new_field": {"a": [1]}
    })
}

/// Operations with an answer that was seen or is documented.
fn documented() -> Vec<(&'static str, &'static str, Value)> {
    let id = r#"{"id": "x"}"#;
    vec![
        ("get_certificate", id, certificate()),
        (
            "list_certificates",
            "{}",
            json!({"total_count": 1, "result_count": 1, "page": "1", "limit": 100, "acmeUsageLevel": "LOW",
                   "acmeLocked": false, "results": [certificate(), certificate()]}),
        ),
        (
            "verify_domains",
            r#"{"id": "x", "validation_method": "HTTP_CSR_HASH"}"#,
            json!({"success": false, "error": {"code": 0, "type": "domain_control_validation_failed", "details": {
                "example.com": {"http://example.com/x.txt": {"file_found": 0, "error": true,
                    "error_slug": "wrong_file_content", "error_info": "text"}},
                "www.example.com": {"validation_successful": true}}}}),
        ),
        (
            "verification_status",
            id,
            json!({"validation_completed": 0, "details": {"example.com": {"method": "a@example.com", "status": "Email Sent"}}}),
        ),
        ("cancel_certificate", id, json!({"success": 1})),
        ("validate_csr", "", json!({"valid": true, "error": null, "csrResponse": ["2048", "sigalg=x"]})),
        ("generate_eab_credentials", "{}", json!({"success": true, "eab_kid": "kid", "eab_hmac_key": "key"})),
        (
            "get_ca_certificate",
            id,
            json!({"id": 1, "hash_sha1": "aa", "certificate_intermediate": "PEM", "bundle_full": "PEM",
                   "encryption_algorithm": "RSA", "created": "2024-01-15 08:00:00", "updated": "2024-01-15 08:00:00"}),
        ),
        (
            "download_certificate",
            id,
            json!({"certificate.crt": "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
                   "ca_bundle.crt": "-----BEGIN CERTIFICATE-----\nMAIFAA==\n-----END CERTIFICATE-----\n"}),
        ),
    ]
}

/// What may replace a value.
fn junk() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        2 => Just(None),
        1 => Just(Some(Value::Null)),
        1 => Just(Some(json!([]))),
        1 => Just(Some(json!({}))),
        1 => Just(Some(json!(""))),
        1 => any::<bool>().prop_map(|flag| Some(json!(flag))),
        1 => any::<i64>().prop_map(|number| Some(json!(number))),
        1 => any::<f64>().prop_map(|number| Some(json!(number))),
        1 => "\\PC{0,12}".prop_map(|text| Some(json!(text))),
        1 => Just(Some(json!([[1, {"a": null}], "x", null]))),
        1 => Just(Some(json!({"0": "x", "2": {"deep": [[[]]]}}))),
        1 => "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](Z|[+-][0-2][0-9]:[0-5][0-9])?"
            .prop_map(|time| Some(json!(time))),
    ]
}

/// Where the members and entries of the whole tree are, as JSON pointers.
fn places(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Array(list) => {
            list.iter().enumerate().map(|(index, entry)| (index.to_string(), entry)).collect()
        }
        Value::Object(map) => {
            map.iter().map(|(name, member)| (name.replace('~', "~0").replace('/', "~1"), member)).collect()
        }
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for (name, child) in children {
        let inside = places(child);
        found.extend(inside.iter().map(|rest| format!("/{name}{rest}")));
        found.push(format!("/{name}"));
    }
    found
}

/// Replaces what is at one of the places, or takes it away if there is nothing to replace it with, or if that changes
/// nothing.
fn change(body: &mut Value, documented: &Value, place: Index, junk: Option<&Value>) {
    let places = places(body);
    // Nothing is left after some changes.
    let Some(at) = (!places.is_empty()).then(|| place.get(&places)) else { return };
    if let Some(junk) = junk {
        let before = std::mem::replace(body.pointer_mut(at).expect("it is there"), junk.clone());
        // It may undo an earlier change.
        if before != *junk && body != documented {
            return;
        }
    }
    let (above, name) = at.rsplit_once('/').expect("a pointer");
    match body.pointer_mut(above).expect("it is there") {
        Value::Array(list) => drop(list.remove(name.parse().expect("an index"))),
        Value::Object(map) => drop(map.remove(&name.replace("~1", "/").replace("~0", "~"))),
        other => panic!("nothing is inside of {other}"),
    }
}

fn parameters(client: &Client, operation: &str, given: &str) -> String {
    match operation {
        "validate_csr" => {
            let csr = parse(&client.call("generate_csr", r#"{"domains": ["example.com"]}"#).expect("a CSR"));
            json!({"csr": csr["csr"]}).to_string()
        }
        _ => given.to_owned(),
    }
}

fn check(
    sandbox: &Sandbox,
    client: &Client,
    operation: &str,
    given: &str,
    body: &Value,
) -> Result<(), TestCaseError> {
    fault(sandbox, operation, 1, When::Before, Reply::json(200, body.clone()));
    match client.call(operation, given) {
        Ok(answer) => {
            typed(operation, &answer);
            let answer: Map<String, Value> = serde_json::from_str(&answer).expect("answers are JSON objects");
            let operation =
                OPERATIONS.iter().find(|known| known.name == operation).expect("it is in the table");
            for field in operation.answer.fields {
                prop_assert!(answer.contains_key(field.name), "{} is missing: {answer:?}", field.name);
            }
        }
        Err(error) => prop_assert_ne!(error.kind(), Kind::Internal, "{} from {}", error, body),
    }
    Ok(())
}

/// The Rust types are plain derives: everything that the reader accepts fits them.
fn typed(operation: &str, answer: &str) {
    let fits = match operation {
        "get_certificate" | "verify_domains" => {
            serde_json::from_str::<zerossl::Certificate>(answer).map(drop)
        }
        "list_certificates" => serde_json::from_str::<zerossl::CertificateList>(answer).map(drop),
        "verification_status" => serde_json::from_str::<zerossl::ValidationProgress>(answer).map(drop),
        "cancel_certificate" => serde_json::from_str::<zerossl::Success>(answer).map(drop),
        "validate_csr" => serde_json::from_str::<zerossl::CsrCheck>(answer).map(drop),
        "generate_eab_credentials" => serde_json::from_str::<zerossl::EabCredentials>(answer).map(drop),
        "get_ca_certificate" => serde_json::from_str::<zerossl::CaCertificate>(answer).map(drop),
        "download_certificate" => serde_json::from_str::<zerossl::Download>(answer).map(drop),
        other => panic!("no type for {other}"),
    };
    fits.unwrap_or_else(|error| panic!("{operation}: {error} in {answer}"));
}

fn answers(client: &Client) -> Vec<(&'static str, String, Value)> {
    let answers = documented().into_iter();
    answers.map(|(operation, given, body)| (operation, parameters(client, operation, given), body)).collect()
}

#[test]
fn a_value_or_an_error_and_never_a_panic() {
    let sandbox = sandbox();
    let client = support::settings(&sandbox).max_retries(0).build().expect("settings");
    let answers = answers(&client);
    let changes = proptest::collection::vec((any::<Index>(), junk()), 1..5);
    let strategy = (0..answers.len(), changes);
    proptest!(ProptestConfig::with_cases(1500), |((index, changes) in strategy)| {
        let (operation, given, documented) = &answers[index];
        let mut body = documented.clone();
        for (place, junk) in &changes {
            change(&mut body, documented, *place, junk.as_ref());
        }
        prop_assert_ne!(&body, documented, "{} was not changed", operation);
        check(&sandbox, &client, operation, given, &body)?;
    });
}

#[test]
fn bytes_that_are_no_json_are_a_response_error() {
    let sandbox = sandbox();
    let client = support::settings(&sandbox).max_retries(0).build().expect("settings");
    let answers = answers(&client);
    let cases = u32::try_from(300_usize.div_ceil(answers.len())).expect("a few");
    for (operation, given, documented) in answers {
        let whole = documented.to_string();
        proptest!(ProptestConfig::with_cases(cases), |(cut in 0..whole.len(), flip in any::<u8>())| {
            let mut bytes = whole.as_bytes()[..cut].to_vec();
            bytes.push(flip);
            // The last brace, or `{}`.
            if serde_json::from_slice::<Map<String, Value>>(&bytes).is_ok() {
                bytes.pop();
            }
            let reply = Reply::new(200, zerossl_sandbox::Body::Bytes(bytes));
            fault(&sandbox, operation, 1, When::Before, reply);
            let error = client.call(operation, &*given).expect_err("it is cut off");
            prop_assert_eq!(error.kind(), Kind::Response, "{}", error);
        });
    }
}

/// `serde_json` never writes these itself, but servers may send them.
#[test]
fn unknown_fields_that_strict_readers_refuse_do_not_spoil_the_rest() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for odd in [deep.as_str(), "1e999", r#""\ud83d""#] {
        let body = format!(
            r#"{{"id":"x","new":{odd},"other":1,"other":2,"validation":{{"email_validation":[],"more":{odd}}}}}"#
        );
        fault(&sandbox, "get_certificate", 2, When::Before, Reply::text(200, body));
        let certificate = client.send(&zerossl::GetCertificate::new("x")).expect("a certificate");
        assert_eq!(Value::Object(certificate.extra), json!({"other": 1}));
        let answer = client.call("get_certificate", r#"{"id": "x"}"#).expect("a certificate");
        assert_eq!(answer.matches("\"other\"").count(), 1, "{answer}");
    }
}

#[test]
fn members_are_in_the_order_of_the_table_and_the_first_value_counts() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let body = r#"{"z":1,"results":[],"isAcmeLocked":null,"limit":5,"acmeLocked":true,"page":"2","total_count":"7","a":2}"#;
    fault(&sandbox, "list_certificates", 1, When::Before, Reply::text(200, body));
    assert_eq!(
        client.call("list_certificates", "{}").expect("a list"),
        r#"{"total_count":7,"result_count":null,"page":2,"limit":5,"acme_usage_level":null,"acme_locked":true,"results":[],"z":1,"a":2}"#
    );
}

#[test]
fn an_envelope_that_is_nested_too_deeply_is_still_one() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let csr =
        parse(&client.call("generate_csr", r#"{"domains": ["example.com"]}"#).expect("a CSR"))["csr"].clone();
    fault(
        &sandbox,
        "validate_csr",
        1,
        When::Before,
        Reply::text(200, format!(r#"{{"valid":false,"error":{deep}}}"#)),
    );
    let answer = client.call("validate_csr", &json!({"csr": csr}).to_string()).expect("a verdict");
    assert_eq!(parse(&answer), json!({"valid": false, "error": null, "csr_response": []}));
    let refusal = format!(r#"{{"error":{{"code":1,"details":{deep}}}}}"#);
    fault(&sandbox, "get_certificate", 1, When::Before, Reply::text(200, refusal));
    assert_eq!(client.call("get_certificate", r#"{"id": "x"}"#).expect_err("refused").kind(), Kind::Api);
}

#[test]
fn a_list_of_next_to_nothing_does_not_fill_the_memory() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let members = |value: &str| {
        let members: Vec<String> = (0..400_000).map(|name| format!(r#""{name}":{value},"#)).collect();
        members.concat()
    };
    for (operation, given, body) in [
        (
            "list_certificates",
            "{}",
            format!(r#"{{"results":[{}{{"id":1}}]}}"#, r#"{"id":1},"#.repeat(400_000)),
        ),
        ("list_certificates", "{}", format!(r#"{{"results":{{{}"z":{{"id":1}}}}}}"#, members(r#"{"id":1}"#))),
        (
            "get_certificate",
            r#"{"id": "x"}"#,
            format!(r#"{{"id":1,"validation":{{"other_methods":{{{}"z":0}}}}}}"#, members("0")),
        ),
    ] {
        fault(&sandbox, operation, 1, When::Before, Reply::text(200, body));
        let error = client.call(operation, given).map(drop).expect_err("too little in too much");
        assert_eq!(error.kind(), Kind::Response);
        assert!(error.message().contains("too little in them"), "{error}");
    }
}

/// A short number may mean three hundred digits.
#[test]
fn numbers_in_the_place_of_texts_are_as_long_as_in_json() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    for number in [1e300, -1e300, 5e-324, 0.1, 1.0, -2.5, 123_456_789.125] {
        let text = json!(number).to_string();
        let body = format!(
            r#"{{"id":{number:e},"created":{number:e},"additional_domains":{number:e},
                "validation":{{"other_methods":{{"a":{{"file_validation_content":[{number:e},{number:e}]}}}}}}}}"#
        );
        fault(&sandbox, "get_certificate", 1, When::Before, Reply::text(200, body));
        let answer = parse(&client.call("get_certificate", r#"{"id": "x"}"#).expect("a certificate"));
        assert_eq!(answer["id"], text);
        assert_eq!(answer["created"], text);
        assert_eq!(answer["additional_domains"], json!([text]));
        let content = &answer["validation"]["other_methods"]["a"]["file_validation_content"];
        assert_eq!(content, &json!([text, text]));
    }
}

#[test]
fn very_many_unknown_fields_take_no_time() {
    let sandbox = sandbox();
    let unknown: Vec<String> = (0..200_000).map(|number| format!(r#""n{number}":0,"n{number}":1"#)).collect();
    let body = format!(r#"{{"id":"x",{}}}"#, unknown.join(","));
    fault(&sandbox, "get_certificate", 1, When::Before, Reply::text(200, body));
    let client = client(&sandbox);
    let begin = std::time::Instant::now();
    let certificate = client.send(&zerossl::GetCertificate::new("x")).expect("a certificate");
    assert!(begin.elapsed() < std::time::Duration::from_secs(20));
    assert_eq!(certificate.extra.len(), 200_000);
    assert!(certificate.extra.values().all(|value| *value == 0), "the first one stands");
}

#[test]
fn nesting_without_end_is_a_response_error() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    for body in ["[".repeat(100_000), r#"{"a":"#.repeat(100_000)] {
        fault(&sandbox, "get_certificate", 1, When::Before, Reply::text(200, body));
        assert_eq!(
            client.call("get_certificate", r#"{"id": "x"}"#).expect_err("no end").kind(),
            Kind::Response
        );
    }
}
