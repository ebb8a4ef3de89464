//! What ends a call.

use std::time::Instant;

use crate::cancel::CancelToken;

/// The limits of a call, for what needs no more of its context.
#[cfg_attr(
    not(any(feature = "postgresql", feature = "s3")),
    allow(dead_code, reason = "only an engine has a use for it")
)]
pub(crate) trait Limits {
    fn cancel(&self) -> &CancelToken;
    fn deadline(&self) -> Instant;
}

/// The limits of what is done apart from a call, such as a write that a cancel must not stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within<'a> {
    pub(crate) cancel: &'a CancelToken,
    pub(crate) deadline: Instant,
}

impl Limits for Within<'_> {
    fn cancel(&self) -> &CancelToken {
        self.cancel
    }

    fn deadline(&self) -> Instant {
        self.deadline
    }
}
