//! Many threads want one entry: one has it at a time, and holds a lock that other processes see.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::obtain::store::lock::*;

const THREADS: usize = 8;
const TRIES: usize = 2000;

/// Whether another process would be refused. The locks of this descriptor are its own and not the process's, so it is
/// refused as well. It has to stay open: with any descriptor of the file, the process loses its locks.
fn is_held(probe: &File) -> bool {
    let mut found = libc::flock {
        l_type: i16::try_from(libc::F_WRLCK).expect("small"),
        l_whence: i16::try_from(libc::SEEK_SET).expect("small"),
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    fcntl(probe, FcntlArg::F_OFD_GETLK(&mut found)).expect("Linux knows it");
    i32::from(found.l_type) != libc::F_UNLCK
}

#[test]
fn one_of_many_threads_has_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lock");
    let probe = File::create(&path).expect("a file");
    let (inside, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
    assert!(!is_held(&probe));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..TRIES {
                    let Some(lock) = Lock::try_take(&path).expect("no error") else { continue };
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two have it");
                    for _ in 0..4 {
                        assert!(is_held(&probe), "the process has lost its lock");
                        thread::yield_now();
                    }
                    inside.fetch_sub(1, Ordering::SeqCst);
                    taken.fetch_add(1, Ordering::SeqCst);
                    drop(lock);
                }
            });
        }
    });
    assert!(!is_held(&probe));
    assert!(taken.into_inner() > THREADS);
}
