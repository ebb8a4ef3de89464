//! How a call to an engine fails.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::Caller;
use super::middleman::Middleman;
use crate::error::{Error, Kind};
use crate::ledger::Ledger;

/// What four calls say of an engine that does not do its work.
pub(crate) fn failures(ledger: &Arc<dyn Ledger>, caller: &Caller) -> [Error; 4] {
    let name = "entries/example.com";
    [
        ledger.get(caller, name, None).expect_err("get"),
        ledger.put_if(caller, name, b"x", None).expect_err("put"),
        ledger.list(caller, name).expect_err("list"),
        ledger.delete(caller, name).expect_err("delete"),
    ]
}

/// A call that hangs ends with a cancel, and at its deadline.
pub(crate) fn a_hanging_call_ends(ledger: &Arc<dyn Ledger>, middleman: &Middleman) {
    let caller = Caller { timeout: Duration::from_millis(300), ..Caller::new() };
    for error in failures(ledger, &caller) {
        assert!(error.is_retryable() && error.message().contains("time-out"), "{error}");
    }
    let start = Instant::now();
    ledger.get(&caller, "a", None).expect_err("it hangs");
    let took = start.elapsed();
    assert!(took >= caller.timeout && took < caller.timeout + Duration::from_millis(500), "{took:?}");

    for _ in 0..2 {
        let (caller, before) = (Caller::new(), middleman.requests());
        let took = thread::scope(|scope| {
            let canceller = scope.spawn(|| {
                while middleman.requests() == before {
                    thread::yield_now();
                }
                caller.cancel.cancel();
                Instant::now()
            });
            let error = ledger.put_if(&caller, "a", b"x", None).expect_err("it hangs");
            assert_eq!(error.kind(), Kind::Cancelled, "{error}");
            canceller.join().expect("no panic").elapsed()
        });
        assert!(took < Duration::from_millis(200), "{took:?} after the cancel");
    }
}
