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

/// What `current` becomes, until it is ready.
const NEW: &str = ".current.new";
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
            Found::Files(found) => {
                layout == Layout::Files && found == serial && self.has_all_copies(serial)?
            }
        })
    }

    /// Whether `current` is absent or ours, in whatever layout.
    pub(crate) fn expect_our_current(&self) -> Result<()> {
        self.found().map(drop)
    }

    /// Makes `current` lead to this version, durably; with links in one step. Where the layout changes, what is there now
    /// stays until the new one is ready.
    pub(crate) fn switch(&self, serial: u32, layout: Layout) -> Result<()> {
        let found = self.found()?;
        self.remove_at(NEW)?;
        match (layout, found) {
            (Layout::Files, Found::Link(_)) => {
                self.copy_to(NEW, serial)?;
                self.remove_at(CURRENT)?;
            }
            (Layout::Files, _) => return self.copy_to(CURRENT, serial),
            (Layout::Links, Found::Files(_)) => {
                self.expect_only_ours(CURRENT)?;
                self.make_link(serial)?;
                self.mark(CURRENT, NONE)?;
                self.remove_at(CURRENT)?;
            }
            (Layout::Links, _) => self.make_link(serial)?,
        }
        let path = self.path.join(CURRENT);
        let put = self.env.storage.rename(&self.path.join(NEW), &path);
        put.and_then(|()| self.sync_folder(&self.path)).map_err(|error| failed(&path, "switched", &error))
    }

    /// Removes `current`, and what a broken-off switch has left.
    pub(crate) fn remove_current(&self) -> Result<()> {
        self.remove_at(NEW)?;
        self.remove_at(CURRENT)
    }

    /// An error if there is a folder of this name with files that are not ours.
    pub(crate) fn expect_only_ours(&self, name: &str) -> Result<()> {
        let path = self.path.join(name);
        if path.is_symlink() || !path.is_dir() {
            return Ok(());
        }
        match self.listed(&path)?.iter().find(|file| !is_ours(file)) {
            Some(other) => Err(Error::storage(other, "it is none of this library's files; move it away")),
            None => Ok(()),
        }
    }

    fn remove_at(&self, name: &str) -> Result<()> {
        self.expect_only_ours(name)?;
        let path = self.path.join(name);
        let gone = |path: &Path, outcome: io::Result<()>| match outcome {
            Err(error) if !is_absent(&error) => Err(failed(path, "removed", &error)),
            _ => Ok(()),
        };
        if path.is_symlink() || !path.is_dir() {
            return gone(&path, self.env.storage.remove(&path));
        }
        let mark = path.join(MARK);
        // Last, since it says that the folder is ours.
        let others = self.listed(&path)?.into_iter().filter(|file| *file != mark);
        for file in others.chain([mark.clone()]) {
            gone(&file, self.env.storage.remove(&file))?;
        }
        gone(&path, self.env.storage.remove_folder(&path))
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

    /// Everybody who could read the old key can read the new one.
    pub(crate) fn take_over_attributes(&self, from: u32, to: u32) -> Result<()> {
        for file in [KEY, COMBINED, KEYSTORE] {
            let (old, new) =
                (self.path.join(Self::in_version(from, file)), self.path.join(Self::in_version(to, file)));
            if let (Some(attributes), Some(_)) = (self.attributes(&old)?, self.attributes(&new)?) {
                self.give_attributes(&new, attributes)?;
            }
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
        if let Some(mark) = self.read_text(&format!("{CURRENT}/{MARK}"))? {
            return Ok(Found::Files(mark.trim_ascii().parse().unwrap_or(NONE)));
        }
        // A crash may have come before the mark.
        let new = path.join(format!(".{MARK}.new"));
        let is_ours = self.listed(&path)?.iter().all(|file| *file == new);
        if is_ours { Ok(Found::Files(NONE)) } else { Err(foreign(&path)) }
    }

    fn make_link(&self, serial: u32) -> Result<()> {
        let (path, target) = (self.path.join(NEW), target_of(serial));
        let made = self.env.storage.link(&target, &path).and_then(|()| self.env.storage.target(&path));
        match made {
            Ok(found) if found == target => Ok(()),
            Ok(_) => Err(Error::storage(&path, "a symbolic link made there leads elsewhere")),
            Err(error) => Err(no_links(&path, &error)),
        }
    }

    /// Each file replaces its predecessor in one step, and keeps its owner and mode.
    fn copy_to(&self, folder: &str, serial: u32) -> Result<()> {
        super::make_folders(self.env, &self.path.join(folder))?;
        self.mark(folder, NONE)?;
        for file in IN_USE {
            let (from, to) = (Entry::in_version(serial, file), format!("{folder}/{file}"));
            let Some(content) = self.read(&from)?.map(zeroize::Zeroizing::new) else {
                self.remove(&to)?;
                continue;
            };
            let attributes = match self.attributes(&self.current(file))? {
                None => self.attributes(&self.path.join(&from))?,
                old => old,
            };
            let mode = if [KEY, COMBINED, KEYSTORE].contains(&file) { PRIVATE } else { PUBLIC };
            self.write_as(&to, &content, mode, attributes)?;
        }
        self.mark(folder, serial)
    }

    fn has_all_copies(&self, serial: u32) -> Result<bool> {
        for file in IN_USE {
            let version = self.path.join(Entry::in_version(serial, file));
            if self.attributes(&version)?.is_some() && self.attributes(&self.current(file))?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn mark(&self, folder: &str, serial: u32) -> Result<()> {
        self.write(&format!("{folder}/{MARK}"), format!("{serial}\n").as_bytes(), PUBLIC)
    }
}

/// Whether it has the name of one of our files, or is half-written.
fn is_ours(file: &Path) -> bool {
    let name = file.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    let whole = name.strip_prefix('.').and_then(|name| name.strip_suffix(".new")).unwrap_or(name);
    whole == MARK || IN_USE.contains(&whole)
}

pub(super) fn no_links(path: &Path, error: &io::Error) -> Error {
    let why = format!(
        "no symbolic link could be made ({error}), and `{CURRENT}` is one; use a file system that has them, or `layout` \
         `files`"
    );
    Error::storage(path, why)
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
