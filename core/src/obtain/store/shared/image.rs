//! What hosts share of an entry.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::obtain::store::files::{CERT, CERTIFICATE, CHAIN, CSR, KEY, REQUEST, WANTED, WANTED_KEY};
use crate::obtain::store::journal::{Installed, Journal};
use crate::obtain::store::sealed;
use crate::secret::Secret;

/// The files beside the journal.
pub(crate) const REQUESTS: [&str; 3] = [REQUEST, WANTED, WANTED_KEY];
/// The files of a version. The others are made of them.
pub(crate) const OF_VERSION: [&str; 5] = [CERT, CHAIN, KEY, CSR, CERTIFICATE];

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
    /// What is left of a removed entry.
    pub(crate) fn removed(journal: &Journal) -> Self {
        Self { journal: journal.of_removed(), files: BTreeMap::new(), lease: None, removed: true }
    }

    /// Whether it says the same, whoever works on it.
    pub(crate) fn says(&self, other: &Self) -> bool {
        self.journal == other.journal && self.files == other.files && self.removed == other.removed
    }

    /// The request in force, if it can be read.
    pub(crate) fn request(&self) -> Option<Map<String, Value>> {
        let json = sealed::open(self.files.get(REQUEST)?.reveal().as_bytes()).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// A name that no file of an image has. It would be written to the folder, or elsewhere.
    pub(crate) fn foreign_file(&self) -> Option<&str> {
        let is_ours = |name: &str| {
            let of_version = name.strip_prefix("versions/").and_then(|rest| rest.split_once('/'));
            REQUESTS.contains(&name)
                || of_version.is_some_and(|(serial, file)| {
                    serial.parse::<u32>().is_ok_and(|number| number.to_string() == serial)
                        && OF_VERSION.contains(&file)
                })
        };
        self.files.keys().map(String::as_str).find(|name| !is_ours(name))
    }

    /// The versions that it has files of.
    pub(crate) fn serials(&self) -> Vec<u32> {
        serials(&self.journal)
    }
}

pub(crate) fn serials(journal: &Journal) -> Vec<u32> {
    let installed = journal.installed.as_ref().map(|installed| installed.serial);
    let order = journal.order.as_ref().map(|order| order.serial);
    let quarantined = journal.quarantined.as_ref().map(|quarantined| quarantined.serial);
    [installed, order, quarantined].into_iter().flatten().collect()
}

/// The journal without what concerns one host alone.
pub(crate) fn for_all(journal: &Journal) -> Journal {
    let installed = journal.installed.clone().map(|installed| Installed {
        deployed: true,
        deployed_for: None,
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
