//! Cancel tokens.

use std::ptr;

pub use crate::cancel_token::zerossl_cancel_token;
use crate::guard::{guard, guard_in_handler};
use crate::pointer::{free, object};

/// Makes a token, which ends the calls and ops of the clients that zerossl_client_with_cancel makes for it.
///
/// Returns a token for zerossl_cancel_token_free; NULL only if memory ran out. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn zerossl_cancel_token_new() -> *mut zerossl_cancel_token {
    guard(ptr::null_mut(), zerossl_cancel_token::hand_out)
}

/// Cancels, for ever: what runs ends within a tenth of a second, and what is started later ends at once, with
/// ZEROSSL_E_CANCELLED.
///
/// NULL is fine. Any thread, as often as wanted, and async-signal-safe: a signal handler may call it, as long as the
/// token is not freed. `errno` stays as it was. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_cancel_token_cancel(token: *mut zerossl_cancel_token) {
    // SAFETY: by the header, it is NULL or valid during the call.
    let token = unsafe { object(token) };
    guard_in_handler(|| zerossl_cancel_token::cancel(token));
}

/// Whether the token was cancelled: 1 or 0; 0 for NULL.
///
/// Any thread, and async-signal-safe. Does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_cancel_token_is_cancelled(token: *const zerossl_cancel_token) -> i32 {
    // SAFETY: by the header, it is NULL or valid during the call.
    let token = unsafe { object(token) };
    guard_in_handler(|| i32::from(zerossl_cancel_token::is_cancelled(token)))
}

/// Gives the token back. It is counted: clients that were made for it keep what they need, and are not cancelled.
///
/// NULL is fine. Any thread, while nothing else uses this pointer. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_cancel_token_free(token: *mut zerossl_cancel_token) {
    // SAFETY: by the header, it is NULL or not freed yet, and nothing else uses it.
    guard((), || unsafe { free(token, |_| true) });
}
