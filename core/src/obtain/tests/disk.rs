//! A disk that fails: it counts its steps, stops at one of them, and knows what a power cut would leave.
//!
//! Changes that were not synced may be lost or not: the contents of a file since its last sync, and the names in a
//! folder since the folder's last sync.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use nix::errno::Errno;

use crate::obtain::store::storage::{Attributes, Disk, Storage};

/// What a crash loses of the changes that were not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Nothing is lost.
    Nothing,
    /// The names are there, the contents are lost.
    Contents,
    /// Both are lost.
    All,
}

/// Which syncs say that all is well, and do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lies {
    Never,
    /// The sync that is this step.
    At(usize),
    Always,
}

pub(super) struct DyingDisk {
    lies: Lies,
    state: Mutex<State>,
}

struct State {
    steps: usize,
    dies_after: usize,
    /// By inode: the synced contents.
    contents: HashMap<u64, Vec<u8>>,
    /// By inode: the synced names in a folder, which may get another name itself.
    names: HashMap<u64, HashMap<PathBuf, Node>>,
}

#[derive(Clone, Debug)]
enum Node {
    File(u64),
    Link(PathBuf),
    Folder(u64),
}

impl DyingDisk {
    /// Fails after this many steps.
    pub(super) fn new(dies_after: usize) -> Self {
        Self::lying(dies_after, Lies::Never)
    }

    pub(super) fn lying(dies_after: usize, lies: Lies) -> Self {
        let state = State { steps: 0, dies_after, contents: HashMap::new(), names: HashMap::new() };
        Self { lies, state: Mutex::new(state) }
    }

    /// How many steps were taken.
    pub(super) fn steps(&self) -> usize {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner).steps
    }

    /// Counts everything in this folder as synced: it was there before.
    pub(super) fn trust(&self, root: &Path) {
        let mut state = self.state.lock().expect("no panic");
        state.trust(root);
    }

    /// Leaves in the folder what the crash would leave.
    pub(super) fn power_cut(&self, root: &Path, loss: Loss) {
        let state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match loss {
            Loss::Nothing => {}
            Loss::Contents => state.empty_unsynced(root),
            Loss::All => {
                for entry in fs::read_dir(root).expect("a folder") {
                    let path = entry.expect("an entry").path();
                    let is_folder = path.symlink_metadata().expect("its kind").is_dir();
                    // The lock is not included: it is created again when it is gone.
                    if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }
                        .expect("removed");
                }
                state.restore(root, inode(root));
            }
        }
    }

    /// A step that changes something. Not taken by a failed disk.
    fn step<T>(&self, work: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if state.steps >= state.dies_after {
            drop(state);
            // As a panic, but without a line of it on the terminal.
            std::panic::resume_unwind(Box::new("the power is cut"));
        }
        state.steps += 1;
        work(&mut state)
    }
}

impl State {
    fn trust(&mut self, folder: &Path) {
        self.sync_folder(folder);
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let kind = path.symlink_metadata().expect("its kind");
            if kind.is_dir() {
                self.trust(&path);
            } else if kind.is_file() {
                self.contents.insert(kind.ino(), fs::read(&path).expect("its contents"));
            }
        }
    }

    fn sync_folder(&mut self, folder: &Path) {
        let mut names = HashMap::new();
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let kind = path.symlink_metadata().expect("its kind");
            let node = if kind.is_dir() {
                Node::Folder(kind.ino())
            } else if kind.is_symlink() {
                Node::Link(fs::read_link(&path).expect("its target"))
            } else {
                Node::File(kind.ino())
            };
            names.insert(PathBuf::from(path.file_name().expect("a name")), node);
        }
        self.names.insert(inode(folder), names);
    }

    fn restore(&self, folder: &Path, inode: u64) {
        for (name, node) in self.names.get(&inode).into_iter().flatten() {
            let path = folder.join(name);
            match node {
                Node::Folder(inode) => {
                    fs::create_dir(&path).expect("a folder");
                    self.restore(&path, *inode);
                }
                Node::Link(target) => symlink(target, &path).expect("a link"),
                Node::File(inode) => {
                    fs::write(&path, self.contents.get(inode).map_or(&[][..], Vec::as_slice))
                        .expect("a file");
                }
            }
        }
    }

    fn empty_unsynced(&self, folder: &Path) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let kind = path.symlink_metadata().expect("its kind");
            if kind.is_dir() {
                self.empty_unsynced(&path);
            } else if kind.is_file() {
                fs::write(&path, self.contents.get(&kind.ino()).map_or(&[][..], Vec::as_slice))
                    .expect("written");
            }
        }
    }
}

