//! Reading once: one pass from the service's bytes to stable JSON.
//!
//! All tolerance lives here. The pass is driven by a [`Shape`]: each documented field is brought to its kind and is
//! always present, in the table's order; unknown fields follow as they came. What the service sends for "none" (null,
//! `""`, `[]` for an empty map, a field left out) becomes the one "none" of the field's kind. Each entry of a list of
//! objects stands on a line of its own, and there is no other line break: pages can be taken apart without being read.
//!
//! Success and failure are told apart by the body alone (ZeroSSL REST API, Errors): a false-like `success`, or an
//! `error` that says something. Neither the HTTP status nor `code != 0` nor a missing `success` tells.

mod envelope;
mod object;
mod pem;
mod strict;
mod value;
mod write;

use serde::de::DeserializeSeed;

use crate::refusal::{RATE_LIMIT, Refusal};
use crate::shape::{Field, Shape};
use envelope::Envelope;
use object::ObjectReader;
pub(crate) use strict::is_readable;

/// Absent fields are written out, so an answer may grow: by so much, and this for small ones. Real answers shrink; one
/// that is a list of next to nothing must not fill the memory.
const MAX_GROWTH: usize = 8;
const EXTRA_LEN: usize = 1 << 20;

/// What a body says.
#[derive(Debug, PartialEq)]
pub(crate) enum Reading {
    /// The answer, as stable JSON.
    Answer(String),
    /// The service said no.
    Refused(Refusal),
    /// JSON, but neither an answer nor an error; the text says what is missing.
    Incomplete(String),
    /// Not a JSON object.
    Unreadable,
}

/// Reads the body of an answer that should have this shape.
pub(crate) fn read(shape: &'static Shape, body: &[u8]) -> Reading {
    let Some(body) = text(body) else { return Reading::Unreadable };
    // What is added (absent fields, quotes) is mostly less than what goes (white space, escapes).
    let mut out = String::with_capacity(body.len() + body.len() / 8 + 256);
    let mut envelope = Envelope::default();
    let mut spare = String::new();
    let max_len = body.len().saturating_mul(MAX_GROWTH).saturating_add(EXTRA_LEN);
    let reader =
        ObjectReader { shape, out: &mut out, spare: &mut spare, max_len, envelope: Some(&mut envelope) };

    let mut json = serde_json::Deserializer::from_str(body);
    let outcome = reader.deserialize(&mut json).and_then(|object| json.end().map(|()| object));
    match outcome {
        Err(error) if error.is_data() => Reading::Incomplete(error.to_string()),
        Err(_) => Reading::Unreadable,
        Ok(object) => match envelope.refusal() {
            Some(refusal) => Reading::Refused(refusal),
            None => match object.missing {
                Some(field) => Reading::Incomplete(missing(field)),
                None if object.is_object => Reading::Answer(out),
                None => Reading::Unreadable,
            },
        },
    }
}

/// Whether the body is an error of the service, whatever answer was expected.
pub(crate) fn refusal(body: &[u8]) -> Option<Refusal> {
    static NOTHING: Shape = Shape::new("nothing", "", &[]);
    match read(&NOTHING, body) {
        Reading::Refused(refusal) => Some(refusal),
        _ => None,
    }
}

/// Whether the service says that it was asked too often.
pub(crate) fn is_rate_limit(body: &[u8]) -> bool {
    /// Refusals are short; large answers are not searched.
    const MAX_SHOWN_LEN: usize = 64 << 10;
    body.len() <= MAX_SHOWN_LEN
        && text(body)
            .is_some_and(|text| text.contains(RATE_LIMIT) || text.contains(&RATE_LIMIT.to_uppercase()))
        && refusal(body).is_some_and(|refusal| refusal.is_rate_limit())
}

fn missing(field: &Field) -> String {
    format!("the answer holds no `{}`", field.name)
}

/// The body as text, without the byte order mark that some gateways add.
pub(crate) fn text(body: &[u8]) -> Option<&str> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    std::str::from_utf8(body).ok()
}
