//! `current`: what leads to the certificate in use.
//!
//! With the layout `links` it is a symbolic link to a version, replaced in one step. With `files` it is a folder with
//! copies, for file systems without links. There a file says which version is in it, and that is written last: whatever a
//! crash leaves is no version, and the next call copies again.

use std::io;
use std::path::{Path, PathBuf};

use super::{Entry, PRIVATE, PUBLIC};
use crate::error::{Error, Result};
use crate::event::EventType;
use crate::obtain::events::{Stage, emit};
use crate::obtain::interface::Layout;
use crate::obtain::store::files::{COMBINED, IN_USE, KEY, KEYSTORE};
use crate::obtain::store::folder::{CURRENT, VERSIONS, failed, is_absent};
use crate::obtain::store::storage::Attributes;

/// Says which version is in a folder `current`.
const MARK: &str = ".version";
/// The version that is in it while files are copied.
const NONE: u32 = 0;

/// What is at `current`.
enum Found {
    Nothing,
    Link(PathBuf),
    /// A folder with the files of this version.
    Files(u32),
}

impl Entry<'_> {
    /// The path of a file of the certificate in use.
    pub(crate) fn current(&self, file: &str) -> PathBuf {
        self.path.join(CURRENT).join(file)
    }

    /// Whether `current` leads to this version, in this layout.
    pub(crate) fn is_current(&self, serial: u32, layout: Layout) -> Result<bool> {
        Ok(match self.found()? {
            Found::Nothing => false,
            Found::Link(target) => layout == Layout::Links && target == target_of(serial),
            Found::Files(found) => layout == Layout::Files && found == serial,
        })
    }

    /// Whether `current` is absent or ours, in whatever layout.
    pub(crate) fn expect_our_current(&self) -> Result<()> {
        self.found().map(drop)
    }

    /// Makes `current` lead to this version, durably; with links in one step.
    pub(crate) fn switch(&self, serial: u32, layout: Layout) -> Result<()> {
        match (layout, self.found()?) {
            (Layout::Links, Found::Files(_)) => self.remove_current()?,
            (Layout::Files, Found::Link(_)) => self.remove(CURRENT)?,
            _ => {}
        }
        match layout {
            Layout::Links => self.link_to(serial),
            Layout::Files => self.copy_from(serial),
        }
    }

    /// Removes `current`, and our files in it.
    pub(crate) fn remove_current(&self) -> Result<()> {
        let path = self.path.join(CURRENT);
        if !path.is_symlink() && path.is_dir() {
            let mark = path.join(MARK);
            // Last, since it says that the folder is ours.
            let others = self.listed(&path)?.into_iter().filter(|file| *file != mark);
            for file in others.chain([mark.clone()]) {
                match self.env.storage.remove(&file) {
                    Err(error) if !is_absent(&error) => return Err(failed(&file, "removed", &error)),
                    _ => {}
                }
            }
            return self.env.storage.remove_folder(&path).map_err(|error| failed(&path, "removed", &error));
        }
        self.remove(CURRENT)
    }

    /// Gives a file the owner and the mode of another one.
    pub(crate) fn give_attributes(&self, path: &Path, attributes: Attributes) -> Result<()> {
        let storage = self.env.storage;
        let own = storage.attributes(path).map_err(|error| failed(path, "looked at", &error))?;
        if own == attributes {
            return Ok(());
        }
        if let Err(error) = storage.set_attributes(path, attributes).and_then(|()| storage.sync(path)) {
            let message =
                format!("{} could not get the owner and mode of the old one ({error})", path.display());
            emit(&self.context, &self.name, EventType::Warning, Stage::Install, &message, []);
        }
        Ok(())
    }

    /// The owner and mode of a file, if it exists.
    pub(crate) fn attributes(&self, path: &Path) -> Result<Option<Attributes>> {
        match self.env.storage.attributes(path) {
            Ok(attributes) => Ok(Some(attributes)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failed(path, "looked at", &error)),
        }
    }

    fn found(&self) -> Result<Found> {
        let path = self.path.join(CURRENT);
        match self.env.storage.target(&path) {
            Ok(target) => return Ok(Found::Link(target)),
            Err(error) if is_absent(&error) => return Ok(Found::Nothing),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput && path.is_dir() => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(foreign(&path)),
            Err(error) => return Err(failed(&path, "read", &error)),
        }
        if let Some(mark) = self.read_text(&in_current(MARK))? {
            return Ok(Found::Files(mark.trim_ascii().parse().unwrap_or(NONE)));
        }
        // A crash may have come before the mark.
        let new = path.join(format!(".{MARK}.new"));
        let is_ours = self.listed(&path)?.iter().all(|file| *file == new);
        if is_ours { Ok(Found::Files(NONE)) } else { Err(foreign(&path)) }
    }

    fn link_to(&self, serial: u32) -> Result<()> {
        let (path, new) = (self.path.join(CURRENT), self.path.join(".current.new"));
        let storage = self.env.storage;
        let removed = match storage.remove(&new) {
            Err(error) if !is_absent(&error) => Err(error),
            _ => Ok(()),
        };
        removed
            .and_then(|()| storage.link(&target_of(serial), &new))
            .and_then(|()| storage.rename(&new, &path))
            .and_then(|()| self.sync_folder(&self.path))
            .map_err(|error| failed(&path, "switched", &error))
    }

    /// Each file replaces its predecessor in one step, and keeps its owner and mode.
    fn copy_from(&self, serial: u32) -> Result<()> {
        super::make_folders(self.env, &self.path.join(CURRENT))?;
        self.mark(NONE)?;
        for file in IN_USE {
            let (from, to) = (Entry::in_version(serial, file), in_current(file));
            let Some(content) = self.read(&from)?.map(zeroize::Zeroizing::new) else {
                self.remove(&to)?;
                continue;
            };
            let attributes = match self.attributes(&self.path.join(&to))? {
                None => self.attributes(&self.path.join(&from))?,
                old => old,
            };
            let mode = if [KEY, COMBINED, KEYSTORE].contains(&file) { PRIVATE } else { PUBLIC };
            self.write_as(&to, &content, mode, attributes)?;
        }
        self.mark(serial)
    }

    fn mark(&self, serial: u32) -> Result<()> {
        self.write(&in_current(MARK), format!("{serial}\n").as_bytes(), PUBLIC)
    }
}

fn in_current(file: &str) -> String {
    format!("{CURRENT}/{file}")
}

fn target_of(serial: u32) -> PathBuf {
    Path::new(VERSIONS).join(serial.to_string())
}

fn foreign(path: &Path) -> Error {
    Error::storage(
        path,
        "it does not lead to the certificate in use, and this library has not made it; move it away",
    )
}
