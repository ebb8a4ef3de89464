//! The shared store, as the calls of `obtain` and its relatives use it.

use std::sync::Arc;
use std::time::Duration;

use super::records::Records;

/// The shared store, as a call uses it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fleet<'a> {
    pub(crate) records: &'a Arc<Records>,
    /// How long the image of an entry is left to the host whose lease is in it, after its last change.
    pub(crate) lease: Duration,
}
