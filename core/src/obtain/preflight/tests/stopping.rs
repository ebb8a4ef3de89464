use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use zerossl_sandbox::DnsAnswer;

use super::super::Watching;
use super::web::{Web, file};
use super::{LABEL, await_question, preflight, record, sandbox, try_check};
use crate::cancel::CancelToken;
use crate::error::Kind;

#[test]
fn a_cancel_ends_a_question_and_a_wait() {
    for silent in [true, false] {
        let (sandbox, cancel) = (sandbox(), CancelToken::new());
        let name = format!("{LABEL}.example.com");
        if silent {
            sandbox.set_dns_answer(&name, DnsAnswer::Silence, Duration::ZERO);
        }
        let mut preflight = preflight(&sandbox, &[]);
        preflight.limits.record_wait = Duration::from_secs(60);
        preflight.limits.first_pause = Duration::from_secs(20);
        thread::scope(|scope| {
            let canceller = scope.spawn(|| {
                await_question(&sandbox, &name);
                cancel.cancel();
                Instant::now()
            });
            let error = try_check(&preflight, &record("example.com"), &cancel).expect_err("a cancel");
            assert_eq!(error.kind(), Kind::Cancelled);
            let since = canceller.join().expect("a time");
            assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
        });
    }
}

#[test]
fn a_cancel_ends_a_fetch() {
    let sandbox = sandbox();
    let web = Web::start(|mut stream| {
        let _ = stream.read(&mut [0]);
    });
    let mut preflight = preflight(&sandbox, &web.connect_to());
    preflight.limits.fetch = Duration::from_secs(20);
    let cancel = CancelToken::new();
    thread::scope(|scope| {
        let (theirs, asked) = (cancel.clone(), web.asked);
        let canceller = scope.spawn(move || {
            asked.recv().expect("a request");
            theirs.cancel();
            Instant::now()
        });
        let error = try_check(&preflight, &file("http", "example.com"), &cancel).expect_err("a cancel");
        assert_eq!(error.kind(), Kind::Cancelled);
        let since = canceller.join().expect("a time");
        assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    });
}

#[test]
fn a_token_is_asked_on_the_callers_thread_alone() {
    static ELSEWHERE: AtomicBool = AtomicBool::new(false);
    let caller = thread::current().id();
    let cancel = CancelToken::asking(move || {
        ELSEWHERE.fetch_or(thread::current().id() != caller, Ordering::Relaxed);
        false
    });
    let sandbox = sandbox();
    sandbox.set_dns_answer("example.com", DnsAnswer::Normal, Duration::from_millis(200));
    try_check(&preflight(&sandbox, &[]), &record("example.com"), &cancel).expect("a check");
    assert!(!ELSEWHERE.load(Ordering::Relaxed));
}

#[test]
fn the_deadline_leaves_what_was_seen() {
    let sandbox = sandbox();
    sandbox.set_dns_answer("example.com", DnsAnswer::Silence, Duration::ZERO);
    let mut preflight = preflight(&sandbox, &[]);
    preflight.limits.record_wait = Duration::from_secs(60);
    let started = Instant::now();
    let watch = Watching { cancel: &CancelToken::new(), deadline: started + Duration::from_millis(600) };
    let findings = preflight.check(&watch, &[record("example.com"), record("example.com")]).expect("a check");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    // The record is certainly missing. The CAA check has no result. The same finding is reported only once.
    let seen: Vec<_> = findings.iter().map(|finding| (finding.what, finding.certain)).collect();
    assert_eq!(seen, [("cname", true), ("caa", false)]);
    assert_eq!(findings[1].found, "the time was over");
}
