//! What went wrong.

use std::ffi::c_char;
use std::ptr;

pub use crate::error::zerossl_error;
use crate::guard::guard;
use crate::pointer::{free, object};

/// Which kind of error it is: one of the ZEROSSL_E_ numbers, or ZEROSSL_OK for NULL.
///
/// Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_error_code(e: *const zerossl_error) -> i32 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let e = unsafe { object(e) };
    guard(-99, || zerossl_error::code(e))
}

/// One line of English: which operation, what went wrong, what to do. It never holds a secret.
///
/// Borrowed, until the error is freed; "" for NULL. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_error_message(e: *const zerossl_error) -> *const c_char {
    // SAFETY: by the header, it is NULL or valid during the call.
    let e = unsafe { object(e) };
    guard(ptr::null(), || zerossl_error::message(e))
}

/// Everything that is known, as a JSON object: `code`, `kind`, `message`, `operation`, `retryable`,
/// `retry_after` (seconds), `http_status`, `api_code` and `api_type` (the service's own), `details`, and
/// what the kind adds: `parameter`, `domains`, `candidates`, `path`. zerossl_json_get reads it.
///
/// Borrowed, until the error is freed; "{}" for NULL. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_error_json(e: *const zerossl_error) -> *const c_char {
    // SAFETY: by the header, it is NULL or valid during the call.
    let e = unsafe { object(e) };
    guard(ptr::null(), || zerossl_error::json(e))
}

/// Frees an error, and with it its message and JSON.
///
/// NULL is fine. Any thread; does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_error_free(e: *mut zerossl_error) {
    // SAFETY: by the header, it is NULL or not freed yet, and nothing else uses it.
    guard((), || unsafe { free(e, |_| true) });
}
