//! What hosts share of an entry.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::obtain::steps::kept_request::{REQUEST, WANTED};
use crate::obtain::steps::keys::WANTED_KEY;
use crate::obtain::store::entry::{Entry, PRIVATE, PUBLIC};
use crate::obtain::store::files::{CERT, CERTIFICATE, CHAIN, CSR, KEY};
use crate::obtain::store::journal::{Installed, Journal};
use crate::secret::Secret;

/// The files beside the journal.
const REQUESTS: [&str; 3] = [REQUEST, WANTED, WANTED_KEY];
/// The files of a version. The others are made of them.
const OF_VERSION: [&str; 5] = [CERT, CHAIN, KEY, CSR, CERTIFICATE];

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// Without what each host knows for itself: whether its deploy hook has run, and the like.
    pub(crate) journal: Journal,
    /// By their names in the folder, such as `versions/3/cert.pem`.
    pub(crate) files: BTreeMap<String, Secret>,
    /// Who works on the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lease: Option<Lease>,
    /// The entry was removed. Its record stays, so that a host that was away can tell.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) removed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lease {
    /// The working copy, as in its mark.
    pub(crate) copy: String,
    /// For people who read it.
    pub(crate) host: String,
    /// It ends when the image has not changed for this time.
    pub(crate) seconds: u64,
}

impl Image {
    /// The image of a folder with this journal.
    pub(super) fn of(entry: &Entry<'_>, journal: &Journal, lease: Option<Lease>) -> Result<Self> {
        let mut files = BTreeMap::new();
        let versions = serials(journal);
        let of_versions =
            versions.iter().flat_map(|serial| OF_VERSION.map(|file| Entry::in_version(*serial, file)));
        for name in REQUESTS.map(str::to_owned).into_iter().chain(of_versions) {
            if let Some(content) = entry.read_text(&name)? {
                files.insert(name, content.into());
            }
        }
        Ok(Self { journal: for_all(journal), files, lease, removed: false })
    }

    /// What is left of a removed entry.
    pub(super) fn removed(journal: &Journal) -> Self {
        Self { journal: journal.of_removed(), files: BTreeMap::new(), lease: None, removed: true }
    }

    /// Whether it says the same, whoever works on it.
    pub(super) fn says(&self, other: &Self) -> bool {
        self.journal == other.journal && self.files == other.files && self.removed == other.removed
    }

    /// The versions that it has files of.
    pub(super) fn serials(&self) -> Vec<u32> {
        serials(&self.journal)
    }
}

/// The names of files that the folder must not have if the image has not.
pub(super) fn optional_files() -> [&'static str; 3] {
    REQUESTS
}

pub(super) fn mode(name: &str) -> u32 {
    let is_public = [CERT, CHAIN].iter().any(|file| name.ends_with(&format!("/{file}")));
    if is_public { PUBLIC } else { PRIVATE }
}

fn serials(journal: &Journal) -> Vec<u32> {
    let installed = journal.installed.as_ref().map(|installed| installed.serial);
    let order = journal.order.as_ref().map(|order| order.serial);
    let quarantined = journal.quarantined.as_ref().map(|quarantined| quarantined.serial);
    [installed, order, quarantined].into_iter().flatten().collect()
}

/// The journal without what concerns one host alone.
fn for_all(journal: &Journal) -> Journal {
    let installed = journal.installed.clone().map(|installed| Installed {
        deployed: true,
        predecessor: None,
        rolled_back: false,
        awaits_post_hook: false,
        ..installed
    });
    journal.with_installed(installed)
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: Vec<&String> = self.files.keys().collect();
        f.debug_struct("Image").field("journal", &self.journal).field("files", &files).finish_non_exhaustive()
    }
}