fn inode(path: &Path) -> u64 {
    path.metadata().expect("its inode").ino()
}

impl Storage for DyingDisk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Disk.read(path)
    }

    fn read_own(&self, path: &Path) -> io::Result<(Vec<u8>, Attributes)> {
        Disk.read_own(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        Disk.list(path)
    }

    fn target(&self, path: &Path) -> io::Result<PathBuf> {
        Disk.target(path)
    }

    fn create(&self, path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
        self.step(|state| {
            Disk.create(path, content, mode)?;
            // The inode number may have been another file's.
            state.contents.remove(&path.metadata()?.ino());
            Ok(())
        })
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.step(|state| {
            // This step is counted already.
            if self.lies == Lies::Always || self.lies == Lies::At(state.steps - 1) {
                return Ok(());
            }
            if path.is_dir() {
                state.sync_folder(path);
            } else {
                state.contents.insert(path.metadata()?.ino(), fs::read(path)?);
            }
            Ok(())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(|_| Disk.rename(from, to))
    }

    fn link(&self, target: &Path, path: &Path) -> io::Result<()> {
        self.step(|_| Disk.link(target, path))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.step(|state| {
            Disk.make_folder(path)?;
            // The inode number may have been another folder's.
            state.names.remove(&inode(path));
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step(|_| Disk.remove(path))
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.step(|_| Disk.remove_folder(path))
    }

    fn attributes(&self, path: &Path) -> io::Result<Attributes> {
        Disk.attributes(path)
    }

    fn set_attributes(&self, path: &Path, attributes: Attributes) -> io::Result<()> {
        self.step(|_| Disk.set_attributes(path, attributes))
    }
}

/// The operations of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Create,
    SyncFile,
    SyncFolder,
    Rename,
    Link,
    MakeFolder,
    Remove,
    SetAttributes,
}

/// A disk that does not support some operations, or some of the time.
pub(super) struct LimitedDisk<F>(pub(super) F);

impl<F: Fn(Step, &Path) -> Option<Errno>> LimitedDisk<F> {
    fn step(&self, step: Step, path: &Path) -> io::Result<()> {
        (self.0)(step, path).map_or(Ok(()), |errno| Err(errno.into()))
    }
}

impl<F: Fn(Step, &Path) -> Option<Errno> + Send + Sync> Storage for LimitedDisk<F> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Disk.read(path)
    }

    fn read_own(&self, path: &Path) -> io::Result<(Vec<u8>, Attributes)> {
        Disk.read_own(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        Disk.list(path)
    }

    fn target(&self, path: &Path) -> io::Result<PathBuf> {
        Disk.target(path)
    }

    /// Where there is no room, half of the content is written before that shows.
    fn create(&self, path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
        let outcome = self.step(Step::Create, path);
        match &outcome {
            Ok(()) => Disk.create(path, content, mode)?,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
            Err(error) if error.kind() == ErrorKind::ReadOnlyFilesystem => {}
            Err(_) => Disk.create(path, &content[..content.len() / 2], mode)?,
        }
        outcome
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        let step = if path.is_dir() { Step::SyncFolder } else { Step::SyncFile };
        self.step(step, path).and_then(|()| Disk.sync(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(Step::Rename, to).and_then(|()| Disk.rename(from, to))
    }

    fn link(&self, target: &Path, path: &Path) -> io::Result<()> {
        self.step(Step::Link, path).and_then(|()| Disk.link(target, path))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.step(Step::MakeFolder, path).and_then(|()| Disk.make_folder(path))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step(Step::Remove, path).and_then(|()| Disk.remove(path))
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.step(Step::Remove, path).and_then(|()| Disk.remove_folder(path))
    }

    fn attributes(&self, path: &Path) -> io::Result<Attributes> {
        Disk.attributes(path)
    }

    fn set_attributes(&self, path: &Path, attributes: Attributes) -> io::Result<()> {
        self.step(Step::SetAttributes, path).and_then(|()| Disk.set_attributes(path, attributes))
    }
}
