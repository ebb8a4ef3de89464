//! Runs the asynchronous checks for a blocking caller. They run on their own thread, because the caller may be inside a
//! runtime of the host, and has to watch its token.

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

/// Checks all targets. If the checks cannot run at all, there is a finding for each target.
pub(super) fn run(
    preflight: &Preflight,
    watch: &Watching<'_>,
    targets: &[CheckTarget],
) -> Result<Vec<Finding>> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    // The callback of the caller's token must be called on the caller's thread, so the checks have another token.
    let stop = CancelToken::new();
    let (done, outcome) = channel();
    let (theirs, there, preflight, deadline) =
        (targets.to_vec(), stop.clone(), preflight.clone(), watch.deadline);
    let started = thread::spawn("preflight", move || {
        let findings = runtime().map(|runtime| {
            let probe = Probe::new(preflight, deadline);
            let findings = runtime.block_on(unless_stopped(&there, checks::all(&probe, &theirs)));
            // A fetch that is still running ends by itself.
            runtime.shutdown_background();
            findings
        });
        // After a cancel nobody receives this.
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
                return Ok(unable(targets, "the check broke off; please report this"));
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
    /// Maximum number of parallel fetches. Each has a thread, which inherits the blocked signals.
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
