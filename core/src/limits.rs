//! What ends a call.

use std::time::Instant;

use crate::cancel::CancelToken;

/// The limits of a call, for what needs no more of its context.
pub(crate) trait Limits {
    fn cancel(&self) -> &CancelToken;
    fn deadline(&self) -> Instant;
}
