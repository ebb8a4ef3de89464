//! The lock of an entry: only one process works on it.
//!
//! The lock is a record lock on a file that stays as long as the entry, together with a flock. A forked child that outlives the
//! holder does not inherit the record lock. It does inherit the flock, which keeps out programs that do not use record
//! locks. So the file contains the holder's process id: if the holder is dead and nobody has the record lock, the flock
//! was inherited and is ignored.
//!
//! Network file systems implement a flock as a record lock, so the two would block each other. There, no flock is used.
//! If the file cannot be opened for writing, nothing else can be written either, and all readers share the lock.

use std::collections::BTreeSet;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, Flock, FlockArg, fcntl};
use nix::libc;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::obtain::store::regular;
use crate::obtain::store::storage::is_unsupported;
use crate::per_process::{Own, PerProcess};

/// Held until it is dropped, or the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    /// Dropped first: other threads of this process may try as soon as the name is free.
    file: LockFile,
    _name: NameInUse,
}

#[derive(Debug)]
enum LockFile {
    Flock(Option<Flock<File>>),
    /// Only the record lock: the flock belongs to a child of a dead holder, or the file system has no flocks.
    Record(File),
    /// For reading, if nothing can be written. No file means that nobody has ever worked on the entry.
    Shared {
        _file: Option<File>,
    },
}

impl Lock {
    /// Takes the lock. None if another process has it.
    pub(crate) fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let Some(name) = NameInUse::try_take(path) else { return Ok(None) };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = match regular::open(path, &mut options, libc::O_NOFOLLOW) {
            Ok(file) => file,
            Err(error)
                if matches!(error.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) =>
            {
                let shared = LockFile::try_share(path)?;
                return Ok(shared.map(|file| Self { file, _name: name }));
            }
            Err(error) => return Err(error),
        };
        let file = LockFile::try_hold(file)?;
        Ok(file.map(|file| Self { file, _name: name }))
    }

    /// Whether nothing can be written to the entry.
    pub(crate) fn is_read_only(&self) -> bool {
        matches!(self.file, LockFile::Shared { .. })
    }

    /// Which file is locked. None for a store that cannot be written: nothing there can be removed.
    pub(crate) fn identity(&self) -> io::Result<Option<Identity>> {
        let file = match &self.file {
            LockFile::Flock(Some(flock)) => flock,
            LockFile::Record(file) => file,
            LockFile::Flock(None) | LockFile::Shared { .. } => return Ok(None),
        };
        file.metadata().map(|found| Some(Identity::of(&found)))
    }
}

/// Which file it is, as long as the file exists or is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    fn of(found: &Metadata) -> Self {
        Self { device: found.dev(), inode: found.ino() }
    }

    /// The file at this path, if there is one.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        path.symlink_metadata().ok().map(|found| Self::of(&found))
    }
}

/// The lock of another holder, to be recognised later.
#[derive(Debug)]
pub(crate) struct Awaited {
    pub(crate) identity: Identity,
    /// Keeps the number of the file from being used again after the file was removed.
    _file: Option<File>,
}

impl Awaited {
    /// The file at this path, if there is one.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        let file = opened_for_nothing(path);
        let identity = match &file {
            Some(file) => file.metadata().ok().map(|found| Identity::of(&found)),
            None => Identity::at(path),
        };
        identity.map(|identity| Self { identity, _file: file })
    }
}

/// A descriptor that can neither read nor write. Any other would take this process's record locks with it when it is
/// closed.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn opened_for_nothing(path: &Path) -> Option<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_PATH | libc::O_NOFOLLOW).open(path).ok()
}

/// Elsewhere there is none.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn opened_for_nothing(_: &Path) -> Option<File> {
    None
}

impl LockFile {
    fn try_hold(mut file: File) -> io::Result<Option<Self>> {
        if !take_record_lock(&file, libc::F_WRLCK)? {
            return Ok(None);
        }
        if makes_record_locks_of_flocks(&file)? {
            return Self::Record(file).with_holder().map(Some);
        }
        let mut holder = Vec::new();
        Read::by_ref(&mut file).take(32).read_to_end(&mut holder)?;
        let held = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(flock) => Self::Flock(Some(flock)),
            Err((file, Errno::EWOULDBLOCK)) if is_dead(&holder) => Self::Record(file),
            Err((_, Errno::EWOULDBLOCK)) => return Ok(None),
            // Then nobody else has a flock either, and the record lock is enough.
            Err((file, errno)) if errno == Errno::ENOLCK || is_unsupported(&errno.into()) => {
                Self::Record(file)
            }
            Err((_, errno)) => return Err(errno.into()),
        };
        held.with_holder().map(Some)
    }

    fn try_share(path: &Path) -> io::Result<Option<Self>> {
        let file = match regular::open(path, OpenOptions::new().read(true), libc::O_NOFOLLOW) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Some(Self::Shared { _file: None }));
            }
            Err(error) => return Err(error),
        };
        match take_record_lock(&file, libc::F_RDLCK) {
            Ok(is_free) => Ok(is_free.then_some(Self::Shared { _file: Some(file) })),
            // A single reader does no harm.
            Err(error) if is_lock_unknown(&error) => Ok(Some(Self::Shared { _file: Some(file) })),
            Err(error) => Err(error),
        }
    }

    fn with_holder(mut self) -> io::Result<Self> {
        let file = match &mut self {
            Self::Flock(Some(flock)) => &mut **flock,
            Self::Record(file) => file,
            Self::Flock(None) | Self::Shared { .. } => return Ok(self),
        };
        file.set_len(0)?;
        file.rewind()?;
        match writeln!(file, "{}", std::process::id()) {
            // On a full disk, no holder can be written, and an inherited flock counts until it ends. A call may still
            // have nothing to write.
            Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                Ok(self)
            }
            outcome => outcome.map(|()| self),
        }
    }
}

