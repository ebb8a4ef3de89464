//! A socket for the client's futures. It never blocks, and whoever runs the futures waits for it.

use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use nix::errno::Errno;
use nix::libc;
use nix::poll::PollFlags;
use nix::sys::socket::{MsgFlags, recv, send};
use socket2::Socket;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// One end for the futures, and one for whoever runs them.
#[derive(Clone, Debug)]
pub(super) struct Wire(Arc<State>);

#[derive(Debug)]
struct State {
    socket: Socket,
    /// Whether the last write found no room.
    is_full: AtomicBool,
}

impl Wire {
    pub(super) fn new(socket: Socket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self(Arc::new(State { socket, is_full: AtomicBool::new(false) })))
    }

    /// What the futures wait for.
    pub(super) fn awaited(&self) -> (BorrowedFd<'_>, PollFlags) {
        let is_full = self.0.is_full.swap(false, Ordering::Relaxed);
        let flags = if is_full { PollFlags::POLLIN | PollFlags::POLLOUT } else { PollFlags::POLLIN };
        (self.0.socket.as_fd(), flags)
    }

    /// An idle connection has no data: if there are bytes, an end or an error, it cannot be used again.
    pub(super) fn is_open(&self) -> bool {
        let flags = MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT;
        recv(self.0.socket.as_raw_fd(), &mut [0], flags) == Err(Errno::EWOULDBLOCK)
    }
}

fn ready<T>(outcome: nix::Result<T>) -> Poll<io::Result<T>> {
    match outcome.map_err(io::Error::from) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        outcome => Poll::Ready(outcome),
    }
}

/// Again, if only a signal came.
fn uninterrupted<T>(mut call: impl FnMut() -> nix::Result<T>) -> nix::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            outcome => return outcome,
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let fd = self.0.socket.as_raw_fd();
        let room = buffer.initialize_unfilled();
        ready(uninterrupted(|| recv(fd, room, MsgFlags::empty()))).map_ok(|read| buffer.advance(read))
    }
}

impl AsyncWrite for Wire {
    /// Never vectored, and without SIGPIPE: it is somebody else's process.
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let fd = self.0.socket.as_raw_fd();
        let quietly = MsgFlags::from_bits_retain(libc::MSG_NOSIGNAL);
        let outcome = ready(uninterrupted(|| send(fd, bytes, quietly)));
        self.0.is_full.store(outcome.is_pending(), Ordering::Relaxed);
        outcome
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// The end comes when it is dropped.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
