//! Threads of ours inside somebody else's process.

use std::io;
use std::thread::{Builder, JoinHandle};

use nix::sys::signal::{SigSet, SigmaskHow};

/// Starts a thread that takes no signals: they are for the host program's threads.
///
/// The mask is inherited, so it is set before the thread starts: no moment is left in which it could take one.
pub(crate) fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let thread = Builder::new().name(format!("zerossl-{name}")).spawn(work);
    before.thread_set_mask()?;
    thread
}
