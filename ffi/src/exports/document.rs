//! Documents: JSON that is parsed once, read by borrowed nodes, and built by pointers.

use std::ffi::{c_char, c_uchar};
use std::ptr;

use super::node_types::ZEROSSL_NODE_ABSENT;
use crate::argument;
use crate::bytes;
use crate::client::{self, zerossl_client};
use crate::document::{Scalar, Text};
pub use crate::document::{zerossl_doc, zerossl_node};
use crate::error::zerossl_error;
use crate::guard::{guard, guard_with};
use crate::pointer::{self, exclusive, free, object, place, text, variable};

/// Makes a document that is an empty object, {}, to be filled with zerossl_doc_set_text and its kin.
///
/// Returns a document for zerossl_doc_free. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn zerossl_doc_new() -> *mut zerossl_doc {
    guard(ptr::null_mut(), || pointer::hand_out(zerossl_doc::empty()))
}

/// Parses a JSON text, once. Numbers keep all their digits; a key that is there twice is refused.
///
/// Returns a document for zerossl_doc_free; NULL on failure, with `*error` (ZEROSSL_E_INVALID_ARGUMENT, which says at
/// which byte). The text may be freed afterwards. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_doc_parse(
    text: *const c_char,
    error: *mut *mut zerossl_error,
) -> *mut zerossl_doc {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (text, error) = unsafe { (pointer::text(text), place(error)) };
    guard_with(error, || zerossl_doc::parse(text))
}

/// Wipes and frees a document, and with it all its nodes.
///
/// NULL is fine. Any thread, while nothing else uses it; does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_doc_free(doc: *mut zerossl_doc) {
    // SAFETY: by the header, it is NULL or not freed yet, and nothing else uses it.
    guard((), || unsafe { free(doc, |_| true) });
}

/// The document as JSON, without spaces.
///
/// Returns a string for zerossl_string_free; NULL for NULL, or if memory ran out. Any thread that does not change the document meanwhile; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_doc_json(doc: *const zerossl_doc) -> *mut c_char {
    // SAFETY: by the header, it is NULL or valid during the call.
    let doc = unsafe { object(doc) };
    guard(ptr::null_mut(), || zerossl_doc::json(doc).unwrap_or(ptr::null_mut()))
}

/// The value at a JSON Pointer (RFC 6901): "/results/0/common_name"; "" is the whole document. In a key, "~1" stands for
/// a slash and "~0" for a tilde.
///
/// Borrowed, until the document is changed or freed; NULL if there is no such value, or for NULL. Any thread that does
/// not change the document meanwhile; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_doc_at(
    doc: *const zerossl_doc,
    pointer: *const c_char,
) -> *const zerossl_node {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (doc, pointer) = unsafe { (object(doc), text(pointer)) };
    guard(ptr::null(), || {
        let pointer = argument::text(pointer, "pointer").ok().flatten();
        borrowed(doc.zip(pointer).and_then(|(doc, pointer)| doc.at(pointer)))
    })
}

/// What a value is: one of the ZEROSSL_NODE_ numbers; ZEROSSL_NODE_ABSENT for NULL.
///
/// Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_node_type(node: *const zerossl_node) -> i32 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let node = unsafe { object(node) };
    guard(ZEROSSL_NODE_ABSENT, || zerossl_node::kind(node))
}

/// The number of elements of an array, or of members of an object; -1 for anything else, and for NULL.
///
/// Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_node_count(node: *const zerossl_node) -> i64 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let node = unsafe { object(node) };
    guard(-1, || node.and_then(zerossl_node::count).and_then(|count| i64::try_from(count).ok()).unwrap_or(-1))
}

/// The element of an array at an index from 0, or the value of an object's member at this place.
///
/// Borrowed like its document's other nodes; NULL if there is none. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_node_item(node: *const zerossl_node, index: i64) -> *const zerossl_node {
    // SAFETY: by the header, it is NULL or valid during the call.
    let node = unsafe { object(node) };
    guard(ptr::null(), || borrowed(node.and_then(|node| node.item(index))))
}

/// The value of an object's member with this key.
///
/// Borrowed like its document's other nodes; NULL if there is none. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_node_member(
    node: *const zerossl_node,
    key: *const c_char,
) -> *const zerossl_node {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (node, key) = unsafe { (object(node), text(key)) };
    guard(ptr::null(), || borrowed(node.zip(key).and_then(|(node, key)| node.member(key.to_bytes()))))
}

