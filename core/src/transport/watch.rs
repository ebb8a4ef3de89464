//! The token and deadline that the network code of the current thread has to check.
//!
//! Connections are pooled and outlive the call that made them, so they cannot store a call's token. They use the token
//! of the current thread: the library is blocking, so a call stays on its thread.

use std::cell::RefCell;
use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use nix::poll::PollFlags;

use crate::cancel::{CancelToken, Waited};

/// The limits of one exchange, and its state so far.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    pub(crate) cancel: CancelToken,
    pub(crate) deadline: Instant,
    /// Until the connection is established.
    pub(super) connect_deadline: Option<Instant>,
    /// Whether any byte of the request may have been sent.
    pub(super) sent: bool,
    /// Whether the current peer is the proxy and not yet the service.
    pub(super) is_at_proxy: bool,
}

impl Watch {
    pub(crate) fn new(cancel: CancelToken, deadline: Instant) -> Self {
        Self { cancel, deadline, connect_deadline: None, sent: false, is_at_proxy: false }
    }

    pub(super) fn end(&self) -> Instant {
        self.connect_deadline.map_or(self.deadline, |end| end.min(self.deadline))
    }

    /// An error if the token is cancelled or the deadline has passed. Its text is not used, see `failure`.
    fn check(&self) -> io::Result<()> {
        if self.cancel.is_cancelled() || Instant::now() >= self.end() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }
}

thread_local! {
    /// Without a destructor, since `exit` runs a thread's destructors first, and a handler of `atexit` may then call us.
    /// `under` leaves nothing in it.
    static CURRENT: ManuallyDrop<RefCell<Option<Watch>>> = const { ManuallyDrop::new(RefCell::new(None)) };
}

/// Runs `work` with this watch, and returns the watch in its final state.
pub(super) fn under<T>(watch: Watch, work: impl FnOnce() -> T) -> (T, Watch) {
    struct Restore(Option<Watch>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.with(|current| current.replace(self.0.take()));
        }
    }
    let kept = watch.clone();
    let _restore = Restore(CURRENT.with(|current| current.replace(Some(watch))));
    let result = work();
    (result, CURRENT.with(|current| current.take()).unwrap_or(kept))
}

/// A copy, because a token's callback may run the host's code, and that may call us.
fn current() -> Option<Watch> {
    CURRENT.with(|current| current.borrow().clone())
}

/// Checks the current watch.
pub(super) fn check() -> io::Result<()> {
    current().map_or(Ok(()), |watch| watch.check())
}

/// Waits until the descriptor is ready. An error if the watch does not allow it any longer, or at this moment.
pub(super) fn wait(fd: BorrowedFd<'_>, flags: PollFlags, end: Option<Instant>) -> io::Result<()> {
    let watch = current();
    let end = watch.iter().map(Watch::end).chain(end).min();
    match watch.map_or_else(CancelToken::never, |watch| watch.cancel).wait(Some((fd, flags)), end) {
        Waited::Ready => Ok(()),
        Waited::Cancelled | Waited::Over => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// The connection is established: from now on the call's own deadline counts.
pub(super) fn connected() {
    update(|watch| watch.connect_deadline = None);
}

/// From now on a failure is the proxy's, or the service's again.
pub(super) fn at_proxy(is_at_proxy: bool) {
    update(|watch| watch.is_at_proxy = is_at_proxy);
}

pub(super) fn is_at_proxy() -> bool {
    CURRENT.with(|current| current.borrow().as_ref().is_some_and(|watch| watch.is_at_proxy))
}

/// Bytes of the request are about to be sent.
pub(super) fn sending() {
    update(|watch| {
        watch.connect_deadline = None;
        watch.sent = true;
    });
}

fn update(change: impl FnOnce(&mut Watch)) {
    CURRENT.with(|current| current.borrow_mut().as_mut().map(change));
}

/// When the current phase must end.
pub(super) fn end() -> Option<Instant> {
    CURRENT.with(|current| current.borrow().as_ref().map(Watch::end))
}
