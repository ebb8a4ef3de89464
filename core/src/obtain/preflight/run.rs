//! From blocking to asynchronous and back: a look runs on a thread of its own, so that the caller's may be inside
//! somebody else's runtime, and stays free to watch its token.

use std::pin::pin;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::check_target::CheckTarget;
use super::checks;
use super::finding::Finding;
use super::probe::Probe;
use super::settings::{Preflight, Watching};
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::thread;

const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Looks at all targets. If it cannot be done at all, that is a finding for each.
pub(super) fn run(
    preflight: &Preflight,
    watch: &Watching<'_>,
    targets: &[CheckTarget],
) -> Result<Vec<Finding>> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    // What the caller's token asks is for the caller's thread.
    let stop = CancelToken::new();
    let (done, outcome) = channel();
    let (theirs, there, preflight, deadline) =
        (targets.to_vec(), stop.clone(), preflight.clone(), watch.deadline);
    let started = thread::spawn("preflight", move || {
        let findings = runtime().map(|runtime| {
            let probe = Probe::new(preflight, deadline);
            let findings = runtime.block_on(unless_stopped(&there, checks::all(&probe, &theirs)));
            // A fetch that nobody waits for ends by itself.
            runtime.shutdown_background();
            findings
        });
        // Nobody is there after a cancel.
        let _ = done.send(findings);
    });
    if let Err(error) = started {
        return Ok(unable(targets, &format!("no thread could be started ({error})")));
    }
    loop {
        match outcome.recv_timeout(POLL_INTERVAL) {
            Ok(Ok(Some(findings))) => return Ok(findings),
            Ok(Ok(None)) => return Err(Error::cancelled()),
            Ok(Err(error)) => return Ok(unable(targets, &format!("no network could be had ({error})"))),
            Err(RecvTimeoutError::Disconnected) => {
                return Ok(unable(targets, "the look broke off; please report this"));
            }
            Err(RecvTimeoutError::Timeout) if watch.cancel.is_cancelled() => {
                stop.cancel();
                return Err(Error::cancelled());
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

fn unable(targets: &[CheckTarget], why: &str) -> Vec<Finding> {
    targets.iter().map(|target| target.place().unclear(why, "try again later")).collect()
}

fn runtime() -> std::io::Result<Runtime> {
    /// Fetches at a time: a thread each, which inherits that it takes no signals.
    const MAX_FETCHES: usize = 16;
    Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(MAX_FETCHES)
        .thread_name("zerossl-fetch")
        .build()
}

async fn unless_stopped<T>(stop: &CancelToken, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    while !stop.is_cancelled() {
        if let Ok(result) = tokio::time::timeout(POLL_INTERVAL, work.as_mut()).await {
            return Some(result);
        }
    }
    None
}