/// The key of an object's member at this place, from 0.
///
/// Borrowed like its document's nodes; NULL if there is none. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_node_key(node: *const zerossl_node, index: i64) -> *const c_char {
    // SAFETY: by the header, it is NULL or valid during the call.
    let node = unsafe { object(node) };
    guard(ptr::null(), || node.and_then(|node| node.key(index)).map_or(ptr::null(), Text::as_ptr))
}

/// A text, without quotes and escapes, and with a NUL at its end.
///
/// `*length` is its length in bytes, 0 if there is none; `length` may be NULL. It tells whether there is a NUL inside.
///
/// Borrowed like its document's nodes; NULL if the value is no text. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_node_text(node: *const zerossl_node, length: *mut usize) -> *const c_char {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (node, length) = unsafe { (object(node), variable(length)) };
    guard(ptr::null(), || {
        let text = node.and_then(zerossl_node::text);
        pointer::set(length, text.map_or(0, |text| text.bytes().len()));
        text.map_or(ptr::null(), Text::as_ptr)
    })
}

/// A whole number, or `otherwise` if the value is none, has a fraction, or does not fit.
///
/// Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_node_int(node: *const zerossl_node, otherwise: i64) -> i64 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let node = unsafe { object(node) };
    guard(otherwise, || node.and_then(zerossl_node::int).unwrap_or(otherwise))
}

/// A number, or `otherwise` if the value is none.
///
/// Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_node_number(node: *const zerossl_node, otherwise: f64) -> f64 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let node = unsafe { object(node) };
    guard(otherwise, || node.and_then(zerossl_node::number).unwrap_or(otherwise))
}

/// 1 for true, 0 for false, or `otherwise` if the value is neither.
///
/// Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_node_flag(node: *const zerossl_node, otherwise: i32) -> i32 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let node = unsafe { object(node) };
    guard(otherwise, || node.and_then(zerossl_node::flag).map_or(otherwise, i32::from))
}

/// The bytes that a text is in base64, such as the ZIP file of download_certificate_zip.
///
/// `*length` is their number; `length` may be NULL.
///
/// Returns bytes for zerossl_bytes_free; NULL if the value is no such text, or if memory ran out. Any thread; does not
/// block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_node_bytes(node: *const zerossl_node, length: *mut usize) -> *mut c_uchar {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (node, length) = unsafe { (object(node), variable(length)) };
    guard(ptr::null_mut(), || {
        let decoded = node.and_then(zerossl_node::text).and_then(|text| bytes::decode(text.bytes()));
        let (bytes, count) = decoded.and_then(bytes::hand_out).unwrap_or((ptr::null_mut(), 0));
        pointer::set(length, count);
        bytes
    })
}

/// Wipes and frees bytes of zerossl_node_bytes; `length` is what that has given.
///
/// NULL is fine. Any thread; does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_bytes_free(bytes: *mut c_uchar, length: usize) {
    let _ = length;
    // SAFETY: by the header, it is NULL or not freed yet, and nothing else uses it.
    guard((), || unsafe { bytes::free(bytes) });
}

/// Puts a text, which is copied and quoted as needed at a JSON Pointer, in the place of what is there.
///
/// "/domains/-" appends to a list, "/domains/0" is an element of it. Missing parents are made: lists for "-" and "0",
/// objects for other keys.
///
/// Returns ZEROSSL_OK; a negative number on failure, with `*error` (`parameter`: doc, pointer, value or json). All nodes
/// of the document become invalid. One thread at a time changes a document; does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_doc_set_text(
    doc: *mut zerossl_doc,
    pointer: *const c_char,
    value: *const c_char,
    error: *mut *mut zerossl_error,
) -> i32 {
    // SAFETY: by the header, each pointer is NULL or valid during the call, and nothing else uses the document.
    let (doc, pointer, value, error) = unsafe { (exclusive(doc), text(pointer), text(value), place(error)) };
    guard_with(error, || zerossl_doc::set(doc, pointer, &Scalar::Text(value)))
}

/// Puts a whole number at a JSON Pointer; see zerossl_doc_set_text.
///
/// Returns ZEROSSL_OK; a negative number on failure, with `*error`. All nodes of the document become invalid. One
/// thread at a time changes a document; does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_doc_set_int(
    doc: *mut zerossl_doc,
    pointer: *const c_char,
    value: i64,
    error: *mut *mut zerossl_error,
) -> i32 {
    // SAFETY: by the header, each pointer is NULL or valid during the call, and nothing else uses the document.
    let (doc, pointer, error) = unsafe { (exclusive(doc), text(pointer), place(error)) };
    guard_with(error, || zerossl_doc::set(doc, pointer, &Scalar::Int(value)))
}

