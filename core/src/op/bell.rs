//! An op's file descriptor: one end of a socket pair, readable while `next` has news.
//!
//! A socket, since some event loops can watch nothing else. What is in it means nothing: whoever reads it away
//! does no harm, since the bell looks whether it still rings whenever something changes.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use nix::libc;
use nix::sys::socket::{MsgFlags, recv, send};
use nix::sys::stat::fstat;

/// Rings while there is news.
#[derive(Debug)]
pub(super) struct Bell {
    ours: OwnedFd,
    /// The host's end. Empty only while it is being dropped.
    theirs: Option<OwnedFd>,
    /// The host's socket as the kernel knows it.
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

    /// The end for the host.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.theirs.as_ref().unwrap_or(&self.ours).as_fd()
    }

    /// Makes it ring, or stops it.
    pub(super) fn set(&self, has_news: bool) {
        let Some(theirs) = self.theirs.as_ref().filter(|fd| self.is_open(fd)) else { return };
        let theirs = theirs.as_raw_fd();
        let peek = MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT;
        if !has_news {
            while matches!(recv(theirs, &mut [0; 16], MsgFlags::MSG_DONTWAIT), Ok(1..)) {}
        } else if !matches!(recv(theirs, &mut [0], peek), Ok(1..)) {
            // If this fails the host has shut its end down, and listens no more.
            // (nix knows the flag on some systems only.)
            let quietly = MsgFlags::from_bits_retain(libc::MSG_NOSIGNAL) | MsgFlags::MSG_DONTWAIT;
            let _ = send(self.ours.as_raw_fd(), b"!", quietly);
        }
    }

    /// A host that closed its end, though it must not, may have another file at this number by now.
    fn is_open(&self, theirs: &OwnedFd) -> bool {
        identity(theirs.as_fd()).is_ok_and(|identity| identity == self.identity)
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        if let Some(theirs) = self.theirs.take()
            && !self.is_open(&theirs)
        {
            // Not ours to close.
            let _ = theirs.into_raw_fd();
        }
    }
}

fn identity(fd: BorrowedFd<'_>) -> io::Result<(libc::dev_t, libc::ino_t)> {
    let status = fstat(fd)?;
    Ok((status.st_dev, status.st_ino))
}
