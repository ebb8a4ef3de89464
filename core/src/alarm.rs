//! An alarm: what rings it may be a signal handler, and what waits for it may wait for other descriptors too.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{MsgFlags, recv, send};

/// A pipe in which a byte lies while it rings. It is a socket pair, since a write to one cannot raise SIGPIPE.
#[derive(Debug)]
pub(crate) struct Alarm {
    bell: UnixStream,
    ear: UnixStream,
}

impl Alarm {
    /// Both ends are close-on-exec.
    pub(crate) fn new() -> io::Result<Self> {
        let (bell, ear) = UnixStream::pair()?;
        Ok(Self { bell, ear })
    }

    /// Rings until it is cleared. Async-signal-safe: one system call, and `errno` stays as it was.
    pub(crate) fn ring(&self) {
        let errno = Errno::last_raw();
        // If this fails, the buffer is full, so it rings already. (nix has the second flag only on some systems.)
        let quietly = MsgFlags::MSG_DONTWAIT | MsgFlags::from_bits_retain(libc::MSG_NOSIGNAL);
        let _ = send(self.bell.as_raw_fd(), b"!", quietly);
        Errno::set_raw(errno);
    }

    /// Stops the ringing.
    pub(crate) fn clear(&self) {
        while matches!(recv(self.ear.as_raw_fd(), &mut [0; 64], MsgFlags::MSG_DONTWAIT), Ok(1..)) {}
    }

    /// Readable while it rings.
    pub(crate) fn ear(&self) -> BorrowedFd<'_> {
        self.ear.as_fd()
    }
}
