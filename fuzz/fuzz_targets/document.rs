//! Documents of the C library: any text is parsed, read at any place and changed. What is left is JSON, and is freed.

#![no_main]
#![allow(unused_must_use, reason = "some are asked only for that nothing crashes")]

use std::ffi::{CStr, CString, c_char};
use std::ptr;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use zerossl_capi::exports::*;

#[derive(Arbitrary, Debug)]
struct Input {
    /// None: a new document.
    text: Option<Vec<u8>>,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Debug)]
enum Step {
    Read(Vec<u8>, Vec<u8>, i64),
    SetText(Vec<u8>, Vec<u8>),
    SetInt(Vec<u8>, i64),
    SetNumber(Vec<u8>, f64),
    SetFlag(Vec<u8>, i32),
    SetNull(Vec<u8>),
    SetJson(Vec<u8>, Vec<u8>),
    Remove(Vec<u8>),
}

/// What C would pass: it ends at the first NUL.
fn text(bytes: &[u8]) -> CString {
    CString::new(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).expect("no NUL")
}

/// Reads all that a value can be.
unsafe fn read(node: *const zerossl_node, key: &CStr, index: i64) {
    unsafe {
        let count = zerossl_node_count(node);
        let kind = zerossl_node_type(node);
        assert_eq!(count >= 0, kind == ZEROSSL_NODE_OBJECT || kind == ZEROSSL_NODE_ARRAY);
        let mut length = usize::MAX;
        let found = zerossl_node_text(node, &raw mut length);
        if found.is_null() {
            assert_eq!(length, 0);
        } else {
            assert_eq!(*found.add(length), 0, "it ends with NUL");
        }
        let mut size = 0;
        let bytes = zerossl_node_bytes(node, &raw mut size);
        zerossl_bytes_free(bytes, size);
        zerossl_node_int(node, 7);
        zerossl_node_number(node, 7.0);
        zerossl_node_flag(node, 7);
        zerossl_node_member(node, key.as_ptr());
        for place in [index, 0, count - 1, count, -1] {
            let (item, key) = (zerossl_node_item(node, place), zerossl_node_key(node, place));
            assert!(!item.is_null() || !(0..count).contains(&place), "an element is missing");
            assert!(key.is_null() || kind == ZEROSSL_NODE_OBJECT);
        }
    }
}

/// An outcome and its error go together, and the error is one line of text.
unsafe fn check(has_failed: bool, error: *mut zerossl_error) {
    unsafe {
        assert_eq!(has_failed, !error.is_null());
        let message = CStr::from_ptr(zerossl_error_message(error)).to_str().expect("UTF-8");
        assert!(!message.contains(char::is_control), "{message:?}");
        zerossl_error_free(error);
    }
}

/// The document, as C gets it.
unsafe fn json(doc: *const zerossl_doc) -> String {
    unsafe {
        let text: *mut c_char = zerossl_doc_json(doc);
        let json = CStr::from_ptr(text).to_str().expect("UTF-8").to_owned();
        zerossl_string_free(text);
        json
    }
}

libfuzzer_sys::fuzz_target!(|input: Input| unsafe {
    let mut error = ptr::null_mut();
    let doc = match &input.text {
        None => zerossl_doc_new(),
        Some(bytes) => zerossl_doc_parse(text(bytes).as_ptr(), &raw mut error),
    };
    check(doc.is_null(), error);
    for step in &input.steps {
        let mut error = ptr::null_mut();
        let at = &raw mut error;
        let done = match step {
            Step::Read(pointer, key, index) => {
                read(zerossl_doc_at(doc, text(pointer).as_ptr()), &text(key), *index);
                read(zerossl_doc_at(doc, c"".as_ptr()), &text(key), *index);
                continue;
            }
            Step::SetText(pointer, value) => {
                zerossl_doc_set_text(doc, text(pointer).as_ptr(), text(value).as_ptr(), at)
            }
            Step::SetInt(pointer, value) => zerossl_doc_set_int(doc, text(pointer).as_ptr(), *value, at),
            Step::SetNumber(pointer, value) => {
                zerossl_doc_set_number(doc, text(pointer).as_ptr(), *value, at)
            }
            Step::SetFlag(pointer, value) => zerossl_doc_set_flag(doc, text(pointer).as_ptr(), *value, at),
            Step::SetNull(pointer) => zerossl_doc_set_null(doc, text(pointer).as_ptr(), at),
            Step::SetJson(pointer, value) => {
                zerossl_doc_set_json(doc, text(pointer).as_ptr(), text(value).as_ptr(), at)
            }
            Step::Remove(pointer) => zerossl_doc_remove(doc, text(pointer).as_ptr(), at),
        };
        check(done != 0, error);
    }
    if !doc.is_null() {
        // It is JSON, and read again it is the same.
        let once = json(doc);
        let again = zerossl_doc_parse(text(once.as_bytes()).as_ptr(), ptr::null_mut());
        assert!(!again.is_null(), "{once}");
        assert_eq!(json(again), once);
        zerossl_doc_free(again);
    }
    zerossl_doc_free(doc);
    assert_eq!(zerossl_testing_live(), 0, "something was not freed");
});
