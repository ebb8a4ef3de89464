//! What `install_certificates` takes; it answers as `renew_all`.

use std::path::PathBuf;

use super::obtain::Layout;
use crate::declare::request;

request! {
    /// Brings certificates of the shared store (setting `store`) into this host's folder. Each is switched in one step, and
    /// the deploy hook runs for those that are new here. Nothing is ordered, and no access key is needed. What was removed
    /// from the store is told, and stays here.
    #[in_rust = "The error is of the first failure's kind; see [`Error::details`](crate::Error::details)."]
    pub struct InstallCertificates {
        required {
            /// The local folder of all entries. It is made if it does not exist.
            directory: PathBuf = Folder;
        }
        optional {
            /// The entries; by default all of the store.
            names: Vec<String> = TextList;
            /// A command that runs after a new certificate is installed here, at least once for each; by default the one of
            /// the entry's request.
            deploy_hook: Vec<String> = Command;
            /// A command that runs once after a call that has installed something; `ZEROSSL_ENTRIES` has the entries' names.
            /// If it fails, the next call runs it again.
            post_hook: Vec<String> = Command;
            /// What `current` is, as in `obtain`; by default as in the entry's request.
            layout: Layout = OneOf(Layout::WORDS);
            /// What a failed entry makes of the call, as in `renew_all`: `error`, the default, or `report`.
            on_failure: String = OneOf(&["error", "report"]);
        }
    }
}

impl InstallCertificates {
    /// All certificates of the store, into this folder.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self::with(directory.into())
    }
}
