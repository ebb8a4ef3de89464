//! Ops for C, pulled or with a callback.

use std::ffi::{CString, c_char, c_int, c_void};
use std::time::Duration;

use zerossl::{Error, Next, Op, Result};

use crate::client::{Call, zerossl_client};
use crate::exports::next::{ZEROSSL_DONE, ZEROSSL_EVENT, ZEROSSL_PENDING};
use crate::pointer::{self, Shared};
use crate::string;

/// A running operation: its events, its result, its cancel.
pub struct zerossl_op {
    op: Op,
    /// `zerossl_run` pulls its op itself.
    is_of_run: bool,
    process: u32,
}

#[expect(clippy::doc_markdown, reason = "the header's text")]
/// What zerossl_run calls for each event, on the thread that is inside zerossl_run.
///
/// Both pointers are borrowed: `event_json` until the callback returns, `op` until zerossl_run does. On
/// `op`, only zerossl_op_reply and zerossl_op_cancel may be called (cancel also from other threads). It
/// has to return: no exception and no longjmp may leave it.
pub type zerossl_event_fn =
    Option<extern "C" fn(op: *mut zerossl_op, event_json: *const c_char, user_data: *mut c_void)>;

const _: Option<Shared<zerossl_op>> = None;

impl zerossl_op {
    fn start(call: &Call<'_>, is_of_run: bool) -> Result<Self> {
        let op = call.client.start(call.operation, call.parameters)?;
        Ok(Self { op, is_of_run, process: std::process::id() })
    }

    pub(crate) fn hand_out(
        client: *const zerossl_client,
        operation: *const c_char,
        params_json: *const c_char,
    ) -> Result<*mut Self> {
        let operation = pointer::needed_text(operation, "operation")?;
        let call = Call::read(client, operation, params_json)?;
        Ok(pointer::hand_out(Self::start(&call, false)?))
    }

    /// Cancels and frees it, without waiting. A child of fork leaves it alone: it has no thread to end.
    pub(crate) fn take_back(op: *mut Self) {
        if pointer::look(op).is_some_and(|op| !op.is_of_run && op.process == std::process::id()) {
            drop(pointer::take_back(op));
        }
    }

    pub(crate) fn next(op: *const Self, timeout_ms: i32, event_json: *mut *mut c_char) -> Result<i32> {
        pointer::write(event_json, std::ptr::null_mut());
        let op = Self::pulled(op)?;
        if event_json.is_null() {
            return Err(Error::invalid("event_json", "it is NULL, so the event would be lost"));
        }
        let timeout = match timeout_ms {
            -1 => None,
            _ => Some(Duration::from_millis(u64::try_from(timeout_ms).map_err(|_| {
                Error::invalid("timeout_ms", "expected milliseconds, 0 to poll, or -1 to wait")
            })?)),
        };
        Ok(match op.next(timeout)? {
            Next::Event(event) => {
                pointer::write(event_json, string::hand_out(event.into_json())?);
                ZEROSSL_EVENT
            }
            Next::Pending => ZEROSSL_PENDING,
            Next::Done => ZEROSSL_DONE,
        })
    }

    pub(crate) fn reply(op: *const Self, reply_json: *const c_char) -> Result<i32> {
        let op = &pointer::needed(op, "op")?.op;
        op.reply(pointer::needed_text(reply_json, "reply_json")?)?;
        Ok(0)
    }

    pub(crate) fn fd(op: *const Self) -> Result<c_int> {
        Self::pulled(op)?.fd()
    }

    pub(crate) fn cancel(op: *const Self) {
        if let Some(op) = pointer::look(op) {
            op.op.cancel();
        }
    }

    pub(crate) fn result(op: *const Self) -> Result<*mut c_char> {
        string::hand_out(Self::pulled(op)?.result()?)
    }

    /// The op, if it is the host's to pull.
    fn pulled<'a>(op: *const Self) -> Result<&'a Op> {
        let op = pointer::needed(op, "op")?;
        if op.is_of_run {
            return Err(Error::invalid(
                "op",
                "it belongs to zerossl_run; only zerossl_op_reply and zerossl_op_cancel may be called on it",
            ));
        }
        Ok(&op.op)
    }
}

/// Runs an op to its end, with its events handed to a callback on this thread.
pub(crate) fn run(
    client: *const zerossl_client,
    operation: *const c_char,
    params_json: *const c_char,
    on_event: zerossl_event_fn,
    user_data: *mut c_void,
) -> Result<*mut c_char> {
    let operation = pointer::needed_text(operation, "operation")?;
    let op = pointer::hand_out(zerossl_op::start(&Call::read(client, operation, params_json)?, true)?);
    let result = deliver(op, on_event, user_data);
    drop(pointer::take_back(op));
    string::hand_out(result?)
}

fn deliver(op: *mut zerossl_op, on_event: zerossl_event_fn, user_data: *mut c_void) -> Result<String> {
    let core = &pointer::needed(op, "op")?.op;
    while let Next::Event(event) = core.next(None)? {
        let Some(on_event) = on_event else {
            core.decline(&event, "there is no callback that could answer; give `on_event`")?;
            continue;
        };
        if let Ok(json) = CString::new(event.into_json()) {
            on_event(op, json.as_ptr(), user_data);
        }
    }
    core.result()
}
