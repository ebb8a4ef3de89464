//! The parts of the system that tests replace: disk and clock.

use crate::clock::Clock;
use crate::context::Context;
use crate::obtain::store::storage::{Disk, Storage};

/// The disk and the clock.
pub(crate) struct Env<'a> {
    pub(crate) storage: &'a dyn Storage,
    pub(crate) clock: &'a dyn Clock,
}

impl<'a> Env<'a> {
    /// The real disk, and the client's clock.
    pub(crate) fn of(context: &Context<'a>) -> Self {
        Self { storage: &Disk, clock: &context.connection.clock }
    }
}