/// Puts a number, which has to be finite at a JSON Pointer; see zerossl_doc_set_text.
///
/// Returns ZEROSSL_OK; a negative number on failure, with `*error`. All nodes of the document become invalid. One
/// thread at a time changes a document; does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_doc_set_number(
    doc: *mut zerossl_doc,
    pointer: *const c_char,
    value: f64,
    error: *mut *mut zerossl_error,
) -> i32 {
    // SAFETY: by the header, each pointer is NULL or valid during the call, and nothing else uses the document.
    let (doc, pointer, error) = unsafe { (exclusive(doc), text(pointer), place(error)) };
    guard_with(error, || zerossl_doc::set(doc, pointer, &Scalar::Number(value)))
}

/// Puts true, or false for 0 at a JSON Pointer; see zerossl_doc_set_text.
///
/// Returns ZEROSSL_OK; a negative number on failure, with `*error`. All nodes of the document become invalid. One
/// thread at a time changes a document; does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_doc_set_flag(
    doc: *mut zerossl_doc,
    pointer: *const c_char,
    value: i32,
    error: *mut *mut zerossl_error,
) -> i32 {
    // SAFETY: by the header, each pointer is NULL or valid during the call, and nothing else uses the document.
    let (doc, pointer, error) = unsafe { (exclusive(doc), text(pointer), place(error)) };
    guard_with(error, || zerossl_doc::set(doc, pointer, &Scalar::Flag(value != 0)))
}

/// Puts null, which stands for a parameter that is absent at a JSON Pointer; see zerossl_doc_set_text.
///
/// Returns ZEROSSL_OK; a negative number on failure, with `*error`. All nodes of the document become invalid. One
/// thread at a time changes a document; does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_doc_set_null(
    doc: *mut zerossl_doc,
    pointer: *const c_char,
    error: *mut *mut zerossl_error,
) -> i32 {
    // SAFETY: by the header, each pointer is NULL or valid during the call, and nothing else uses the document.
    let (doc, pointer, error) = unsafe { (exclusive(doc), text(pointer), place(error)) };
    guard_with(error, || zerossl_doc::set(doc, pointer, &Scalar::Null))
}

/// Puts the value that a JSON text is at a JSON Pointer; see zerossl_doc_set_text.
///
/// Returns ZEROSSL_OK; a negative number on failure, with `*error`. All nodes of the document become invalid. One
/// thread at a time changes a document; does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_doc_set_json(
    doc: *mut zerossl_doc,
    pointer: *const c_char,
    json: *const c_char,
    error: *mut *mut zerossl_error,
) -> i32 {
    // SAFETY: by the header, each pointer is NULL or valid during the call, and nothing else uses the document.
    let (doc, pointer, json, error) = unsafe { (exclusive(doc), text(pointer), text(json), place(error)) };
    guard_with(error, || zerossl_doc::set(doc, pointer, &Scalar::Json(json)))
}

/// Removes the value at a JSON Pointer, if there is one; "" makes the document {}.
///
/// Returns ZEROSSL_OK; a negative number on failure, with `*error`. All nodes of the document become invalid. One
/// thread at a time changes a document; does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_doc_remove(
    doc: *mut zerossl_doc,
    pointer: *const c_char,
    error: *mut *mut zerossl_error,
) -> i32 {
    // SAFETY: by the header, each pointer is NULL or valid during the call, and nothing else uses the document.
    let (doc, pointer, error) = unsafe { (exclusive(doc), text(pointer), place(error)) };
    guard_with(error, || zerossl_doc::remove(doc, pointer))
}

/// Runs an operation and waits for the answer, like zerossl_call, with documents for parameters and answer.
///
/// `params` is an object; NULL stands for {}. It is not changed.
///
/// Returns a document for zerossl_doc_free; NULL on failure, with `*error`. Any thread, many at once; blocks like
/// zerossl_call.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_call_doc(
    client: *const zerossl_client,
    operation: *const c_char,
    params: *const zerossl_doc,
    error: *mut *mut zerossl_error,
) -> *mut zerossl_doc {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (client, operation, params, error) =
        unsafe { (object(client), text(operation), object(params), place(error)) };
    guard_with(error, || {
        let operation = argument::required_text(operation, "operation")?;
        client::call_doc(client, operation, params)
    })
}

fn borrowed<T>(found: Option<&T>) -> *const T {
    found.map_or(ptr::null(), ptr::from_ref)
}
