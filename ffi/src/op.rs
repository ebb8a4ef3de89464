//! Ops for C, pulled or with a callback.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::os::fd::IntoRawFd;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use zerossl::{Error, Next, Op, Result};

use crate::callback;
use crate::client::{Call, zerossl_client};
use crate::exports::next::{ZEROSSL_DONE, ZEROSSL_EVENT, ZEROSSL_PENDING};
use crate::left::Running;
use crate::pointer::{self, Place, Shared};
use crate::{argument, string};

/// A running operation: its events, its result, its cancel.
///
/// It is counted inside, so that a free on another thread takes nothing away from a wait.
pub struct zerossl_op {
    op: Arc<Op>,
    is_freed: Arc<AtomicBool>,
    /// `zerossl_run` reads the events of its op itself.
    is_of_run: bool,
}

#[expect(clippy::doc_markdown, reason = "the header's text")]
/// What zerossl_run calls for each event, on the thread that is inside zerossl_run.
///
/// Both pointers are borrowed: `event_json` until the callback returns, `op` until zerossl_run does. On
/// `op`, only zerossl_op_reply and zerossl_op_cancel may be called (cancel also from other threads). It
/// has to return: no exception and no longjmp may leave it.
pub type zerossl_event_fn =
    Option<extern "C-unwind" fn(op: *mut zerossl_op, event_json: *const c_char, user_data: *mut c_void)>;

const _: Option<Shared<zerossl_op>> = None;

impl zerossl_op {
    fn new(op: Op, is_of_run: bool) -> Self {
        Self { op: Arc::new(op), is_freed: Arc::default(), is_of_run }
    }

    /// Starts an op as `start` does it.
    pub(crate) fn hand_out<'a>(
        client: Option<&'a zerossl_client>,
        operation: Option<&'a CStr>,
        params_json: Option<&'a CStr>,
        start: impl FnOnce(Call<'a>) -> Result<Op>,
    ) -> Result<*mut Self> {
        let operation = argument::required_text(operation, "operation")?;
        let op = start(Call::read(client, operation, params_json)?)?;
        Ok(pointer::hand_out(Self::new(op, false)))
    }

    /// Not an op of `zerossl_run`, which still uses it.
    pub(crate) fn may_be_freed(&self) -> bool {
        !self.is_of_run
    }

    pub(crate) fn next(op: Option<&Self>, timeout_ms: i32, event_json: Place<'_, c_char>) -> Result<i32> {
        pointer::write(event_json, ptr::null_mut);
        let this = Self::pulled(op)?;
        // From here on, only what is counted is used.
        let (op, is_freed) = (Arc::clone(&this.op), Arc::clone(&this.is_freed));
        if event_json.is_none() {
            return Err(Error::invalid("event_json", "it is NULL, so the event would be lost"));
        }
        let timeout = match timeout_ms {
            -1 => None,
            _ => Some(Duration::from_millis(u64::try_from(timeout_ms).map_err(|_| {
                Error::invalid("timeout_ms", "expected milliseconds, 0 to poll, or -1 to wait")
            })?)),
        };
        let next = op.next(timeout)?;
        if is_freed.load(Ordering::SeqCst) {
            return Err(Error::invalid(
                "op",
                "another thread has freed it during the wait; cancel it, then free it",
            ));
        }
        Ok(match next {
            Next::Event(event) => {
                let json = string::hand_out(event.into_json())?;
                pointer::write(event_json, || json);
                ZEROSSL_EVENT
            }
            Next::Pending => ZEROSSL_PENDING,
            Next::Done => ZEROSSL_DONE,
        })
    }

    pub(crate) fn reply(op: Option<&Self>, reply_json: Option<&CStr>) -> Result<i32> {
        let op = &argument::object(op, "op")?.op;
        op.reply(argument::required_text(reply_json, "reply_json")?)?;
        Ok(0)
    }

    pub(crate) fn fd(op: Option<&Self>) -> Result<c_int> {
        Self::pulled(op)?.op.fd()
    }

    pub(crate) fn dup_fd(op: Option<&Self>) -> Result<c_int> {
        Ok(Self::pulled(op)?.op.dup_fd()?.into_raw_fd())
    }

    pub(crate) fn cancel(op: Option<&Self>) {
        if let Some(op) = op {
            op.op.cancel();
        }
    }

    pub(crate) fn result(op: Option<&Self>) -> Result<*mut c_char> {
        let op = Arc::clone(&Self::pulled(op)?.op);
        string::hand_out(op.result()?)
    }

    /// The op, if the host may pull its events.
    fn pulled(op: Option<&Self>) -> Result<&Self> {
        let op = argument::object(op, "op")?;
        if op.is_of_run {
            return Err(Error::invalid(
                "op",
                "it belongs to zerossl_run; only zerossl_op_reply and zerossl_op_cancel may be called on it",
            ));
        }
        Ok(op)
    }
}

impl Drop for zerossl_op {
    fn drop(&mut self) {
        self.is_freed.store(true, Ordering::SeqCst);
        self.op.cancel();
    }
}

/// Runs an op to its end, with its events handed to a callback on this thread.
pub(crate) fn run(
    client: Option<&zerossl_client>,
    operation: Option<&CStr>,
    params_json: Option<&CStr>,
    on_event: zerossl_event_fn,
    user_data: *mut c_void,
) -> Result<*mut c_char> {
    let operation = argument::required_text(operation, "operation")?;
    let call = Call::read(client, operation, params_json)?;
    let op = zerossl_op::new(call.start()?, true);
    let _running = Running::enter(&op.op);
    while let Next::Event(event) = op.op.next(None)? {
        let Some(on_event) = on_event else {
            op.op.decline(&event, "there is no callback that could answer; give `on_event`")?;
            continue;
        };
        if let Ok(json) = CString::new(event.into_json()) {
            // The callback's pointer is not const, but what it may call only reads through it.
            callback::call(|| on_event(ptr::from_ref(&op).cast_mut(), json.as_ptr(), user_data));
        }
    }
    op.op.join();
    string::hand_out(op.op.result()?)
}
