//! Runs a future that waits for one socket, on the thread of the caller.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use super::wire::Wire;
use crate::cancel::{CancelToken, Waited};

/// Whether a part of the future has work for another part.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The result of the future. None if the token was cancelled or the time has come.
pub(super) fn run<T>(
    wire: &Wire,
    cancel: &CancelToken,
    end: Instant,
    future: impl Future<Output = T>,
) -> Option<T> {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(result);
        }
        if !woken.0.swap(false, Ordering::Relaxed)
            && cancel.wait([wire.awaited()], Some(end)) != Waited::Ready
        {
            return None;
        }
    }
}
