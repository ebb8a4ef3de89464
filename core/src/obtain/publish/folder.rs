//! Folders below a webroot, safe against links that lead out of it.
//!
//! The owner of a web server's folders often may not write everywhere, but this process may. So symbolic links are
//! resolved once, and the result has to be below the root. From there, each step is opened relative to the one before,
//! without following links. A link that is added later is then an error and not a way out.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, open, openat, renameat};
use nix::sys::stat::{Mode, fchmod, fstat, fstatat, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use crate::error::Error;

/// `rwxr-xr-x` and `rw-r--r--` whatever the umask: the web server runs as another user.
const FOLDER_MODE: Mode = Mode::from_bits_truncate(0o755);
const FILE_MODE: Mode = Mode::from_bits_truncate(0o644);
const STEP: OFlag = OFlag::O_DIRECTORY.union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);
const NEW: OFlag = OFlag::O_WRONLY
    .union(OFlag::O_CREAT)
    .union(OFlag::O_EXCL)
    .union(OFlag::O_NOFOLLOW)
    .union(OFlag::O_CLOEXEC);

/// The real path of a folder below a root, whether it exists or not.
#[derive(Debug)]
pub(super) struct FolderPath {
    /// For messages.
    shown: PathBuf,
    root: PathBuf,
    /// From the root, without any link.
    steps: Vec<OsString>,
    existing: usize,
}

/// An open folder below a root.
#[derive(Debug)]
pub(super) struct Folder {
    shown: PathBuf,
    fd: OwnedFd,
}

/// A problem and its path.
#[derive(Debug)]
pub(super) struct Problem {
    path: PathBuf,
    why: String,
    is_missing: bool,
}

impl FolderPath {
    pub(super) fn find(root: &Path, names: &[&str]) -> Result<Self, Problem> {
        let real_root = root.canonicalize().map_err(|error| Problem::new(root, &error))?;
        let mut existing = names.len();
        loop {
            let path = names.iter().take(existing).fold(root.to_owned(), |path, name| path.join(name));
            let (real, is_folder) = match path.canonicalize().and_then(with_kind) {
                Ok(found) => found,
                Err(error) if error.kind() == io::ErrorKind::NotFound && existing > 0 => {
                    if path.is_symlink() {
                        return Err(Problem::refused(&path, "it is a symbolic link that leads nowhere"));
                    }
                    existing -= 1;
                    continue;
                }
                Err(error) => return Err(Problem::new(&path, &error)),
            };
            let Ok(below) = real.strip_prefix(&real_root) else {
                let why = format!("it leads out of the webroot, to {}", real.display());
                return Err(Problem::refused(&path, &why));
            };
            if !is_folder {
                return Err(Problem::refused(&path, "it is not a folder"));
            }
            let missing = names.iter().skip(existing).map(OsString::from);
            let steps = below.iter().map(OsStr::to_owned).chain(missing).collect();
            let shown = names.iter().fold(root.to_owned(), |path, name| path.join(name));
            return Ok(Self { shown, root: real_root, steps, existing });
        }
    }

    /// How many of the folders exist already.
    pub(super) fn existing(&self) -> usize {
        self.existing
    }

    /// Opens the folder and creates missing ones.
    pub(super) fn make(self) -> Result<Folder, Problem> {
        self.walk(enter)
    }

    fn walk(self, make: impl Fn(&OwnedFd, &OsStr) -> nix::Result<OwnedFd>) -> Result<Folder, Problem> {
        let steps = || {
            let root = open(&self.root, STEP, Mode::empty())?;
            self.steps.iter().try_fold(root, |folder, step| {
                match openat(&folder, step.as_os_str(), STEP, Mode::empty()) {
                    Err(Errno::ENOENT) => make(&folder, step),
                    opened => opened,
                }
            })
        };
        match steps() {
            Ok(fd) => Ok(Folder { shown: self.shown, fd }),
            Err(error) => Err(Problem::new(&self.shown, &error.into())),
        }
    }
}

/// Creates a folder and opens it.
fn enter(folder: &OwnedFd, name: &OsStr) -> nix::Result<OwnedFd> {
    match mkdirat(folder, name, FOLDER_MODE) {
        Ok(()) => {
            let made = openat(folder, name, STEP, Mode::empty())?;
            set_mode(&made, FOLDER_MODE)?;
            Ok(made)
        }
        // Another process has just created it.
        Err(Errno::EEXIST) => openat(folder, name, STEP, Mode::empty()),
        Err(error) => Err(error),
    }
}

