//! The keys that requests are signed with.

use std::fmt;
use std::time::SystemTime;

use crate::clean::Cleaner;
use crate::error::{Error, Kind};
use crate::secret::Secret;

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) id: String,
    pub(super) secret: Secret,
    pub(super) token: Option<Secret>,
    pub(super) expires: Option<SystemTime>,
    /// Where they come from, for messages.
    pub(super) source: String,
}

impl Keys {
    /// Knows what must not be shown.
    pub(super) fn cleaner(&self) -> Cleaner {
        let mut cleaner = Cleaner::default();
        cleaner.learn(self.secret.reveal());
        if let Some(token) = &self.token {
            cleaner.learn(token.reveal());
        }
        cleaner
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("source", &self.source).finish_non_exhaustive()
    }
}

/// The caller adds the place.
pub(super) fn error(message: String) -> Error {
    Error::new(Kind::Storage, message)
}
