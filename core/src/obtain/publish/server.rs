//! The listener's server: one thread for all connections, so that nobody holds up another.

use std::io::{self, ErrorKind};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::connection::Connection;
use super::files::Files;
use crate::thread;

/// At once; for one more the oldest has to go.
const MOST_GUESTS: usize = 64;
/// When the system has run out of something.
const REST: Duration = Duration::from_millis(100);

/// Serves files until it is dropped, which closes its port.
#[derive(Debug)]
pub(super) struct Server {
    /// With the port that the system chose.
    pub(super) address: SocketAddr,
    pub(super) files: Arc<Files>,
    /// The thread ends when this is closed.
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(address: SocketAddr) -> io::Result<Self> {
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = UnixStream::pair()?;
        let files = Arc::new(Files::default());
        let served = Arc::clone(&files);
        let thread = thread::spawn("listener", move || serve(&listener, &stopped, &served))?;
        Ok(Self { address, files, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop = None;
        // Waited for, so that the port is free when this returns.
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            log::warn!(target: "zerossl", "a bug in libzerossl: the listener panicked; please report this");
        }
    }
}

pub(super) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    // Close-on-exec, as all sockets of socket2 and std.
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Without it the port would not be ours again for a minute after the last connection.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // `[::]` is for IPv4, too, whatever the system's default.
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}

/// Ends the listening of whoever else has the socket: a child of fork does, and the port would be taken as long as it
/// lives.
pub(super) fn close(listener: &TcpListener) {
    // What cannot be shut down does not listen.
    let _ = SockRef::from(listener).shutdown(Shutdown::Both);
}

/// The server's thread.
fn serve(listener: &TcpListener, stopped: &UnixStream, files: &Files) {
    let mut connections: Vec<Connection> = Vec::new();
    loop {
        let now = Instant::now();
        connections.retain(|connection| connection.end() > now);
        let mut watched: Vec<_> = [stopped.as_fd(), listener.as_fd()]
            .map(|fd| PollFd::new(fd, PollFlags::POLLIN))
            .into_iter()
            .chain(connections.iter().map(Connection::watched))
            .collect();
        let pause = connections.iter().map(|connection| connection.end() - now).min();
        let outcome = poll(&mut watched, pause.map_or(PollTimeout::NONE, timeout));
        // In the order in which they were put there.
        let ready: Vec<bool> = watched.iter().map(|fd| fd.any().unwrap_or_default()).collect();
        let mut ready = ready.into_iter();
        match outcome {
            Ok(_) if ready.next() == Some(true) => break,
            Ok(_) => {
                let has_new = ready.next() == Some(true);
                connections.retain_mut(|connection| ready.next() != Some(true) || connection.go_on(files));
                if has_new && !accept(listener, &mut connections) {
                    rest(stopped);
                }
            }
            Err(Errno::EINTR) => {}
            Err(_) => {
                connections.clear();
                rest(stopped);
            }
        }
    }
    close(listener);
}

/// Lets one in. False if the system has nothing left for it: asking again at once would be of no use.
fn accept(listener: &TcpListener, connections: &mut Vec<Connection>) -> bool {
    match listener.accept().and_then(|(stream, _)| Connection::new(stream)) {
        Ok(connection) => {
            if connections.len() >= MOST_GUESTS {
                // Whoever has answered or asked something lately has a later end.
                let oldest = connections.iter().map(Connection::end).min();
                connections.retain(|connection| Some(connection.end()) != oldest);
            }
            connections.push(connection);
            true
        }
        Err(error) => matches!(
            error.kind(),
            ErrorKind::WouldBlock | ErrorKind::Interrupted | ErrorKind::ConnectionAborted
        ),
    }
}

/// A pause that ends with the server.
fn rest(stopped: &UnixStream) {
    // If this fails, too, the next look comes a little earlier.
    let _ = poll(&mut [PollFd::new(stopped.as_fd(), PollFlags::POLLIN)], timeout(REST));
}

/// Rounded up: rounded down, the last millisecond would be spent asking again and again.
fn timeout(pause: Duration) -> PollTimeout {
    u16::try_from(pause.as_micros().div_ceil(1000)).unwrap_or(u16::MAX).into()
}
