//! What an entry has to do with a store that several hosts share.

pub(crate) mod image;
pub(crate) mod mark;

use std::cell::{Cell, RefCell};
use std::time::Instant;

use crate::ledger::fleet::Fleet;
use crate::ledger::records::At;
use image::Image;
use mark::Mark;

/// What an entry has to do with the shared store.
#[derive(Debug)]
pub(crate) struct Shared<'a> {
    pub(crate) fleet: Fleet<'a>,
    pub(crate) mark: RefCell<Mark>,
    /// The image that is in the store, as far as this call knows.
    pub(crate) seen: RefCell<Option<(Image, At)>>,
    pub(crate) has_lease: Cell<bool>,
    /// When the image was last replaced.
    pub(crate) pushed: Cell<Instant>,
}
