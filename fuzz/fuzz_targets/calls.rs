//! The C library: any calls in any order on live clients, tokens, ops and errors, with any texts, against a sandbox. All
//! that was handed out can be freed, in any order, and then nothing is left.

#![no_main]
#![allow(unused_must_use, reason = "some are asked only for that nothing crashes")]

#[path = "calls/work.rs"]
mod work;

use std::ffi::{CStr, CString, c_char, c_void};
use std::fs;
use std::ptr;
use std::sync::LazyLock;
use std::time::Instant;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use zerossl_capi::exports::*;
use zerossl_sandbox::{Options, Sandbox};

use work::{LONG, Work};

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| {
    let options = Options { http_port: *work::PORT, quota: 1_000, ..Options::default() };
    Sandbox::start(options).expect("a sandbox")
});

/// Operations that touch the disk, run commands or listen.
const LOCAL: &[&str] = &[
    "obtain",
    "renew_all",
    "list_entries",
    "redeploy",
    "remove_entry",
    "cancel_drafts",
    "install_certificates",
    "serve_challenges",
];

#[derive(Arbitrary, Debug)]
struct Input(Vec<Step>);

/// A call. Numbers choose among what there is.
#[derive(Arbitrary, Debug)]
enum Step {
    Client { config: Text },
    Token,
    WithCancel { client: u8, token: u8 },
    WithLog { client: u8 },
    AdvanceClock { client: u8, seconds: f64 },
    CancelToken { token: u8 },
    FreeClient { client: u8 },
    FreeToken { token: u8 },
    Call { client: u8, operation: u8, parameters: Parameters },
    CallDoc { client: u8, operation: u8, parameters: Parameters },
    Run { client: u8, operation: u8, parameters: Parameters },
    Start { client: u8, operation: u8, parameters: Parameters, as_call: bool },
    Next { op: u8, timeout: u8 },
    Reply { op: u8, reply: Text },
    Descriptor { op: u8 },
    CancelOp { op: u8 },
    Result { op: u8 },
    FreeOp { op: u8 },
    Quote { text: Text },
    Get { json: Text, pointer: Text },
    Prometheus { entries: Text },
    ErrorName { code: i32 },
}

/// What an operation is called with. The work on entries has its own.
#[derive(Arbitrary, Debug)]
struct Parameters {
    text: Text,
    work: Work,
}

/// NULL, a few that are right, or any bytes.
#[derive(Arbitrary, Debug)]
enum Text {
    Null,
    Empty,
    Id,
    Csr,
    Bytes(Vec<u8>),
}

impl Text {
    fn get(&self) -> Option<CString> {
        let bytes: &[u8] = match self {
            Self::Null => return None,
            Self::Empty => b"{}",
            Self::Id => br#"{"id": "0123456789abcdef0123456789abcdef"}"#,
            Self::Csr => br#"{"domains": ["example.com"]}"#,
            Self::Bytes(bytes) => bytes.split(|byte| *byte == 0).next().unwrap_or_default(),
        };
        Some(CString::new(bytes).expect("no NUL"))
    }
}

fn pointer(text: Option<&CString>) -> *const c_char {
    text.map_or(ptr::null(), |text| text.as_ptr())
}

/// What was handed out.
#[derive(Default)]
struct Held {
    clients: Vec<*mut zerossl_client>,
    tokens: Vec<*mut zerossl_cancel_token>,
    ops: Vec<*mut zerossl_op>,
}

/// One of them; NULL if there is none, and now and then all the same.
fn one<T>(held: &[*mut T], choice: u8) -> *mut T {
    let index = usize::from(choice) % (held.len() + 1);
    held.get(index).copied().unwrap_or(ptr::null_mut())
}

fn take<T>(held: &mut Vec<*mut T>, choice: u8) -> *mut T {
    let index = usize::from(choice) % (held.len() + 1);
    if index < held.len() { held.swap_remove(index) } else { ptr::null_mut() }
}

/// An operation, and parameters that it may get.
fn operation(choice: u8, parameters: &Parameters) -> (CString, Option<CString>) {
    let table = zerossl::OPERATIONS;
    let found = table.get(usize::from(choice) % (table.len() + 1));
    let given = match found.filter(|found| LOCAL.contains(&found.name)) {
        Some(found) => CString::new(parameters.work.parameters(found.parameters)).ok(),
        None => parameters.text.get(),
    };
    (CString::new(found.map_or("no_operation", |found| found.name)).expect("no NUL"), given)
}

