//! Parameters of `remove_entry`.

use std::path::PathBuf;

use crate::declare::request;
use crate::endpoints::Reason;

request! {
    /// Removes an entry from a store. Its order is cancelled, and what was published for it is taken away.
    #[in_rust = "As long as the certificate is good and not revoked, its key is only removed with `force` or `revoke`."]
    pub struct RemoveEntry {
        required {
            /// The folder of all entries.
            directory: PathBuf = Folder;
            /// The entry's name.
            name: String = Text;
        }
        optional {
            /// Revokes the certificate first.
            revoke: bool = Flag;
            /// The reason for the revocation; `Unspecified` by default.
            reason: Reason = OneOf(Reason::WORDS);
            /// Removes the key of a certificate that is good and not revoked.
            force: bool = Flag;
        }
    }
}

impl RemoveEntry {
    /// The entry of this name.
    pub fn new(directory: impl Into<PathBuf>, name: impl Into<String>) -> Self {
        Self::with(directory.into(), name.into())
    }
}
