//! Published things.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::obtain::challenge::Challenge;

/// A published thing that has to be removed again, as it is in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Published {
    /// A file in a webroot.
    File { path: PathBuf },
    /// A folder in a webroot that was created for such files.
    Folder { path: PathBuf },
    /// A challenge that a hook or the caller published.
    Challenge { challenge: Challenge },
}