/// An outcome and its error go together. The error is asked everything, and freed.
unsafe fn check(has_failed: bool, error: *mut zerossl_error) {
    unsafe {
        assert_eq!(has_failed, !error.is_null());
        let message = CStr::from_ptr(zerossl_error_message(error)).to_str().expect("UTF-8");
        assert!(!message.contains(char::is_control), "{message:?}");
        assert!(!message.contains(SANDBOX.access_key()), "{message:?}");
        let json = CStr::from_ptr(zerossl_error_json(error)).to_str().expect("UTF-8");
        assert!(serde_json::from_str::<serde_json::Value>(json).expect("JSON").is_object());
        assert_eq!(zerossl_error_code(error) < 0, has_failed);
        zerossl_error_retryable(error);
        zerossl_error_retry_after(error);
        zerossl_error_api_code(error);
        zerossl_error_api_type(error);
        zerossl_error_http_status(error);
        zerossl_error_free(error);
    }
}

/// Reads what the library answered, and frees it.
unsafe fn answer(text: *mut c_char, error: *mut zerossl_error) {
    unsafe {
        check(text.is_null(), error);
        if !text.is_null() {
            CStr::from_ptr(text).to_str().expect("UTF-8");
        }
        zerossl_string_free(text);
    }
}

extern "C-unwind" fn on_log(line: *const c_char, _: *mut c_void) {
    let line = unsafe { CStr::from_ptr(line) }.to_str().expect("UTF-8");
    assert!(!line.contains(SANDBOX.access_key()), "{line}");
}

unsafe fn step(step: &Step, held: &mut Held) {
    let mut error = ptr::null_mut();
    let at = &raw mut error;
    unsafe {
        match step {
            Step::Client { config } => {
                let config = config.get();
                let client = zerossl_client_new(pointer(config.as_ref()), at);
                check(client.is_null(), error);
                // It could lead anywhere.
                zerossl_client_free(client);
            }
            Step::Token => held.tokens.push(zerossl_cancel_token_new()),
            Step::WithCancel { client, token } => {
                let made =
                    zerossl_client_with_cancel(one(&held.clients, *client), one(&held.tokens, *token), at);
                check(made.is_null(), error);
                held.clients.extend((!made.is_null()).then_some(made));
            }
            Step::WithLog { client } => {
                let made =
                    zerossl_client_with_log(one(&held.clients, *client), Some(on_log), ptr::null_mut(), at);
                check(made.is_null(), error);
                held.clients.extend((!made.is_null()).then_some(made));
            }
            Step::AdvanceClock { client, seconds } => {
                let client = one(&held.clients, *client);
                assert!(zerossl_testing_advance_clock(client, *seconds) <= 0);
            }
            Step::CancelToken { token } => {
                let token = one(&held.tokens, *token);
                zerossl_cancel_token_cancel(token);
                assert_eq!(zerossl_cancel_token_is_cancelled(token), i32::from(!token.is_null()));
            }
            Step::FreeClient { client } => zerossl_client_free(take(&mut held.clients, *client)),
            Step::FreeToken { token } => zerossl_cancel_token_free(take(&mut held.tokens, *token)),
            Step::Call { client, operation: choice, parameters } => {
                let (name, given) = operation(*choice, parameters);
                let said =
                    zerossl_call(one(&held.clients, *client), name.as_ptr(), pointer(given.as_ref()), at);
                answer(said, error);
            }
            Step::CallDoc { client, operation: choice, parameters } => {
                let (name, given) = operation(*choice, parameters);
                let parameters = zerossl_doc_parse(pointer(given.as_ref()), ptr::null_mut());
                let said = zerossl_call_doc(one(&held.clients, *client), name.as_ptr(), parameters, at);
                check(said.is_null(), error);
                zerossl_doc_free(said);
                zerossl_doc_free(parameters);
            }
            Step::Run { client, operation: choice, parameters } => {
                let (name, given) = operation(*choice, parameters);
                let client = one(&held.clients, *client);
                let given = pointer(given.as_ref());
                answer(zerossl_run(client, name.as_ptr(), given, None, ptr::null_mut(), at), error);
            }
            Step::Start { client, operation: choice, parameters, as_call } => {
                let (name, given) = operation(*choice, parameters);
                let start = if *as_call { zerossl_op_start_call } else { zerossl_op_start };
                let op = start(one(&held.clients, *client), name.as_ptr(), pointer(given.as_ref()), at);
                check(op.is_null(), error);
                held.ops.extend((!op.is_null()).then_some(op));
            }
            Step::Next { op, timeout } => {
                let mut event = ptr::null_mut();
                let came = zerossl_op_next(one(&held.ops, *op), i32::from(*timeout % 8), &raw mut event, at);
                check(came < 0, error);
                assert_eq!(came == ZEROSSL_EVENT, !event.is_null());
                zerossl_string_free(event);
            }
            Step::Reply { op, reply } => {
                let reply = reply.get();
                check(zerossl_op_reply(one(&held.ops, *op), pointer(reply.as_ref()), at) != 0, error);
            }
            Step::Descriptor { op } => {
                let op = one(&held.ops, *op);
                assert_eq!(zerossl_op_fd(op) < 0, op.is_null());
            }
            Step::CancelOp { op } => zerossl_op_cancel(one(&held.ops, *op)),
            Step::Result { op } => answer(zerossl_op_result(one(&held.ops, *op), at), error),
            Step::FreeOp { op } => zerossl_op_free(take(&mut held.ops, *op)),
            Step::Quote { text } => {
                let text = text.get();
                zerossl_string_free(zerossl_json_quote(pointer(text.as_ref())));
            }
            Step::Get { json, pointer: place } => {
                let (json, place) = (json.get(), place.get());
                zerossl_string_free(zerossl_json_get(pointer(json.as_ref()), pointer(place.as_ref())));
            }
            Step::Prometheus { entries } => {
                let entries = entries.get();
                answer(zerossl_prometheus(pointer(entries.as_ref()), at), error);
            }
            Step::ErrorName { code } => {
                CStr::from_ptr(zerossl_error_name(*code)).to_str().expect("UTF-8");
            }
        }
    }
}

