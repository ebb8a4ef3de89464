//! Counts the objects that the host holds: clients, ops, errors and strings together. Only in builds for
//! tests.

#[cfg(feature = "counting")]
use std::sync::atomic::{AtomicI64, Ordering};

#[cfg(feature = "counting")]
static LIVE: AtomicI64 = AtomicI64::new(0);

/// One was handed out.
pub(crate) fn made() {
    #[cfg(feature = "counting")]
    LIVE.fetch_add(1, Ordering::SeqCst);
}

/// One came back.
pub(crate) fn freed() {
    #[cfg(feature = "counting")]
    LIVE.fetch_sub(1, Ordering::SeqCst);
}

#[cfg(feature = "counting")]
pub(crate) fn live() -> i64 {
    LIVE.load(Ordering::SeqCst)
}
