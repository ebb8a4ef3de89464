//! Callbacks of the host. They have to return: a throw ends the process with a sentence, and `left` finds what a
//! `longjmp` has left behind.

use std::ffi::{CString, c_char, c_void};
use std::io::Write;

use crate::guard::outside;

#[expect(clippy::doc_markdown, reason = "the header's text")]
/// What a client of zerossl_client_with_log calls for each line of its log, on the thread of the call.
///
/// `line` is one line of English without a secret, borrowed until the callback returns. It has to return: no
/// exception and no longjmp may leave it.
pub type zerossl_log_fn = Option<extern "C-unwind" fn(line: *const c_char, user_data: *mut c_void)>;

/// The receiver of log lines. None for NULL.
pub(crate) fn log(
    log: zerossl_log_fn,
    user_data: *mut c_void,
) -> Option<impl Fn(&str) + Send + Sync + 'static> {
    let (log, user_data) = (log?, UserData(user_data));
    Some(move |line: &str| {
        let user_data = user_data.get();
        if let Ok(line) = CString::new(line) {
            call(|| log(line.as_ptr(), user_data));
        }
    })
}

/// The host's pointer, which is only handed back to it.
struct UserData(*mut c_void);

impl UserData {
    fn get(&self) -> *mut c_void {
        self.0
    }
}

#[allow(unsafe_code)]
// SAFETY: the pointer is not looked at. By the header, the host may be called with it on the thread of any call.
unsafe impl Send for UserData {}
#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl Sync for UserData {}

/// Runs the host's code.
pub(crate) fn call(code: impl FnOnce()) {
    let must_return = MustReturn;
    outside(code);
    std::mem::forget(must_return);
}

/// Dropped only when an exception passes through.
struct MustReturn;

impl Drop for MustReturn {
    fn drop(&mut self) {
        let said = b"libzerossl: an exception left a callback, which is forbidden; the process ends\n";
        // There is nobody else to tell.
        let _ = std::io::stderr().write_all(said);
        std::process::abort();
    }
}
