//! The disk of a call: it counts, fails, lies, lets others work in between, and knows what a power cut would leave.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::trouble::{Moment, Trouble};
use crate::obtain::store::storage::{Attributes, Disk, Storage};
use crate::obtain::tests::disk::DyingDisk;

pub(super) struct TroubledDisk<'a> {
    pub(super) dying: DyingDisk,
    trouble: &'a Trouble,
    /// How often the service was asked for an operation in this call.
    asked: &'a (dyn Fn(&str) -> usize + Sync),
    meanwhile: &'a (dyn Fn() + Sync),
    /// All calls.
    calls: AtomicUsize,
    /// Those that change something, from the beginning of the call, or from what the trouble comes after.
    steps: AtomicUsize,
    has_struck: AtomicBool,
}

impl<'a> TroubledDisk<'a> {
    pub(super) fn new(
        root: &Path,
        trouble: &'a Trouble,
        asked: &'a (dyn Fn(&str) -> usize + Sync),
        meanwhile: &'a (dyn Fn() + Sync),
    ) -> Self {
        let dying = DyingDisk::new(usize::MAX);
        dying.trust(root);
        let (calls, steps) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { dying, trouble, asked, meanwhile, calls, steps, has_struck: AtomicBool::new(false) }
    }

    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// Whether what was to go wrong has gone wrong.
    pub(super) fn has_struck(&self) -> bool {
        self.has_struck.load(Ordering::Relaxed)
    }

    fn strike(&self) -> bool {
        !self.has_struck.swap(true, Ordering::Relaxed)
    }

    fn read<T>(&self, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        work()
    }

    /// Whether this step is the one, or one after it.
    fn has_come(&self, at: Moment, path: &Path) -> bool {
        let first = match at {
            Moment::On { file, .. } if self.steps.load(Ordering::Relaxed) == 0 && !path.ends_with(file) => {
                return false;
            }
            Moment::After { operation, skip, .. } if (self.asked)(operation) <= skip => return false,
            Moment::Step(step) | Moment::On { step, .. } | Moment::After { step, .. } => step,
        };
        self.steps.fetch_add(1, Ordering::Relaxed) >= first
    }

    fn step(&self, path: &Path) -> io::Result<()> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match self.trouble {
            Trouble::Crash { at, .. } | Trouble::Lie { at, .. } if self.has_come(*at, path) => {
                self.strike();
                std::panic::resume_unwind(Box::new("the power is cut"));
            }
            Trouble::Disk { at, errno, lasts } if self.has_come(*at, path) && (self.strike() || *lasts) => {
                Err((*errno).into())
            }
            Trouble::Meanwhile { at } if !self.has_struck() && self.has_come(*at, path) => {
                self.strike();
                (self.meanwhile)();
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Storage for TroubledDisk<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read(|| Disk.read(path))
    }

    fn read_own(&self, path: &Path) -> io::Result<(Vec<u8>, Attributes)> {
        self.read(|| Disk.read_own(path))
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        self.read(|| Disk.list(path))
    }

    fn target(&self, path: &Path) -> io::Result<PathBuf> {
        self.read(|| Disk.target(path))
    }

    fn attributes(&self, path: &Path) -> io::Result<Attributes> {
        self.read(|| Disk.attributes(path))
    }

    /// Writes half of the content where it fails.
    fn create(&self, path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
        match self.step(path) {
            Ok(()) => self.dying.create(path, content, mode),
            Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => Err(error),
            Err(error) => self.dying.create(path, &content[..content.len() / 2], mode).and(Err(error)),
        }
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.step(path)?;
        match self.trouble {
            Trouble::Lie { from, .. } if self.calls() > *from => Ok(()),
            _ => self.dying.sync(path),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(to).and_then(|()| self.dying.rename(from, to))
    }

    fn link(&self, target: &Path, path: &Path) -> io::Result<()> {
        self.step(path).and_then(|()| self.dying.link(target, path))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.step(path).and_then(|()| self.dying.make_folder(path))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step(path).and_then(|()| self.dying.remove(path))
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.step(path).and_then(|()| self.dying.remove_folder(path))
    }

    fn set_attributes(&self, path: &Path, attributes: Attributes) -> io::Result<()> {
        self.step(path).and_then(|()| self.dying.set_attributes(path, attributes))
    }
}
