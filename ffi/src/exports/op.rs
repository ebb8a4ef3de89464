//! Ops: operations that are watched, answered and cancelled.

use std::ffi::{c_char, c_int, c_void};

use crate::client::{Call, zerossl_client};
use crate::error::zerossl_error;
use crate::guard::{guard, guard_in_handler, guard_with};
use crate::op;
pub use crate::op::{zerossl_event_fn, zerossl_op};
use crate::pointer::{free, object, place, text};

/// Starts an operation on a thread of the library, which blocks all signals. Its events are pulled with
/// zerossl_op_next: this works in every runtime.
///
/// Every operation can be started; list_certificates gives all pages that way, each as an event `page`
/// that waits for the reader. Parameters as for zerossl_call.
///
/// Returns an op for zerossl_op_free; NULL on failure, with `*error`: what is wrong with the arguments comes
/// here or as the op's result. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_op_start(
    client: *const zerossl_client,
    operation: *const c_char,
    params_json: *const c_char,
    error: *mut *mut zerossl_error,
) -> *mut zerossl_op {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (client, operation, params_json, error) =
        unsafe { (object(client), text(operation), text(params_json), place(error)) };
    guard_with(error, || zerossl_op::hand_out(client, operation, params_json, Call::start))
}

/// Starts one call on a thread of the library: it does the same as zerossl_call, and nothing waits for it.
///
/// Its events are log lines; it asks nothing. list_certificates gives one page, as its result. Take it where
/// a call may not block the thread, and zerossl_op_start for long work and for all pages of a list.
///
/// Returns an op for zerossl_op_free; NULL on failure, with `*error`: what is wrong with the arguments comes
/// here or as the op's result. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_op_start_call(
    client: *const zerossl_client,
    operation: *const c_char,
    params_json: *const c_char,
    error: *mut *mut zerossl_error,
) -> *mut zerossl_op {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (client, operation, params_json, error) =
        unsafe { (object(client), text(operation), text(params_json), place(error)) };
    guard_with(error, || zerossl_op::hand_out(client, operation, params_json, Call::start_call))
}

/// Waits for the next event, at most `timeout_ms` milliseconds; 0 polls, -1 waits as long as it takes.
///
/// Returns ZEROSSL_EVENT, with `*event_json` for zerossl_string_free; ZEROSSL_PENDING if nothing came in
/// time; ZEROSSL_DONE when the operation has ended, well or not, and all events were read. Negative only
/// for misuse and in a child of fork, with `*error`. `*event_json` is NULL unless an event came.
///
/// An event is a JSON object with `type` and `message`. Types are progress, warning, log, page, and those
/// that ask: publish and cleanup, which carry an `id` and wait for zerossl_op_reply. New types may come:
/// ignore those that you do not know. If events are not read, logs and progress are dropped in the end,
/// all others wait. One thread at a time works an op.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_op_next(
    op: *mut zerossl_op,
    timeout_ms: i32,
    event_json: *mut *mut c_char,
    error: *mut *mut zerossl_error,
) -> i32 {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (op, event_json, error) = unsafe { (object(op), place(event_json), place(error)) };
    guard_with(error, || zerossl_op::next(op, timeout_ms, event_json))
}

/// Answers an event that asks: {"id": ..., "ok": true}, or {"id": ..., "error": "why"}, with the event's id.
///
/// Returns ZEROSSL_OK; a negative number on failure, with `*error` (ZEROSSL_E_INVALID_ARGUMENT if no event
/// of this id waits). Any thread, and inside the callback of zerossl_run; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_op_reply(
    op: *mut zerossl_op,
    reply_json: *const c_char,
    error: *mut *mut zerossl_error,
) -> i32 {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (op, reply_json, error) = unsafe { (object(op), text(reply_json), place(error)) };
    guard_with(error, || zerossl_op::reply(op, reply_json))
}

