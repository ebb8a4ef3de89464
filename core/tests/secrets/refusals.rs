//! Refusals whose texts stay readable, or hold secrets of the service itself.

use serde_json::json;
use zerossl_sandbox::{Body, Reply, When};

use crate::spellings::search_error;
use crate::support::fault;
use crate::{sandbox, settings};

/// Somebody tries a wrong key, and it is a word of our own message. What the service says of it is not shown.
#[test]
fn a_key_that_is_a_word_leaves_the_advice_readable() {
    let sandbox = sandbox();
    for key in ["wrong", "key", "access", "invalid"] {
        let body = format!(
            r#"{{"success": false, "error": {{"code": 101, "type": "invalid_access_key", "info": "[{key}]"}}}}"#
        );
        fault(&sandbox, "list_certificates", 1, When::Before, Reply::new(200, Body::Text(body)));
        let client = settings(&sandbox).access_key(key).build().expect("settings");
        let error = client.call("list_certificates", "{}").expect_err("refused");
        let advice = "refused with invalid_access_key (101): the access key is wrong; copy it from";
        assert!(error.message().contains(advice), "{error}");
        assert!(error.message().ends_with("(it says: [[secret]])"), "{error}");
        assert_eq!(error.api_type(), Some("invalid_access_key"));
    }
}

#[test]
fn secrets_of_the_service_stay_out_of_errors() {
    let sandbox = sandbox();
    let client = settings(&sandbox).build().expect("settings");
    let pem = "-----BEGIN PRIVATE KEY-----\nS3CR\n-----END PRIVATE KEY-----";
    for text in [r#"eab: {"eab_hmac_key":"S3CR","#.to_owned(), pem.to_owned()] {
        fault(&sandbox, "generate_eab_credentials", 1, When::Before, Reply::text(200, text));
        let error = client.call("generate_eab_credentials", "{}").expect_err("not JSON");
        search_error(&error, "an error");
    }
    let error = client.call("validate_csr", &json!({"csr": pem}).to_string()).expect_err("a private key");
    search_error(&error, "an error");
    assert!(error.message().contains("private key") && sandbox.requests().len() == 2, "{error}");
}
