//! The files of an entry, read without its lock.

use std::io;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::obtain::env::Env;
use crate::obtain::store::journal::{self, Journal};
use crate::obtain::store::sealed;

pub(crate) const JOURNAL: &str = "journal.json";
pub(crate) const VERSIONS: &str = "versions";
pub(crate) const CURRENT: &str = "current";

/// The folder of an entry.
#[derive(Clone, Copy)]
pub(crate) struct Folder<'a> {
    pub(crate) env: &'a Env<'a>,
    pub(crate) path: &'a Path,
}

impl Folder<'_> {
    /// The journal. An entry without one is new.
    pub(crate) fn journal(&self) -> Result<Journal> {
        let path = self.path.join(JOURNAL);
        let unreadable = |why: &dyn std::fmt::Display| {
            Error::storage(
                &path,
                format!(
                    "the journal cannot be read ({why}), and without it nothing is ordered; restore it from a backup, \
                     or move the entry's folder away to begin anew"
                ),
            )
        };
        let Some(content) = self.read(JOURNAL)? else {
            // The journal is the first file of an entry. So if other files exist, the journal was lost.
            let has_more =
                [VERSIONS, CURRENT].iter().any(|name| self.path.join(name).symlink_metadata().is_ok());
            return if has_more { Err(unreadable(&"it is gone")) } else { Ok(Journal::default()) };
        };
        let content = sealed::open(&content).map_err(|why| unreadable(&why))?;
        let version = serde_json::from_slice::<Value>(&content).map_err(|error| unreadable(&error))?;
        match version.get("version").and_then(Value::as_u64) {
            Some(version) if version == u64::from(journal::VERSION) => {}
            Some(version) => {
                return Err(unreadable(&format!("it is of version {version}, made by a newer library")));
            }
            None => return Err(unreadable(&"it has no version")),
        }
        serde_json::from_slice(&content).map_err(|error| unreadable(&error))
    }

    pub(crate) fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let Some(content) = self.read(name)? else { return Ok(None) };
        let unreadable = |why: &dyn std::fmt::Display| {
            Error::storage(self.path.join(name), format!("cannot be read: {why}"))
        };
        let json = sealed::open(&content).map_err(|why| unreadable(&why))?;
        serde_json::from_slice(&json).map(Some).map_err(|error| unreadable(&error))
    }

    /// A file of the entry, if it exists. `name` may include a folder.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path.join(name);
        match self.env.storage.read(&path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failed(&path, "read", &error)),
        }
    }
}

pub(crate) fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

pub(crate) fn failed(path: &Path, what: &str, error: &io::Error) -> Error {
    if Error::is_resource(error) {
        return Error::resource(&format!("{} could not be {what}", path.display()), error);
    }
    Error::storage(path, format!("could not be {what}: {error}")).with_errno_of(error)
}
