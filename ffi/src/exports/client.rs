//! The client, and operations by name.

use std::ffi::c_char;

use crate::argument;
use crate::client;
pub use crate::client::zerossl_client;
use crate::error::zerossl_error;
use crate::guard::{guard, guard_with};
use crate::pointer::{free, object, place, text};

/// Makes a client. Nothing is sent.
///
/// `config_json` holds the settings, a JSON object: `access_key` (or the environment's
/// ZEROSSL_ACCESS_KEY), `base_url` (or ZEROSSL_BASE_URL), `auth`, `timeout` (seconds, for one call with its
/// retries; 60), `connect_timeout` (10), `max_retries` (3), `requests_per_second` (5), `roots`, `ca_file`,
/// `proxy`, `user_agent`, `max_response_bytes`; docs/settings.md has them all. NULL stands for {}.
///
/// Returns a client for zerossl_client_free; NULL on failure, with `*error` (ZEROSSL_E_INVALID_ARGUMENT,
/// whose `parameter` names the setting). Any thread; does not block, but reads files: the system's CAs, or
/// `ca_file`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_client_new(
    config_json: *const c_char,
    error: *mut *mut zerossl_error,
) -> *mut zerossl_client {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (config_json, error) = unsafe { (text(config_json), place(error)) };
    guard_with(error, || zerossl_client::hand_out(config_json))
}

/// Frees a client. Ops that were started with it go on: they hold what they need.
///
/// NULL is fine. Any thread, while no other thread is inside a call with this client. Does not block and
/// sends nothing. In a child of fork, the parent's client is left alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_client_free(client: *mut zerossl_client) {
    // SAFETY: by the header, it is NULL or not freed yet, and nothing else uses it.
    guard((), || unsafe { free(client, zerossl_client::may_be_freed) });
}

/// Runs an operation by its name and waits for the answer; the functions named like operations are the
/// same with the name filled in.
///
/// `params_json` is a JSON object with the operation's parameters; NULL stands for {}. An unknown or wrong
/// parameter is an error that names it.
///
/// Returns the answer, JSON, for zerossl_string_free; NULL on failure, with `*error` (any kind; an
/// operation that does not exist is ZEROSSL_E_INVALID_ARGUMENT, `parameter` "operation"). Any thread, many
/// at once; blocks until the answer is there, at most for the client's `timeout`. To be able to cancel,
/// start it as an op.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_call(
    client: *const zerossl_client,
    operation: *const c_char,
    params_json: *const c_char,
    error: *mut *mut zerossl_error,
) -> *mut c_char {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (client, operation, params_json, error) =
        unsafe { (object(client), text(operation), text(params_json), place(error)) };
    guard_with(error, || client::call(client, argument::required_text(operation, "operation")?, params_json))
}
