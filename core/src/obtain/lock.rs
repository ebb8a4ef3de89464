//! One process works on an entry.
//!
//! The lock is a flock on a file that is never deleted. A child that forks off inherits a flock and may outlive its
//! holder, so a record lock, which no child inherits, stands beside it; and the file names the holder. A flock whose
//! holder is dead, and that has no record lock, is such an inheritance and is passed over.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, Flock, FlockArg, fcntl};
use nix::libc;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::per_process::{Own, PerProcess};

/// Held until it is dropped, or its process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    /// Dropped first: the other threads of this process may try as soon as the name is free.
    _file: Held,
    _name: Name,
}

#[derive(Debug)]
enum Held {
    Flock(Option<Flock<File>>),
    /// Only the record lock: the flock is with a child of a dead holder.
    Record(File),
}

impl Lock {
    /// Takes the lock, or says that somebody else has it.
    pub(crate) fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let Some(name) = Name::try_take(path) else { return Ok(None) };
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        if !take_record_lock(&file)? {
            return Ok(None);
        }
        let mut holder = String::new();
        // What is no number is nobody's.
        Read::by_ref(&mut file).take(32).read_to_string(&mut holder)?;
        let mut held = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(flock) => Held::Flock(Some(flock)),
            Err((file, Errno::EWOULDBLOCK)) if is_dead(holder.trim()) => Held::Record(file),
            Err((_, Errno::EWOULDBLOCK)) => return Ok(None),
            Err((_, errno)) => return Err(errno.into()),
        };
        held.write_holder()?;
        Ok(Some(Self { _file: held, _name: name }))
    }
}

impl Held {
    fn write_holder(&mut self) -> io::Result<()> {
        let file = match self {
            Self::Flock(Some(flock)) => &mut **flock,
            Self::Flock(None) => return Ok(()),
            Self::Record(file) => file,
        };
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())
    }
}

impl Drop for Held {
    /// Unlocked, and not only closed: a child of fork has the file, too.
    fn drop(&mut self) {
        if let Self::Flock(flock) = self
            && let Some(Err((flock, _))) = flock.take().map(Flock::unlock)
        {
            // It would panic when dropped. So it stays locked until the process ends, which is what the lock is for.
            std::mem::forget(flock);
        }
    }
}

/// Whether the process of this number is no more.
fn is_dead(holder: &str) -> bool {
    holder.parse().is_ok_and(|process| kill(Pid::from_raw(process), None) == Err(Errno::ESRCH))
}

fn take_record_lock(file: impl AsFd) -> io::Result<bool> {
    let whole_file = libc::flock {
        l_type: i16::try_from(libc::F_WRLCK).unwrap_or_default(),
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

/// The entry's name among those that this process works on: a record lock is the process's, and is lost when one of its
/// threads so much as closes the file.
#[derive(Debug)]
struct Name {
    names: &'static Own<Names>,
    path: PathBuf,
}

type Names = Mutex<BTreeSet<PathBuf>>;

// A child of fork has none of its parent's locks, so it has a list of its own.
static NAMES: PerProcess<Names> = PerProcess::new();

impl Name {
    fn try_take(path: &Path) -> Option<Self> {
        let names = NAMES.get();
        let is_free = names.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        is_free.then(|| Self { names, path: path.to_owned() })
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        if self.names.is_ours() {
            self.names.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// As `flock(1)` or another program has it: a holder that names no dead process.
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

    /// The holder died, and a child that it had forked keeps the flock.
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
