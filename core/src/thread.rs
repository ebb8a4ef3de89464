//! Our threads inside the host's process.

use std::io;
use std::thread::{Builder, JoinHandle, Scope, ScopedJoinHandle};

use nix::sys::signal::{SigSet, SigmaskHow};

/// Starts a thread that receives no signals: signals are for the host program's threads.
pub(crate) fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    without_signals(|| builder(name).spawn(work))
}

/// The same, for a thread that ends within a scope.
pub(crate) fn spawn_scoped<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    work: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    without_signals(|| builder(name).spawn_scoped(scope, work))
}

fn builder(name: &str) -> Builder {
    Builder::new().name(format!("zerossl-{name}"))
}

/// A thread inherits the mask. So it is set before the thread starts, and the thread never receives a signal.
fn without_signals<T>(start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let thread = start();
    before.thread_set_mask()?;
    thread
}