/// A file descriptor for poll, select, epoll and event loops: readable while zerossl_op_next has news. Read
/// events until ZEROSSL_PENDING or ZEROSSL_DONE, then wait again.
///
/// It is a socket, made at the first call, close-on-exec, and belongs to the op until that is freed: reading
/// from it does no harm, closing it is forbidden. Returns a negative error number on failure:
/// ZEROSSL_E_INVALID_ARGUMENT for NULL and an op of zerossl_run, ZEROSSL_E_FORKED in a child, ZEROSSL_E_RESOURCE
/// without a free descriptor. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_op_fd(op: *const zerossl_op) -> c_int {
    // SAFETY: by the header, it is NULL or valid during the call.
    let op = unsafe { object(op) };
    guard_with(None, || zerossl_op::fd(op))
}

/// A descriptor like that of zerossl_op_fd, for runtimes that close what they are given, such as Node and Go.
///
/// It is the caller's own, to be closed by it, close-on-exec, and outlives the op: from then on it is readable, and says
/// nothing any more. Returns a descriptor; a negative number on failure, with `*error`, as ZEROSSL_E_RESOURCE without a
/// free descriptor. Any thread; does not block.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_op_dup_fd(op: *mut zerossl_op, error: *mut *mut zerossl_error) -> c_int {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (op, error) = unsafe { (object(op), place(error)) };
    guard_with(error, || zerossl_op::dup_fd(op))
}

/// Asks the operation to end soon, also in the middle of a network call. It then ends with
/// ZEROSSL_E_CANCELLED, unless it was done before; keep reading until ZEROSSL_DONE, or free the op.
///
/// NULL is fine. Any thread, inside the callback of zerossl_run, and async-signal-safe: a signal handler may call it, as
/// long as the op is not freed. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_op_cancel(op: *mut zerossl_op) {
    // SAFETY: by the header, it is NULL or valid during the call.
    let op = unsafe { object(op) };
    guard_in_handler(|| zerossl_op::cancel(op));
}

/// The operation's answer, as zerossl_call would return it; can be asked for as often as wanted.
///
/// Returns JSON for zerossl_string_free; NULL on failure, with `*error`: why the operation failed, or
/// ZEROSSL_E_NOT_READY while it runs. Does not block. One thread at a time works an op.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_op_result(
    op: *mut zerossl_op,
    error: *mut *mut zerossl_error,
) -> *mut c_char {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (op, error) = unsafe { (object(op), place(error)) };
    guard_with(error, || zerossl_op::result(op))
}

/// Cancels an op, whether it has ended or not, frees it, and closes its descriptor.
///
/// NULL is fine, and so is an op whose client was freed. Any thread, while no other one uses the op. Does
/// not block: the library's thread may need some moments more to end. In a child of fork, the parent's op is
/// left alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_op_free(op: *mut zerossl_op) {
    // SAFETY: by the header, it is NULL or not freed yet, and nothing else uses it.
    guard((), || unsafe { free(op, zerossl_op::may_be_freed) });
}

/// Runs an operation and waits for its end, with its events handed to a callback on the calling thread.
///
/// `on_event` may be NULL; `user_data` is passed on to it and not looked at. Events that ask have to be
/// answered by it, with zerossl_op_reply; without it they are answered with an error. For programs in C and C++; other runtimes had better pull
/// (zerossl_op_start), since not all of them can be called back.
///
/// Returns the answer, JSON, for zerossl_string_free; NULL on failure, with `*error`. Any thread, many at
/// once; blocks until the operation has ended.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zerossl_run(
    client: *const zerossl_client,
    operation: *const c_char,
    params_json: *const c_char,
    on_event: zerossl_event_fn,
    user_data: *mut c_void,
    error: *mut *mut zerossl_error,
) -> *mut c_char {
    // SAFETY: by the header, each pointer is NULL or valid during the call.
    let (client, operation, params_json, error) =
        unsafe { (object(client), text(operation), text(params_json), place(error)) };
    guard_with(error, || op::run(client, operation, params_json, on_event, user_data))
}
