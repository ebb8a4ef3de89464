//! Whether an entry's folder can hold what an order brings: tried out before one is placed.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::obtain::store::entry::{CURRENT, Entry, PRIVATE, VERSIONS, failed, is_absent};

const FILE: &str = ".probe";
const FOLDER: &str = ".probe.d";
/// More than the files of an order take together.
const NEEDED: usize = 64 * 1024;

impl Entry<'_> {
    /// Does each thing once that will be done when it is too late to do without: a private file is made, synced and
    /// renamed, a link put in its place, a folder made. Nothing is left behind; what a crash leaves goes with the next
    /// call.
    pub(crate) fn prepare(&self) -> Result<()> {
        self.expect_our_kinds()?;
        let (probe, new) = (self.path.join(FILE), self.path.join(format!("{FILE}.new")));
        let storage = self.env.storage;
        // No run of zeros, which some file systems do not store.
        let mut content = vec![0; NEEDED];
        fastrand::Rng::new().fill(&mut content);
        storage
            .create(&new, &content, PRIVATE)
            .and_then(|()| storage.sync(&new))
            .map_err(|error| failed(&new, "written", &error))?;
        storage.rename(&new, &probe).map_err(|error| failed(&probe, "renamed", &error))?;
        let target = Path::new(VERSIONS).join("0");
        storage.link(&target, &new).map_err(|error| no_links(&new, &error))?;
        storage
            .rename(&new, &probe)
            .and_then(|()| self.sync_folder(&self.path))
            .map_err(|error| failed(&probe, "renamed", &error))?;
        if storage.target(&probe).map_err(|error| no_links(&probe, &error))? != target {
            return Err(Error::storage(probe, "a symbolic link made there leads elsewhere"));
        }
        storage.remove(&probe).map_err(|error| failed(&probe, "removed", &error))?;
        let folder = self.versions().join(FOLDER);
        match storage.make_folder(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failed(&folder, "made", &error));
            }
            _ => {}
        }
        storage.remove_folder(&folder).map_err(|error| failed(&folder, "removed", &error))
    }

    /// What lies in the place of ours is not to be found out when the certificate is there.
    fn expect_our_kinds(&self) -> Result<()> {
        self.is_current(0)?;
        let versions = self.path.join(VERSIONS);
        match versions.metadata() {
            Ok(found) if found.is_dir() => Ok(()),
            Err(error) if is_absent(&error) && !versions.is_symlink() => Ok(()),
            Ok(_) => Err(Error::storage(versions, "it is no folder; move it away")),
            Err(error) => Err(failed(&versions, "used", &error)),
        }
    }

    /// Where the folders of orders are made, or will be.
    fn versions(&self) -> PathBuf {
        let versions = self.path.join(VERSIONS);
        if versions.is_dir() { versions } else { self.path.clone() }
    }
}

fn no_links(path: &Path, error: &io::Error) -> Error {
    let why = format!(
        "no symbolic link could be made ({error}), and `{CURRENT}` is one; use a file system that has them"
    );
    Error::storage(path, why)
}
