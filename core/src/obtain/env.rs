//! The parts of the system that tests replace: disk, clock and shared store.

use crate::clock::Clock;
use crate::context::Context;
use crate::ledger::fleet::Fleet;
use crate::obtain::store::storage::{Disk, Storage};

/// The disk, the clock, and the shared store.
pub(crate) struct Env<'a> {
    pub(crate) storage: &'a dyn Storage,
    pub(crate) clock: &'a dyn Clock,
    /// None if the folder is all that there is.
    pub(crate) fleet: Option<Fleet<'a>>,
}

impl<'a> Env<'a> {
    /// The real disk, the client's clock, and its shared store.
    pub(crate) fn of(context: &Context<'a>) -> Self {
        let connection = context.connection;
        let fleet = connection.store.as_ref().map(|records| Fleet { records, lease: connection.store_lease });
        Self { storage: &Disk, clock: &connection.clock, fleet }
    }
}
