//! The client, and operations by name.

use std::ffi::{c_char, c_void};

use zerossl::Kind;

use crate::argument;
pub use crate::callback::zerossl_log_fn;
use crate::cancel_token::zerossl_cancel_token;
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
    guard((), || unsafe { free(client, |_| true) });
}

/// The same client, whose calls and ops also end when the token is cancelled. It shares connections and pace with the
/// other one, and both may be freed in any order.
///
/// Returns a client for zerossl_client_free; NULL on failure, with `*error`. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_client_with_cancel(
    client: *const zerossl_client,
    token: *mut zerossl_cancel_token,
    error: *mut *mut zerossl_error,
) -> *mut zerossl_client {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (client, token, error) = unsafe { (object(client), object(token), place(error)) };
    guard_with(error, || zerossl_client::with_cancel(client, token))
}

/// The same client, whose blocking calls tell `log` what they do: each request with its status, duration and retries.
/// The log lines of an op are its events of type `log`.
///
/// `user_data` is passed on to `log` and not looked at. A call that is made on several threads at once also logs on
/// several threads at once.
///
/// Returns a client for zerossl_client_free, which shares connections and pace with the other one; NULL on failure, with
/// `*error`. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_client_with_log(
    client: *const zerossl_client,
    log: zerossl_log_fn,
    user_data: *mut c_void,
    error: *mut *mut zerossl_error,
) -> *mut zerossl_client {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (client, error) = unsafe { (object(client), place(error)) };
    guard_with(error, || zerossl_client::with_log(client, log, user_data))
}

/// Runs an operation by its name and waits for the answer; the functions named like operations are the
/// same with the name filled in.
///
/// `params_json` is a JSON object with the operation's parameters; NULL stands for {}. An unknown or wrong
/// parameter is an error that names it.
///
/// Returns the answer, JSON, for zerossl_string_free; NULL on failure, with `*error` (any kind; an
/// operation that does not exist is ZEROSSL_E_INVALID_ARGUMENT, `parameter` "operation"). Any thread, many
/// at once; blocks until the answer is there, at most for the client's `timeout`. A cancel token ends it
/// (zerossl_client_with_cancel).
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

/// Moves the client's calendar forwards, and that of all clients that share its connections: for a rehearsal with a
/// sandbox, whose clock moves by `POST /clock`. zerossl_obtain and its relatives see the later day; no wait is shorter.
///
/// Returns ZEROSSL_OK; ZEROSSL_E_INVALID_ARGUMENT if the host of `base_url` is not loopback, or if `seconds` is negative
/// or beyond 100 years. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_testing_advance_clock(client: *const zerossl_client, seconds: f64) -> i32 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let client = unsafe { object(client) };
    guard(Kind::Internal.code(), || {
        zerossl_client::advance_clock(client, seconds).map_or_else(|error| error.kind().code(), |()| 0)
    })
}
