//! Entrances for the fuzzers in `fuzz/`: what reads bytes from outside with code of ours. Only in their builds.

#![allow(missing_docs, clippy::missing_panics_doc, reason = "for fuzzers only")]

use std::time::SystemTime;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::obtain::fuzzing as of_obtain;
use crate::operations::OPERATIONS;
use crate::reading::{self, Reading};
use crate::{parameter, pem, signing_request, time, transport};

/// The answer of an operation. What is accepted was JSON, is an object with every documented field, and is read again as the
/// same.
pub fn answer(data: &[u8]) {
    let Some((operation, body)) = data.split_first() else { return };
    let operation = OPERATIONS[usize::from(*operation) % OPERATIONS.len()];
    match reading::read(operation.answer, body) {
        Reading::Answer(answer) => {
            let text = reading::text(body).expect("UTF-8");
            assert!(serde_json::from_str::<&RawValue>(text).is_ok(), "it is not JSON");
            let object: Map<String, Value> = serde_json::from_str(&answer).expect("an object");
            for field in operation.answer.fields {
                assert!(object.contains_key(field.name), "{} is missing: {answer}", field.name);
            }
            assert_eq!(
                reading::read(operation.answer, answer.as_bytes()),
                Reading::Answer(answer),
                "read again"
            );
        }
        Reading::Refused(refusal) => check(&refusal.into_error(200)),
        Reading::Incomplete(_) | Reading::Unreadable | Reading::NoMemory => {}
    }
    reading::is_rate_limit(body);
}

/// Any parameters of an operation that does not touch the disk; nothing is sent.
pub fn parameters(data: &[u8]) {
    let Some((operation, text)) = data.split_first() else { return };
    let operation = OPERATIONS[usize::from(*operation) % OPERATIONS.len()];
    let Ok(given) = serde_json::from_slice::<Map<String, Value>>(text) else { return };
    if let Err(error) = parameter::check(operation.parameters, given) {
        check(&error);
    }
}

/// PEM in any form: blocks, keys, requests, chains.
pub fn pem(text: &str) {
    for block in pem::blocks(text) {
        if let Ok(der) = block.der {
            let again = pem::encode(&block.label, &der);
            assert_eq!(
                pem::blocks(&again).first().and_then(|block| block.der.as_ref().ok()),
                Some(&der),
                "{again}"
            );
        }
    }
    if let Err(error) = signing_request::read_key(text, None) {
        check(&error);
    }
    of_obtain::pem(text);
}

pub fn times(text: &str) {
    if let Some(pause) = transport::retry_after_of(text, SystemTime::UNIX_EPOCH) {
        check(&Error::response(503, "later").with_retry_after(Some(pause)));
    }
    if let Some(made) = time::vendor_time_to_rfc3339(text) {
        assert_eq!(time::vendor_time_to_rfc3339(&made).as_deref(), Some(made.as_str()), "from {text:?}");
    }
    let _ = time::php_time_to_rfc3339(text, "UTC");
}

pub fn store(data: &[u8]) {
    of_obtain::store(data);
}

pub fn dns(data: &[u8]) {
    of_obtain::dns(data);
}

pub fn listener(data: &[u8]) {
    of_obtain::listener(data);
}

/// An error is one line, whatever the bytes were.
fn check(error: &Error) {
    assert!(!error.message().contains(char::is_control), "{error:?}");
}
