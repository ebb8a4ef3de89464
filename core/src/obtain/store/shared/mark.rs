//! `ledger.json`: says that a folder is a working copy, of which store, and what of it.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::ledger::Version;
use crate::ledger::records;
use crate::obtain::store::folder::Folder;
use crate::time::Time;

pub(crate) const MARK: &str = "ledger.json";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mark {
    /// The id of the store.
    pub(crate) store: String,
    /// The id of this working copy. Leases name it: after a crash, its own lease does not keep a host waiting.
    pub(crate) copy: String,
    /// The newest revision that this host has seen. An older one is of a store that was restored from a backup.
    pub(crate) revision: u64,
    /// The version of the image that is in the folder. None while it is being brought.
    pub(crate) version: Option<Version>,
    /// A lease of another host, and since when its image has not changed, by this host's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lease_seen: Option<LeaseSeen>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaseSeen {
    pub(crate) version: Version,
    pub(crate) since: Time,
}

impl Mark {
    /// Of a folder, if it is a working copy.
    pub(crate) fn read(folder: &Folder<'_>) -> Result<Option<Self>> {
        let advice = "if it stays so, move the entry's folder away, and the next call brings what the shared store has";
        folder.read_json(MARK).map_err(|error| error.and_say(advice))
    }

    /// For a folder that is not a working copy yet.
    pub(crate) fn new(store: &str) -> Result<Self> {
        let copy = records::random()?;
        Ok(Self { store: store.to_owned(), copy, revision: 0, version: None, lease_seen: None })
    }
}
