//! The listener's server: one thread for all connections, so that nobody holds up another, and one for the shared store.

use std::io::{self, ErrorKind};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::connection::Connection;
use super::files::Files;
use crate::alarm::Alarm;
use crate::cancel::CancelToken;
use crate::ledger::challenges::Lookup;
use crate::thread;

/// At once, besides those who wait for the store; for one more the oldest has to go.
const MOST_GUESTS: usize = 64;
/// When the system has run out of something.
const REST: Duration = Duration::from_millis(100);

/// Serves files until it is dropped, which closes its port.
#[derive(Debug)]
pub(super) struct Server {
    /// With the port that the system chose.
    pub(super) address: SocketAddr,
    pub(super) shared: Shared,
    listener: Option<JoinHandle<()>>,
    looker: Option<JoinHandle<()>>,
}

/// What its threads share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) files: Arc<Files>,
    /// They end when this is cancelled.
    end: CancelToken,
    /// Wakes the listener. It is rung, and not closed, because a child of fork has it, too.
    bell: Arc<Alarm>,
}

impl Server {
    pub(super) fn start(address: SocketAddr) -> io::Result<Self> {
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        let shared = Shared { files: Arc::default(), end: CancelToken::new(), bell: Arc::new(Alarm::new()?) };
        let its = shared.clone();
        let thread = thread::spawn("listener", move || serve(&listener, &its))?;
        Ok(Self { address, shared, listener: Some(thread), looker: None })
    }

    /// Looks into a shared store for what is not here.
    pub(super) fn look_elsewhere(&mut self, session: u64, lookup: Lookup) -> io::Result<()> {
        if self.looker.is_none() {
            let its = self.shared.clone();
            let work = move || its.files.elsewhere.answer_all(&its.end, &its.bell);
            self.looker = Some(thread::spawn("looker", work)?);
        }
        self.shared.files.elsewhere.add(session, lookup);
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Shared { files, end, bell } = &self.shared;
        end.cancel();
        bell.ring();
        files.elsewhere.wake();
        // Waited for, so that the port is free when this returns.
        for thread in [self.listener.take(), self.looker.take()].into_iter().flatten() {
            if thread.join().is_err() {
                log::warn!(target: "zerossl", "a bug in libzerossl: the listener panicked; please report this");
            }
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

/// The listener's thread.
fn serve(listener: &TcpListener, shared: &Shared) {
    let Shared { files, end, bell } = shared;
    let mut connections: Vec<Connection> = Vec::new();
    loop {
        let now = Instant::now();
        connections.retain(|connection| connection.end() > now);
        let mut watched: Vec<_> = [bell.ear(), listener.as_fd()]
            .map(|fd| PollFd::new(fd, PollFlags::POLLIN))
            .into_iter()
            .chain(connections.iter().map(Connection::watched))
            .collect();
        let pause = connections.iter().map(|connection| connection.end() - now).min();
        let outcome = poll(&mut watched, pause.map_or(PollTimeout::NONE, timeout));
        // In the order in which they were put there.
        let ready: Vec<bool> = watched.iter().map(|fd| fd.any().unwrap_or_default()).collect();
        let mut ready = ready.into_iter();
        if ready.next() == Some(true) {
            bell.clear();
        }
        // If the host has closed our descriptor, nothing wakes us any more.
        if end.is_cancelled() || watched.first().is_some_and(is_lost) {
            break;
        }
        match outcome {
            Ok(_) => {
                let has_new = ready.next() == Some(true);
                connections.retain_mut(|connection| {
                    let is_ready = ready.next() == Some(true) || connection.is_called();
                    !is_ready || connection.go_on(files)
                });
                if has_new && !accept(listener, &mut connections) {
                    rest(end);
                }
            }
            Err(Errno::EINTR) => {}
            Err(_) => {
                connections.clear();
                rest(end);
            }
        }
    }
    close(listener);
}

/// Lets one in. False if the system has nothing left for it: asking again at once would be of no use.
fn accept(listener: &TcpListener, connections: &mut Vec<Connection>) -> bool {
    match listener.accept().and_then(|(stream, _)| Connection::new(stream)) {
        Ok(connection) => {
            let others = || connections.iter().filter(|connection| !connection.is_waiting());
            if others().count() >= MOST_GUESTS {
                // Whoever has answered or asked something lately has a later end.
                let oldest = others().map(Connection::end).min();
                connections.retain(|connection| connection.is_waiting() || Some(connection.end()) != oldest);
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

fn is_lost(bell: &PollFd<'_>) -> bool {
    bell.revents().is_some_and(|events| events.intersects(PollFlags::POLLNVAL | PollFlags::POLLERR))
}

/// A pause that ends with the server.
fn rest(end: &CancelToken) {
    end.sleep_until(Instant::now() + REST);
}

/// Rounded up: rounded down, the last millisecond would be spent asking again and again.
fn timeout(pause: Duration) -> PollTimeout {
    u16::try_from(pause.as_micros().div_ceil(1000)).unwrap_or(u16::MAX).into()
}
