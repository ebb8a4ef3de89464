//! The context that every publisher gets besides the challenge.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use crate::context::Context;
use crate::endpoints::ValidationMethod;
use crate::error::Error;
use crate::excerpt::one_line;
use crate::ledger::fleet::Fleet;
use crate::obtain::challenge::Challenge;

/// The context of publishing.
pub(crate) struct Publishing<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) method: ValidationMethod,
    /// The entry's name.
    pub(crate) entry: &'a str,
    pub(crate) order_id: &'a str,
    /// The shared store, if there is one.
    pub(crate) fleet: Option<Fleet<'a>>,
    /// The deadline.
    pub(crate) end: Option<Instant>,
    /// The entry's lock. A hook may continue after a cancel, and keeps the lock until it ends.
    pub(crate) lock: Arc<dyn Any + Send + Sync>,
}

/// Publish or remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Present,
    Cleanup,
}

/// The error if nobody publishes.
pub(super) fn nobody(challenge: &Challenge) -> Error {
    let why = format!(
        "nobody is there to publish {} or to take it away: give `webroot`, `listen` or `hook`, or start the \
         operation as an op",
        one_line(challenge.location(), 200)
    );
    Error::invalid("validation", why)
}
