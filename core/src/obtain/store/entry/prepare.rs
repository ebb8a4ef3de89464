//! Checks before an order that an entry's folder can store its files.

use std::io;
use std::path::{Path, PathBuf};

use super::current::no_links;
use crate::error::{Error, Result};
use crate::obtain::interface::Layout;
use crate::obtain::store::entry::{Entry, PRIVATE};
use crate::obtain::store::folder::{VERSIONS, failed, is_absent};

const FILE: &str = ".probe";
const FOLDER: &str = ".probe.d";
/// More than all files of an order together.
const NEEDED: usize = 64 * 1024;

impl Entry<'_> {
    /// Tries every step that must not fail later: creates, syncs and renames a private file, replaces it by a link if
    /// the layout has one, creates a folder. Nothing is left behind. What a crash leaves is removed by the next call.
    pub(crate) fn prepare(&self, layout: Layout) -> Result<()> {
        self.expect_our_kinds()?;
        let (probe, new) = (self.path.join(FILE), self.path.join(format!("{FILE}.new")));
        self.try_steps(&probe, &new, layout).inspect_err(|_| {
            for path in [&probe, &new] {
                // The failure of the step says more, and the next call tries again.
                let _ = self.env.storage.remove(path);
            }
        })
    }

    fn try_steps(&self, probe: &Path, new: &Path, layout: Layout) -> Result<()> {
        let storage = self.env.storage;
        // Not only zeros, which some file systems do not store.
        let mut content = vec![0; NEEDED];
        fastrand::Rng::new().fill(&mut content);
        storage
            .create(new, &content, PRIVATE)
            .and_then(|()| storage.sync(new))
            .map_err(|error| failed(new, "written", &error))?;
        storage.rename(new, probe).map_err(|error| failed(probe, "renamed", &error))?;
        if layout == Layout::Links {
            self.try_link(probe, new)?;
        }
        storage.remove(probe).map_err(|error| failed(probe, "removed", &error))?;
        let folder = self.versions().join(FOLDER);
        match storage.make_folder(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failed(&folder, "made", &error));
            }
            _ => {}
        }
        storage.remove_folder(&folder).map_err(|error| failed(&folder, "removed", &error))
    }

    /// Replaces the file by a link.
    fn try_link(&self, probe: &Path, new: &Path) -> Result<()> {
        let storage = self.env.storage;
        let target = Path::new(VERSIONS).join("0");
        storage.link(&target, new).map_err(|error| no_links(new, &error))?;
        storage
            .rename(new, probe)
            .and_then(|()| self.sync_folder(&self.path))
            .map_err(|error| failed(probe, "renamed", &error))?;
        if storage.target(probe).map_err(|error| no_links(probe, &error))? != target {
            return Err(Error::storage(probe, "a symbolic link made there leads elsewhere"));
        }
        Ok(())
    }

    /// Something else with the name of one of our files must be found now, and not when the certificate is issued.
    fn expect_our_kinds(&self) -> Result<()> {
        self.expect_our_current()?;
        let versions = self.path.join(VERSIONS);
        match versions.metadata() {
            Ok(found) if found.is_dir() => Ok(()),
            Err(error) if is_absent(&error) && !versions.is_symlink() => Ok(()),
            Ok(_) => Err(Error::storage(versions, "it is no folder; move it away")),
            Err(error) => Err(failed(&versions, "used", &error)),
        }
    }

    /// The folder for the folders of orders, or its future parent.
    fn versions(&self) -> PathBuf {
        let versions = self.path.join(VERSIONS);
        if versions.is_dir() { versions } else { self.path.clone() }
    }
}
