//! Reads an answer in one pass: from the service's bytes to stable JSON.
//!
//! All tolerance is here. A [`Shape`] controls the pass: each documented field is converted to its kind and is always
//! present, in the table's order. Unknown fields follow unchanged. The service's forms of "none" (null, `""`, `[]` for
//! an empty map, a missing field) become the one "none" of the field's kind. Each entry of a list of objects is on its
//! own line, and there are no other line breaks: pages can be split without parsing them.
//!
//! The body alone decides between success and failure (ZeroSSL REST API, Errors): a false-like `success`, or an `error`
//! with content. The HTTP status, `code != 0` and a missing `success` do not decide.

mod envelope;
mod object;
mod pem;
mod scanner;
mod strict;
mod value;
mod write;

use memchr::memmem;

use crate::refusal::{RATE_LIMIT, Refusal};
use crate::shape::{Field, Shape};
use envelope::Envelope;
use scanner::{Scanner, Stop};
pub(crate) use strict::is_readable;

/// Absent fields are written too, so an answer may grow: by this factor, plus a constant for small answers. Real
/// answers shrink. A list of nearly empty objects must not fill the memory.
const MAX_GROWTH: usize = 8;
const EXTRA_LEN: usize = 1 << 20;

/// The meaning of a body.
#[derive(Debug, PartialEq)]
pub(crate) enum Reading {
    /// The answer, as stable JSON.
    Answer(String),
    /// The service refused.
    Refused(Refusal),
    /// JSON, but neither an answer nor an error. The text says what is missing.
    Incomplete(String),
    /// Not a JSON object.
    Unreadable,
    /// There is no memory for the answer.
    NoMemory,
}

/// Reads a body, and writes the answer.
struct Reader<'de> {
    scan: Scanner<'de>,
    out: String,
    /// A buffer to reorder an object whose fields came in another order.
    spare: String,
    /// The maximum length of the output.
    max_len: usize,
}

/// Reads the body of an answer that should have this shape.
pub(crate) fn read(shape: &'static Shape, body: &[u8]) -> Reading {
    let Some(body) = text(body) else { return Reading::Unreadable };
    // Usually less is added (absent fields, quotes) than removed (white space, escapes).
    // With an eighth more, glibc keeps the memory of a large body and its answer for the next ones; with less it returns it
    // to the system each time, and a page of 1,000 takes twice the CPU time.
    let mut out = String::new();
    if out.try_reserve_exact(body.len() + body.len() / 8 + 32).is_err() {
        return Reading::NoMemory;
    }
    let max_len = body.len().saturating_mul(MAX_GROWTH).saturating_add(EXTRA_LEN);
    let mut reader = Reader { scan: Scanner::new(body), out, spare: String::new(), max_len };
    let mut envelope = Envelope::default();
    let outcome = reader.object(shape, Some(&mut envelope)).and_then(|read| reader.scan.end().map(|()| read));
    match outcome {
        Err(Stop::Incomplete(why)) => Reading::Incomplete(why),
        Err(Stop::Syntax) => Reading::Unreadable,
        Ok(read) => match envelope.refusal() {
            Some(refusal) => Reading::Refused(refusal),
            None => match read.missing {
                Some(field) => Reading::Incomplete(missing(field)),
                None if read.is_object => Reading::Answer(reader.out),
                None => Reading::Unreadable,
            },
        },
    }
}

/// The body's error, if it has one, whatever answer was expected.
pub(crate) fn refusal(body: &[u8]) -> Option<Refusal> {
    static NOTHING: Shape = Shape::new("nothing", "", &[]);
    match read(&NOTHING, body) {
        Reading::Refused(refusal) => Some(refusal),
        _ => None,
    }
}

/// Whether the service says that there were too many requests.
pub(crate) fn is_rate_limit(body: &[u8]) -> bool {
    /// Refusals are short. Large answers are not searched.
    const MAX_SHOWN_LEN: usize = 64 << 10;
    let holds = |word: &str| memmem::find(body, word.as_bytes()).is_some();
    body.len() <= MAX_SHOWN_LEN
        && (holds(RATE_LIMIT) || holds(&RATE_LIMIT.to_ascii_uppercase()))
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