/// Whether the thread of an op is there, by its name.
fn has_threads() -> bool {
    let threads = fs::read_dir("/proc/self/task").expect("Linux").flatten();
    let mut names = threads.filter_map(|thread| fs::read_to_string(thread.path().join("comm")).ok());
    names.any(|name| name.trim_end() == "zerossl-op")
}

libfuzzer_sys::fuzz_target!(|input: Input| unsafe {
    let settings = format!(
        r#"{{"access_key": "{}", "base_url": "{}", "max_retries": 0, "requests_per_second": 0, "timeout": 2}}"#,
        SANDBOX.access_key(),
        SANDBOX.base_url()
    );
    let settings = CString::new(settings).expect("no NUL");
    let mut held = Held::default();
    held.clients.push(zerossl_client_new(settings.as_ptr(), ptr::null_mut()));
    SANDBOX.reset();
    work::begin();
    let begin = Instant::now();
    for one in input.0.iter().take(32).take_while(|_| begin.elapsed() < LONG) {
        let before = begin.elapsed();
        step(one, &mut held);
        assert!(begin.elapsed() < before + LONG, "{one:?} hangs");
    }
    for op in held.ops {
        zerossl_op_cancel(op);
        let (mut event, mut came) = (ptr::null_mut(), ZEROSSL_PENDING);
        while came > ZEROSSL_DONE {
            came = zerossl_op_next(op, 1000, &raw mut event, ptr::null_mut());
            zerossl_string_free(event);
            assert!(begin.elapsed() < 3 * LONG, "an op does not end");
        }
        zerossl_op_free(op);
    }
    for token in held.tokens {
        zerossl_cancel_token_free(token);
    }
    for client in held.clients {
        zerossl_client_free(client);
    }
    assert_eq!(zerossl_testing_live(), 0, "something was not freed");
    // Those of ops that were freed before, which may hold memory that would look lost.
    while has_threads() {
        assert!(begin.elapsed() < 3 * LONG, "the thread of an op does not end");
    }
    work::end();
});
