//! What was put somewhere.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::obtain::challenge::Challenge;

/// What was put somewhere and has to be taken away again, as it stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Published {
    /// A file in a webroot.
    File { path: PathBuf },
    /// A folder in a webroot, made for such files.
    Folder { path: PathBuf },
    /// What a hook or the caller published.
    Challenge { challenge: Challenge },
}
