//! Errors for C: number, message and JSON, all created at once, so that pointers to them stay valid.

use std::ffi::{CStr, CString, c_char};

use zerossl::Error;

use crate::pointer::{self, Shared};

/// Why a call failed: a number, a line of English, and everything that is known as JSON. It never changes, and any
/// thread may read it.
pub struct zerossl_error {
    error: Error,
    message: CString,
    json: CString,
    api_type: Option<CString>,
}

const _: Option<Shared<zerossl_error>> = None;

impl zerossl_error {
    pub(crate) fn hand_out(error: Error) -> *mut Self {
        pointer::hand_out(Self {
            message: c_string(error.message()),
            json: c_string(&error.to_json()),
            api_type: error.api_type().map(c_string),
            error,
        })
    }

    pub(crate) fn error(&self) -> &Error {
        &self.error
    }

    pub(crate) fn message(error: Option<&Self>) -> *const c_char {
        error.map_or(c"", |error| &error.message).as_ptr()
    }

    pub(crate) fn json(error: Option<&Self>) -> *const c_char {
        error.map_or(c"{}", |error| &error.json).as_ptr()
    }

    pub(crate) fn api_type(&self) -> Option<&CStr> {
        self.api_type.as_deref()
    }
}

/// A NUL from outside would cut the text short.
fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', " ")).unwrap_or_else(|_| CStr::to_owned(c""))
}
