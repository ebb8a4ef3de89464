//! The folder of one entry: its files, and the order in which they are written.
//!
//! ```text
//! DIR/<name>/lock                     only one process works here
//!            journal.json             the state of the work
//!            request.json             the request that is in force, for `renew_all`
//!            wanted.json, wanted.pem  the request that is not installed yet, and the caller's key for it
//!            versions/<n>/            key, CSR and certificate of one order
//!            current -> versions/<n>  the version in use; or a folder with copies
//! ```
//!
//! A file is written under a temporary name, synced, renamed, and then its folder is synced. So after a crash either
//! the old or the new file is there.

mod current;
mod prepare;

use std::cell::Cell;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::event::EventType;
use crate::obtain::env::Env;
use crate::obtain::events::{Stage, emit};
use crate::obtain::order_spec::deploy_hook;
use crate::obtain::store::files::{HOOK_HISTORY, LAST_ERROR, REQUEST, WANTED, WANTED_KEY};
use crate::obtain::store::folder::{CURRENT, Folder, JOURNAL, VERSIONS, failed, is_absent};
use crate::obtain::store::journal::Journal;
use crate::obtain::store::lock::{Awaited, Identity, Lock, is_lock_unknown};
use crate::obtain::store::sealed;
use crate::obtain::store::shared::Shared;
use crate::obtain::store::shared::mark::MARK;
use crate::obtain::store::storage::{Attributes, is_unsupported};
use crate::private_key::PrivateKey;
use crate::signing_request;

const LOCK: &str = "lock";
/// The files of an entry beside its journal, its versions and its lock.
const ENTRY_FILES: [&str; 5] = [REQUEST, WANTED, WANTED_KEY, LAST_ERROR, HOOK_HISTORY];
/// How often to try a lock that another process has.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// Who may read a file.
pub(crate) const PRIVATE: u32 = 0o600;
pub(crate) const PUBLIC: u32 = 0o644;

/// An entry that is locked until this is dropped.
pub(crate) struct Entry<'a> {
    pub(crate) env: &'a Env<'a>,
    pub(crate) context: Context<'a>,
    /// Whether there was a warning that folders cannot be synced.
    has_warned_of_sync: Cell<bool>,
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// Shared with child processes that outlive the call.
    pub(crate) lock: Arc<Lock>,
    /// What it has to do with the shared store, if there is one.
    pub(crate) shared: Option<Shared<'a>>,
    pub(crate) has_brought_certificate: Cell<bool>,
}

impl<'a> Entry<'a> {
    /// Locks the entry, and brings what the shared store has of it. Waits while another process or host works on it.
    pub(crate) fn open(
        context: Context<'a>,
        env: &'a Env<'a>,
        directory: &Path,
        name: &str,
        deadline: Option<Instant>,
    ) -> Result<Self> {
        let mut entry = Self::open_here(context, env, directory, name, deadline)?;
        entry.join(deadline)?;
        Ok(entry)
    }

    /// Locks the entry on this host. Creates the folder if it is missing, and waits until nobody else has the lock.
    pub(crate) fn open_here(
        context: Context<'a>,
        env: &'a Env<'a>,
        directory: &Path,
        name: &str,
        deadline: Option<Instant>,
    ) -> Result<Self> {
        let path = directory.join(name);
        make_folders(env, &path)?;
        // The same folder with another name is the same entry.
        let path =
            path.canonicalize().map_err(|error| Error::storage(&path, &error).with_errno_of(&error))?;
        if !path.is_dir() {
            return Err(Error::storage(&path, "it is no folder, so it cannot be an entry"));
        }
        let lock_path = path.join(LOCK);
        let removed =
            || Error::storage(&path, "the entry was removed while this call waited for it; call again");
        // The file that another holder had locked.
        let mut awaited = None;
        loop {
            match Lock::try_take(&lock_path) {
                Ok(Some(lock)) => {
                    // Whoever had the lock may have removed the entry, and the lock with it.
                    if let Some(ours) = lock.identity().map_err(|error| cannot_lock(&lock_path, &error))?
                        && (Identity::at(&lock_path) != Some(ours)
                            || awaited.is_some_and(|awaited: Awaited| awaited.identity != ours))
                    {
                        return Err(removed());
                    }
                    return Ok(Self {
                        env,
                        context,
                        has_warned_of_sync: Cell::new(false),
                        name: name.to_owned(),
                        path,
                        lock: Arc::new(lock),
                        shared: None,
                        has_brought_certificate: Cell::new(false),
                    });
                }
                // The other holder may be about to create the file.
                Ok(None) => awaited = awaited.or_else(|| Awaited::at(&lock_path)),
                Err(error) if is_absent(&error) && is_gone(&path) => return Err(removed()),
                Err(error) => return Err(cannot_lock(&lock_path, &error)),
            }
            let next = env.clock.instant() + RETRY_INTERVAL;
            if deadline.is_some_and(|deadline| next >= deadline) {
                let message = format!(
                    "another process works on the entry `{name}` ({}); call again when it is done",
                    path.display()
                );
                return Err(Error::new(Kind::Busy, message));
            }
            if !env.clock.sleep_until(next, context.cancel) {
                return Err(Error::cancelled());
            }
        }
    }

