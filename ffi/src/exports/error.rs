//! What went wrong.

use std::ffi::{CStr, c_char};
use std::ptr;

use super::codes::name_of;
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
    guard(-99, || e.map_or(0, |e| e.error().kind().code()))
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
/// what the kind adds: `parameter`, `domains`, `candidates`, `errno`, `path`. zerossl_json_get reads it.
///
/// Borrowed, until the error is freed; "{}" for NULL. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_error_json(e: *const zerossl_error) -> *const c_char {
    // SAFETY: by the header, it is NULL or valid during the call.
    let e = unsafe { object(e) };
    guard(ptr::null(), || zerossl_error::json(e))
}

/// The name of a code: "timeout" for ZEROSSL_E_TIMEOUT, "ok" for ZEROSSL_OK, "unknown" for a number that is no code. It is
/// the `kind` of the error's JSON.
///
/// Borrowed, for ever. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn zerossl_error_name(code: i32) -> *const c_char {
    guard(ptr::null(), || name_of(code).as_ptr())
}

/// Whether the same call can be made again later without harm, and may then work: 1 or 0; 0 for NULL.
///
/// Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_error_retryable(e: *const zerossl_error) -> i32 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let e = unsafe { object(e) };
    guard(0, || e.map_or(0, |e| i32::from(e.error().is_retryable())))
}

/// How many seconds the service asks to wait before the next call; -1 if it does not, and for NULL.
///
/// Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_error_retry_after(e: *const zerossl_error) -> f64 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let e = unsafe { object(e) };
    guard(-1.0, || e.and_then(|e| e.error().retry_after()).map_or(-1.0, |pause| pause.as_secs_f64()))
}

/// The service's own number of the error; -1 if there is none, and for NULL. It is not unique: see
/// zerossl_error_api_type.
///
/// Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_error_api_code(e: *const zerossl_error) -> i64 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let e = unsafe { object(e) };
    guard(-1, || e.and_then(|e| e.error().api_code()).unwrap_or(-1))
}

/// The service's own name of the error, such as "certificate_not_found"; NULL if there is none, and for NULL.
///
/// Borrowed, until the error is freed. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_error_api_type(e: *const zerossl_error) -> *const c_char {
    // SAFETY: by the header, it is NULL or valid during the call.
    let e = unsafe { object(e) };
    guard(ptr::null(), || e.and_then(zerossl_error::api_type).map_or(ptr::null(), CStr::as_ptr))
}

/// The HTTP status of the answer; 0 if there was none, and for NULL.
///
/// Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_error_http_status(e: *const zerossl_error) -> i32 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let e = unsafe { object(e) };
    guard(0, || e.and_then(|e| e.error().http_status()).map_or(0, i32::from))
}

/// Frees an error, and with it its message and JSON.
///
/// NULL is fine. Any thread; does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_error_free(e: *mut zerossl_error) {
    // SAFETY: by the header, it is NULL or not freed yet, and nothing else uses it.
    guard((), || unsafe { free(e, |_| true) });
}
