//! An op's file descriptor: one end of a socket pair, readable while `next` has something to return.
//!
//! A socket, because some event loops cannot watch anything else. Its content has no meaning. Reading from it does no
//! harm: whenever something changes, the bell checks whether it still rings.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use nix::libc;
use nix::sys::socket::{MsgFlags, recv, send};
use nix::sys::stat::fstat;

/// Rings while there is something to return.
#[derive(Debug)]
pub(super) struct Bell {
    ours: OwnedFd,
    /// The host's end. Only empty while it is dropped.
    theirs: Option<OwnedFd>,
    /// The device and inode of the host's socket.
    identity: (libc::dev_t, libc::ino_t),
}

impl Bell {
    pub(super) fn new() -> io::Result<Self> {
        // Both are close-on-exec.
        let (ours, theirs) = UnixStream::pair()?;
        let (ours, theirs) = (OwnedFd::from(ours), OwnedFd::from(theirs));
        let identity = identity(theirs.as_fd())?;
        Ok(Self { ours, theirs: Some(theirs), identity })
    }

    /// The host's end.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.theirs.as_ref().unwrap_or(&self.ours).as_fd()
    }

    /// Starts or stops the ringing.
    pub(super) fn set(&self, has_news: bool) {
        let Some(theirs) = self.theirs.as_ref().filter(|fd| self.is_open(fd)) else { return };
        let theirs = theirs.as_raw_fd();
        let peek = MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT;
        if !has_news {
            while matches!(recv(theirs, &mut [0; 16], MsgFlags::MSG_DONTWAIT), Ok(1..)) {}
        } else if !matches!(recv(theirs, &mut [0], peek), Ok(1..)) {
            // If this fails, the host has shut down its end and no longer listens. (nix has this flag only on some
            // systems.)
            let quietly = MsgFlags::from_bits_retain(libc::MSG_NOSIGNAL) | MsgFlags::MSG_DONTWAIT;
            let _ = send(self.ours.as_raw_fd(), b"!", quietly);
        }
    }

    /// A host must not close its end. If it does, this number may be another file now.
    fn is_open(&self, theirs: &OwnedFd) -> bool {
        identity(theirs.as_fd()).is_ok_and(|identity| identity == self.identity)
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        if let Some(theirs) = self.theirs.take()
            && !self.is_open(&theirs)
        {
            // It does not belong to us, so it is not closed.
            let _ = theirs.into_raw_fd();
        }
    }
}

fn identity(fd: BorrowedFd<'_>) -> io::Result<(libc::dev_t, libc::ino_t)> {
    let status = fstat(fd)?;
    Ok((status.st_dev, status.st_ino))
}
