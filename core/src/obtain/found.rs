//! What an entry says about itself, for those who list entries.

use serde_json::{Map, Value};

use super::store::files::{LAST_ERROR, REQUEST};
use super::store::folder::Folder;
use super::store::journal::Journal;
use crate::error::Result;

/// What an entry says about itself.
pub(crate) struct Found {
    pub(crate) journal: Result<Journal>,
    pub(crate) request: Result<Option<Map<String, Value>>>,
    /// In PEM.
    pub(crate) leaf: Result<Option<Vec<u8>>>,
    pub(crate) last_error: Result<Option<Value>>,
}

impl Found {
    pub(crate) fn of(folder: &Folder<'_>) -> Self {
        Self {
            journal: folder.journal(),
            request: folder.read_json(REQUEST),
            leaf: folder.read("current/cert.pem"),
            last_error: folder.read_json(LAST_ERROR),
        }
    }
}
