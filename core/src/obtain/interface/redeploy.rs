//! What `redeploy` takes; it answers as `obtain`.

use std::path::PathBuf;

use crate::declare::request;

request! {
    /// Runs the deploy hook of an entry again, for the certificate in use, and makes its keystore anew. Nothing is ordered,
    /// and no network is used.
    pub struct Redeploy {
        required {
            /// The folder of all entries.
            directory: PathBuf = Folder;
            /// The entry's name.
            name: String = Text;
        }
        optional {}
    }
}

impl Redeploy {
    /// The entry of this name.
    pub fn new(directory: impl Into<PathBuf>, name: impl Into<String>) -> Self {
        Self::with(directory.into(), name.into())
    }
}