/// Where the file system has its own modes, they are accepted if everybody can read.
fn set_mode(file: impl AsFd, mode: Mode) -> nix::Result<()> {
    match fchmod(&file, mode) {
        Err(Errno::EPERM | Errno::EOPNOTSUPP | Errno::ENOSYS)
            if Mode::from_bits_truncate(fstat(&file)?.st_mode).contains(mode & !Mode::S_IWUSR) =>
        {
            Ok(())
        }
        outcome => outcome,
    }
}

fn with_kind(path: PathBuf) -> io::Result<(PathBuf, bool)> {
    let is_folder = path.metadata()?.is_dir();
    Ok((path, is_folder))
}

impl Folder {
    /// None if it does not exist.
    pub(super) fn find(root: &Path, names: &[&str]) -> Result<Option<Self>, Problem> {
        let found = FolderPath::find(root, names).and_then(|way| way.walk(|_, _| Err(Errno::ENOENT)));
        match found {
            Ok(folder) => Ok(Some(folder)),
            Err(problem) if problem.is_missing => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// A subfolder. None also if the name is something else than a folder.
    pub(super) fn find_in(&self, name: &str) -> Result<Option<Self>, Problem> {
        let shown = self.shown.join(name);
        match openat(&self.fd, name, STEP, Mode::empty()) {
            Ok(fd) => Ok(Some(Self { shown, fd })),
            Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => Ok(None),
            Err(error) => Err(Problem::new(&shown, &error.into())),
        }
    }

    /// Whether this name exists, even if it is a link without a target.
    pub(super) fn has(&self, name: &str) -> bool {
        fstatat(&self.fd, name, AtFlags::AT_SYMLINK_NOFOLLOW).is_ok()
    }

    /// A subfolder, created if it is missing.
    pub(super) fn enter(&self, name: &str) -> Result<Self, Problem> {
        let shown = self.shown.join(name);
        match enter(&self.fd, OsStr::new(name)) {
            Ok(fd) => Ok(Self { shown, fd }),
            Err(error) => Err(Problem::new(&shown, &error.into())),
        }
    }

    /// Writes a file with this content, completely or not at all. A link with this name is replaced and not followed.
    pub(super) fn put(&self, name: &str, temporary: &str, content: &[u8]) -> Result<(), Problem> {
        self.remove_file(temporary)?;
        let put = || -> io::Result<()> {
            let mut file = fs::File::from(openat(&self.fd, temporary, NEW, FILE_MODE)?);
            set_mode(&file, FILE_MODE)?;
            file.write_all(content)?;
            file.sync_all()?;
            Ok(renameat(&self.fd, temporary, &self.fd, name)?)
        };
        put().map_err(|error| {
            // The first error is the important one. If this fails too, the cleanup tries again.
            let _ = self.remove_file(temporary);
            Problem::new(&self.shown.join(name), &error)
        })
    }

    pub(super) fn remove_file(&self, name: &str) -> Result<(), Problem> {
        match unlinkat(&self.fd, name, UnlinkatFlags::NoRemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => Ok(()),
            Err(error) => Err(Problem::new(&self.shown.join(name), &error.into())),
        }
    }

    /// Removes the folder if it is empty. Other people's files and other things with this name are kept.
    pub(super) fn remove_folder(&self, name: &str) -> Result<(), Problem> {
        match unlinkat(&self.fd, name, UnlinkatFlags::RemoveDir) {
            Ok(()) | Err(Errno::ENOENT | Errno::ENOTEMPTY | Errno::EEXIST | Errno::ENOTDIR) => Ok(()),
            Err(error) => Err(Problem::new(&self.shown.join(name), &error.into())),
        }
    }
}

impl Problem {
    fn new(path: &Path, error: &io::Error) -> Self {
        let what_to_do = match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "; let this user write there, or publish by `hook`"
            }
            io::ErrorKind::NotADirectory => {
                "; only folders may be on the way there, and links only to folders of the same webroot"
            }
            _ => "",
        };
        let is_missing = error.kind() == io::ErrorKind::NotFound;
        Self { path: path.to_owned(), why: format!("{error}{what_to_do}"), is_missing }
    }

    pub(super) fn gone(path: &Path) -> Self {
        Self::new(path, &io::Error::from(io::ErrorKind::NotFound))
    }

    fn refused(path: &Path, why: &str) -> Self {
        let why = format!("{why}, so nothing is done there; make it a folder of the webroot");
        Self { path: path.to_owned(), why, is_missing: false }
    }

    /// On one line.
    pub(super) fn describe(&self) -> String {
        format!("{}: {}", self.path.display(), self.why)
    }

    /// A part of the path is missing.
    pub(super) fn is_missing(&self) -> bool {
        self.is_missing
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::storage(problem.path, problem.why)
    }
}
