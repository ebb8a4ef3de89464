//! The parts of the system that tests replace: disk and clock.

use super::clock::{Clock, SystemClock};
use crate::obtain::store::storage::{Disk, Storage};

/// The disk and the clock.
pub(crate) struct Env<'a> {
    pub(crate) storage: &'a dyn Storage,
    pub(crate) clock: &'a dyn Clock,
}

impl Env<'static> {
    /// The real ones.
    pub(crate) const REAL: Self = Self { storage: &Disk, clock: &SystemClock };
}
