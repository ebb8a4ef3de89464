//! The library itself, strings, and a little JSON.

use std::ffi::{CString, c_char};
use std::ptr;

use once_cell::race::OnceBox;
use zerossl::{Entries, Error};

use crate::error::zerossl_error;
use crate::guard::{guard, guard_with};
use crate::{argument, document, json, pointer, string};

/// The header's `ZEROSSL_ABI_VERSION`.
const ABI_VERSION: i32 = 0;

/// The version of the library that is loaded, such as "0.1.0"; ZEROSSL_VERSION is the header's.
///
/// Borrowed, for ever. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn zerossl_version() -> *const c_char {
    guard(ptr::null(), || concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast())
}

/// The ABI that the loaded library has. It goes up when functions are added; a program needs at
/// least the ZEROSSL_ABI_VERSION that it was compiled with.
///
/// Any thread; does not block.
#[unsafe(no_mangle)]
pub extern "C" fn zerossl_abi_version() -> i32 {
    guard(ABI_VERSION, || ABI_VERSION)
}

/// The whole library as one JSON object, for tools that generate code or check parameters: `version`,
/// `settings` (of zerossl_client_new), `operations` (each with JSON Schemas of its `parameters` and its
/// `answer`), `errors`, and `api_errors`, the service's own.
///
/// Borrowed, for ever; NULL only if memory ran out. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn zerossl_describe() -> *const c_char {
    // Two threads may both create it. No lock: a child of fork must not wait for a thread that does not exist
    // there.
    static TEXT: OnceBox<CString> = OnceBox::new();
    guard(ptr::null(), || {
        let make = || Box::new(CString::new(zerossl::describe().to_string()).unwrap_or_default());
        TEXT.get_or_init(make).as_ptr()
    })
}

/// Wipes and frees a string that a function of this library returned as `char *`.
///
/// NULL is fine. Any thread; does not block. Only for strings of this library: their length is read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_string_free(s: *mut c_char) {
    // SAFETY: by the header, it is NULL or not freed yet, and nothing else uses it.
    guard((), || unsafe { string::free(s) });
}

/// Reads one value out of a JSON text, so that no parser is needed.
///
/// `pointer` is a JSON Pointer (RFC 6901): "/results/0/common_name"; in a name, "~1" stands for a slash
/// and "~0" for a tilde. Text comes as text, without quotes and escapes; anything else as the JSON it
/// is: `true`, `12`, `null`, `[...]`, `{...}`.
///
/// Returns a string for zerossl_string_free; NULL if there is no such value, if either text is NULL, not
/// UTF-8 or not JSON, or if the value is a text with a NUL inside. Any thread; does not block. It goes
/// through the whole text: to read more than a few values, take a document (zerossl_doc_parse).
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_json_get(json: *const c_char, pointer: *const c_char) -> *mut c_char {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (json, pointer) = unsafe { (pointer::text(json), pointer::text(pointer)) };
    guard(ptr::null_mut(), || {
        let texts = (argument::text(json, "json"), argument::text(pointer, "pointer"));
        let (Ok(Some(json)), Ok(Some(pointer))) = texts else { return ptr::null_mut() };
        let found = json::get(json, pointer);
        found.and_then(|found| string::copy(found.as_str()).ok()).unwrap_or(ptr::null_mut())
    })
}

/// The answer of zerossl_list_entries as metrics, in the text format of Prometheus; docs/monitoring.md lists them.
///
/// Returns a string for zerossl_string_free; NULL on failure, with `*error` (ZEROSSL_E_INVALID_ARGUMENT if it is no such
/// answer). Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_prometheus(
    entries_json: *const c_char,
    error: *mut *mut zerossl_error,
) -> *mut c_char {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (entries_json, error) = unsafe { (pointer::text(entries_json), pointer::place(error)) };
    guard_with(error, || {
        let entries = argument::required_text(entries_json, "entries_json")?;
        let entries: Entries =
            serde_json::from_str(entries).map_err(|error| Error::invalid("entries_json", error))?;
        string::hand_out(entries.to_prometheus())
    })
}

/// A text as a JSON string, quotes included, to be put into configuration or parameters.
///
/// Returns a string for zerossl_string_free; NULL if the text is NULL or not UTF-8. Any thread; does not
/// block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_json_quote(text: *const c_char) -> *mut c_char {
    // SAFETY: by the header, it is NULL or valid during the call.
    let text = unsafe { pointer::text(text) };
    guard(ptr::null_mut(), || {
        let text = argument::text(text, "text").ok().flatten();
        text.and_then(|text| string::hand_out(document::quoted(text)).ok()).unwrap_or(ptr::null_mut())
    })
}
