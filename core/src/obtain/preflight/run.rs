//! Runs the asynchronous checks for a blocking caller. They run on their own thread, because the caller may be inside a
//! runtime of the host, and has to watch its token.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::check_target::CheckTarget;
use super::checks;
use super::finding::Finding;
use super::probe::Probe;
use super::settings::{Preflight, Watching};
use crate::error::{Error, Result};
use crate::mailbox::{Found, mailbox};
use crate::thread;

/// Checks all targets. If the checks cannot run at all, there is a finding for each target.
pub(super) fn run(
    preflight: &Preflight,
    watch: &Watching<'_>,
    targets: &[CheckTarget],
) -> Result<Vec<Finding>> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let (mail, mailbox) = match mailbox() {
        Ok(made) => made,
        Err(error) => return Ok(unable(targets, &format!("no pipe could be made ({error})"))),
    };
    // Dropped when the caller stops waiting.
    let (_waits, gone) = oneshot::channel();
    let (theirs, preflight, deadline) = (targets.to_vec(), preflight.clone(), watch.deadline);
    let started = thread::spawn("preflight", move || {
        mail.send(runtime().map(|runtime| {
            let probe = Probe::new(preflight, deadline);
            let findings = runtime.block_on(unless_gone(gone, checks::all(&probe, &theirs)));
            // A fetch that is still running ends by itself.
            runtime.shutdown_background();
            findings
        }));
    });
    if let Err(error) = started {
        return Ok(unable(targets, &format!("no thread could be started ({error})")));
    }
    match mailbox.wait(watch.cancel, None) {
        Found::Message(Ok(Some(findings))) => Ok(findings),
        Found::Message(Ok(None)) | Found::Cancelled => Err(Error::cancelled()),
        Found::Message(Err(error)) => Ok(unable(targets, &format!("no network could be had ({error})"))),
        Found::Closed | Found::Over => Ok(unable(targets, "the check broke off; please report this")),
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

/// The result of the work, unless the caller is gone before.
async fn unless_gone<T>(mut caller: oneshot::Receiver<()>, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => Pin::new(&mut caller).poll(context).map(|_| None),
    })
    .await
}