    pub(crate) fn folder(&self) -> Folder<'_> {
        Folder { env: self.env, path: &self.path }
    }

    /// The journal. An entry without one is new.
    pub(crate) fn journal(&self) -> Result<Journal> {
        let mut journal = self.folder().journal()?;
        if let Some(installed) = &mut journal.installed
            && installed.deployed
            && installed.deployed_for.is_none()
            && !self.is_read_only()
            && let Some(request) = self.read_json(REQUEST).ok().flatten()
        {
            // Earlier versions did not say. It was that of the request in force, which may be replaced from now on.
            installed.deployed_for = Some(deploy_hook(&request));
            self.write_json(JOURNAL, &journal)?;
        }
        Ok(journal)
    }

    /// Writes the journal. It is on disk when this returns, and before that in the shared store.
    pub(crate) fn save(&self, journal: &Journal) -> Result<()> {
        self.push(journal)?;
        self.write_json(JOURNAL, journal)?;
        self.keep_mark()
    }

    pub(crate) fn write_json<T: serde::Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let mut text = serde_json::to_string_pretty(value)
            .map_err(|error| Error::storage(self.path.join(name), format!("has no JSON form: {error}")))?;
        text.push('\n');
        self.write(name, sealed::seal(&text).as_bytes(), PRIVATE)
    }

    pub(crate) fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        self.folder().read_json(name)
    }

    /// A file of the entry, if it exists. `name` may include a folder.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.folder().read(name)
    }

    pub(crate) fn read_text(&self, name: &str) -> Result<Option<String>> {
        let Some(content) = self.read(name)? else { return Ok(None) };
        String::from_utf8(content)
            .map(Some)
            .map_err(|_| Error::storage(self.path.join(name), "it is no text in UTF-8"))
    }

    /// A private key of the entry, if it exists.
    pub(crate) fn key(&self, name: &str) -> Result<Option<PrivateKey>> {
        let Some(pem) = self.read_text(name)?.map(Zeroizing::new) else { return Ok(None) };
        let damaged =
            |_| Error::storage(self.path.join(name), "it holds no key that can be read; restore it");
        signing_request::read_key(&pem, None).map(Some).map_err(damaged)
    }

    /// Writes a file atomically and durably.
    pub(crate) fn write(&self, name: &str, content: &[u8], mode: u32) -> Result<()> {
        self.write_as(name, content, mode, None)
    }

    /// The same, with another owner and mode from the moment on when it is there.
    pub(crate) fn write_as(
        &self,
        name: &str,
        content: &[u8],
        mode: u32,
        attributes: Option<Attributes>,
    ) -> Result<()> {
        let path = self.path.join(name);
        let (Some(folder), Some(file)) = (path.parent(), path.file_name()) else {
            return Err(Error::storage(&path, "it has no name"));
        };
        let new = folder.join(format!(".{}.new", file.to_string_lossy()));
        let storage = self.env.storage;
        storage
            .create(&new, content, mode)
            .and_then(|()| storage.sync(&new))
            .map_err(|error| failed(&new, "written", &error))?;
        attributes.map_or(Ok(()), |attributes| self.give_attributes(&new, attributes))?;
        storage
            .rename(&new, &path)
            .and_then(|()| self.sync_folder(folder))
            .map_err(|error| failed(&path, "written", &error))
    }

    /// Makes the names in a folder durable. Some file systems cannot do that for folders. They may lose names in a
    /// power cut, so there is a warning. Other failures are errors.
    ///
    /// For a file there is no such exception: if a file system needs no sync, the kernel reports success, and it
    /// refuses to sync only what is not a plain file.
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        match self.env.storage.sync(folder) {
            Err(error) if is_unsupported(&error) => {
                if !self.has_warned_of_sync.replace(true) {
                    let message = format!(
                        "the file system of {} cannot sync folders ({error}): a power cut may undo what was just done \
                         here, such as the switch to a new certificate or the note that an order was sent; all else holds",
                        folder.display()
                    );
                    emit(&self.context, &self.name, EventType::Warning, Stage::Install, &message, []);
                }
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Whether nothing can be written here.
    pub(crate) fn is_read_only(&self) -> bool {
        self.lock.is_read_only()
    }

    /// Removes a file of the entry, if it exists, and what a crash may have left of it.
    pub(crate) fn remove(&self, name: &str) -> Result<()> {
        let path = self.path.join(name);
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        for path in [path.with_file_name(format!(".{file}.new")), path.clone()] {
            // A call without work changes nothing.
            if path.symlink_metadata().is_err_and(|error| is_absent(&error)) {
                continue;
            }
            match self.env.storage.remove(&path) {
                Ok(()) => {
                    let folder = path.parent().unwrap_or(&self.path);
                    self.sync_folder(folder).map_err(|error| failed(&path, "removed", &error))?;
                }
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(failed(&path, "removed", &error)),
            }
        }
        Ok(())
    }

    /// Removes all files of the entry, the journal and the mark last, and then the folder unless something else is in it.
    pub(crate) fn remove_all(&self) -> Result<()> {
        self.expect_our_current()?;
        self.expect_only_ours(CURRENT)?;
        let gone = |path: &Path, outcome: io::Result<()>| match outcome {
            Err(error) if !is_absent(&error) => Err(failed(path, "removed", &error)),
            _ => Ok(()),
        };
        let names = self.env.storage.list(&self.path).map_err(|error| failed(&self.path, "read", &error))?;
        let names: Vec<String> = names.into_iter().filter_map(|name| name.into_string().ok()).collect();
        self.push_removal()?;
        // Without its request, `renew_all` passes it over.
        for name in ENTRY_FILES {
            self.remove(name)?;
        }
        self.remove_current()?;
        if names.iter().any(|name| name == VERSIONS) {
            let versions = self.path.join(VERSIONS);
            for version in self.listed(&versions)? {
                for file in self.listed(&version)? {
                    gone(&file, self.env.storage.remove(&file))?;
                }
                gone(&version, self.env.storage.remove_folder(&version))?;
            }
            gone(&versions, self.env.storage.remove_folder(&versions))?;
        }
        // Not before the rest is gone for good: files without a journal would be taken for a damaged entry.
        self.sync_folder(&self.path).map_err(|error| failed(&self.path, "synced", &error))?;
        self.remove(JOURNAL)?;
        // A journal without its mark would be taken for an entry that is new to the shared store.
        self.remove(MARK)?;
        let lock = self.path.join(LOCK);
        gone(&lock, self.env.storage.remove(&lock))?;
        // What is not ours stays, and so does the folder.
        match self.env.storage.remove_folder(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            outcome => gone(&self.path, outcome),
        }
    }

    fn listed(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let found = self.env.storage.list(folder).map_err(|error| failed(folder, "read", &error))?;
        Ok(found.into_iter().map(|name| folder.join(name)).collect())
    }

    /// The path of a file in the folder of one order.
    pub(crate) fn in_version(serial: u32, file: &str) -> String {
        format!("{VERSIONS}/{serial}/{file}")
    }

    /// The folder of one order, created if it is missing.
    pub(crate) fn make_version(&self, serial: u32) -> Result<()> {
        make_folders(self.env, &self.path.join(format!("{VERSIONS}/{serial}")))
    }

    /// Whether a folder with this number exists, for example after the journal was restored from a backup.
    pub(crate) fn has_version(&self, serial: u32) -> bool {
        self.path.join(format!("{VERSIONS}/{serial}")).symlink_metadata().is_ok()
    }

    /// Removes the folder of one order and our files in it.
    pub(crate) fn remove_version(&self, serial: u32, files: &[&str]) -> Result<()> {
        let folder = self.path.join(format!("{VERSIONS}/{serial}"));
        let storage = self.env.storage;
        let gone = |outcome: io::Result<()>| match outcome {
            Err(error) if !is_absent(&error) => Err(failed(&folder, "removed", &error)),
            _ => Ok(()),
        };
        for file in files {
            gone(storage.remove(&folder.join(file)))?;
            gone(storage.remove(&folder.join(format!(".{file}.new"))))?;
        }
        gone(storage.remove_folder(&folder))
    }
}

/// Creates a folder and its parents. Each is durable before the next is created.
fn make_folders(env: &Env<'_>, path: &Path) -> Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("/"));
    let mut made = env.storage.make_folder(path);
    if made.as_ref().is_err_and(is_absent) && parent != path {
        make_folders(env, parent)?;
        made = env.storage.make_folder(path);
    }
    let was_there = made.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists);
    if !was_there {
        made.map_err(|error| failed(path, "made", &error))?;
    }
    // Also if the folder exists: the process that created it may have been killed before this sync. If we may not read
    // or write the folder, we have not created anything. A folder that cannot be synced leads to a warning when
    // something is written to it.
    match env.storage.sync(parent) {
        Err(error) if was_there && is_closed(&error) => Ok(()),
        Err(error) if !is_unsupported(&error) => Err(failed(parent, "synced", &error)),
        _ => Ok(()),
    }
}

fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

fn is_gone(path: &Path) -> bool {
    path.symlink_metadata().as_ref().is_err_and(is_absent)
}

fn cannot_lock(path: &Path, error: &io::Error) -> Error {
    let what_to_do = if is_lock_unknown(error) {
        "; without locks two processes could order at the same time: use a file system with record locks, such as NFS with \
         its lock service, or mounted with `nolock` if one host alone uses it"
    } else {
        ""
    };
    Error::storage(path, format!("could not be locked: {error}{what_to_do}")).with_errno_of(error)
}