impl Drop for LockFile {
    /// Explicitly unlocked, because closing is not enough: a forked child has the file too.
    fn drop(&mut self) {
        if let Self::Flock(flock) = self
            && let Some(Err((flock, _))) = flock.take().map(Flock::unlock)
        {
            // Dropping it would panic. So the lock is kept until the process ends.
            std::mem::forget(flock);
        }
    }
}

/// Whether the process with this id has ended. A text that is not a number has no process.
fn is_dead(holder: &[u8]) -> bool {
    let process: Option<i32> = std::str::from_utf8(holder).ok().and_then(|text| text.trim().parse().ok());
    let process = process.filter(|process| *process > 0);
    process.is_some_and(|process| kill(Pid::from_raw(process), None) == Err(Errno::ESRCH))
}

/// The file system has no record locks, or its lock service does not run.
pub(crate) fn is_lock_unknown(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ENOLCK) || is_unsupported(error)
}

/// The type is `int` in the headers of Linux, and `short` in others.
fn take_record_lock(file: impl AsFd, kind: impl TryInto<i16>) -> io::Result<bool> {
    let whole_file = libc::flock {
        l_type: kind.try_into().unwrap_or_default(),
        l_whence: i16::try_from(libc::SEEK_SET).unwrap_or_default(),
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    match fcntl(file, FcntlArg::F_SETLK(&whole_file)) {
        Ok(_) => Ok(true),
        Err(Errno::EACCES | Errno::EAGAIN) => Ok(false),
        Err(errno) => Err(errno.into()),
    }
}

/// Linux does this for NFS (flock(2)), SMB and 9P.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn makes_record_locks_of_flocks(file: &File) -> io::Result<bool> {
    use nix::sys::statfs::{FsType, fstatfs};
    /// NFS, the three variants of SMB, and 9P. Not all of them are in the C library's headers.
    const NETWORK_FILE_SYSTEMS: [i128; 5] = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x0102_1997];
    let FsType(found) = fstatfs(file)?.filesystem_type();
    // On some platforms the number is signed, or wider than 32 bits.
    Ok(NETWORK_FILE_SYSTEMS.contains(&(i128::from(found) & 0xFFFF_FFFF)))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn makes_record_locks_of_flocks(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// The entry is in the list of entries that this process works on. A record lock belongs to the process, and is lost
/// when any of its threads closes the file.
#[derive(Debug)]
struct NameInUse {
    names: &'static Own<Names>,
    path: PathBuf,
}

type Names = Mutex<BTreeSet<PathBuf>>;

// A forked child has none of its parent's locks, so it has its own list.
static NAMES: PerProcess<Names> = PerProcess::new();

impl NameInUse {
    fn try_take(path: &Path) -> Option<Self> {
        let names = NAMES.get();
        let is_free = names.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        is_free.then(|| Self { names, path: path.to_owned() })
    }
}

impl Drop for NameInUse {
    fn drop(&mut self) {
        if self.names.is_ours() {
            self.names.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod contention;

#[cfg(test)]
mod tests {
    use crate::obtain::store::lock::*;

    #[test]
    fn one_has_it_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let first = Lock::try_take(&path).expect("no error").expect("it is free");
        assert!(Lock::try_take(&path).expect("no error").is_none());
        drop(first);
        let second = Lock::try_take(&path).expect("no error").expect("it is free again");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), format!("{}\n", std::process::id()));
        drop(second);
    }

    /// A record lock is lost when the process closes any descriptor of the file that can read or write. The one of a
    /// waiting call cannot. Only another process can tell, so the test starts itself once more.
    #[test]
    fn a_call_that_waits_takes_no_lock_away() {
        const PATH: &str = "ZEROSSL_TEST_LOCK";
        if let Some(path) = std::env::var_os(PATH) {
            let file = OpenOptions::new().read(true).write(true).open(path).expect("a file");
            assert!(!take_record_lock(&file, libc::F_WRLCK).expect("no error"), "the other process has it");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let _lock = Lock::try_take(&path).expect("no error").expect("it is free");
        drop(Awaited::at(&path).expect("a file"));
        let name = "obtain::store::lock::tests::a_call_that_waits_takes_no_lock_away";
        let again = std::process::Command::new(std::env::current_exe().expect("a path"))
            .args(["--exact", name])
            .env(PATH, &path)
            .output()
            .expect("a process");
        let output = String::from_utf8_lossy(&again.stdout);
        assert!(again.status.success() && output.contains("1 passed"), "{output}");
    }

    /// A lock of `flock(1)` or another program: the file contains no dead process.
    #[test]
    fn a_flock_of_somebody_else_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let other = File::create(&path).expect("a file");
        let other = Flock::lock(other, FlockArg::LockExclusiveNonblock).map_err(|(_, e)| e).expect("free");
        assert!(Lock::try_take(&path).expect("no error").is_none());
        drop(other);
        assert!(Lock::try_take(&path).expect("no error").is_some());
    }

    /// The holder died, and a child that it had forked still has the flock.
    #[test]
    fn a_flock_that_outlives_its_holder_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let mut dead = std::process::Command::new("true").spawn().expect("a process");
        dead.wait().expect("its end");
        std::fs::write(&path, format!("{}\n", dead.id())).expect("a file");
        let inherited = File::open(&path).expect("a file");
        let _inherited =
            Flock::lock(inherited, FlockArg::LockExclusiveNonblock).map_err(|(_, e)| e).expect("free");
        let lock = Lock::try_take(&path).expect("no error").expect("the holder is dead");
        assert!(Lock::try_take(&path).expect("no error").is_none());
        drop(lock);
    }
}
