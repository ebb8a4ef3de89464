//! TCP that can be interrupted: connecting, reading and writing wait under the [`watch`].

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, AsRawFd};
use std::time::Instant;

use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::sys::socket::{MsgFlags, recv};
use socket2::{Domain, Protocol, Socket, Type};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
};

use super::watch;
use crate::cancel::POLL_INTERVAL;

/// Connects to the first address that answers.
#[derive(Debug)]
pub(super) struct TcpConnector;

impl<In: Transport> Connector<In> for TcpConnector {
    type Out = Either<In, TcpTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(tunnel) = chained {
            return Ok(Some(Either::A(tunnel)));
        }
        let stream = connect_any(&details.addrs)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(POLL_INTERVAL))?;
        stream.set_write_timeout(Some(POLL_INTERVAL))?;
        let buffers =
            LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(TcpTransport { stream, buffers })))
    }
}

/// Tries one address after another. Each except the last gets half of the time that is left. If none connects, the most
/// informative failure is returned: a missing IPv6 route says nothing about a service that refused.
pub(super) fn connect_any(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for (index, address) in addresses.iter().enumerate() {
        let half = match watch::end() {
            Some(end) if index + 1 < addresses.len() => {
                let now = Instant::now();
                Some(now + end.saturating_duration_since(now) / 2)
            }
            _ => None,
        };
        match connect(*address, half) {
            Ok(stream) => return Ok(stream),
            Err(error) if specificity(&error) > specificity(&failure) => failure = error,
            Err(_) => {}
        }
        watch::check()?;
    }
    Err(failure)
}

/// How informative a connection failure is.
fn specificity(error: &io::Error) -> u8 {
    use io::ErrorKind::{AddrNotAvailable, HostUnreachable, NetworkUnreachable, TimedOut};
    match error.kind() {
        AddrNotAvailable => 0,
        // This machine does not support the address family.
        _ if error.raw_os_error() == Some(Errno::EAFNOSUPPORT as i32) => 1,
        NetworkUnreachable => 1,
        HostUnreachable => 2,
        TimedOut => 3,
        _ => 4,
    }
}

fn connect(address: SocketAddr, end: Option<Instant>) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() == Some(Errno::EINPROGRESS as i32) => {
            watch::wait(socket.as_fd(), PollFlags::POLLOUT, end)?;
            socket.take_error()?.map_or(Ok(()), Err)?;
        }
        connected => connected?,
    }
    socket.set_nonblocking(false)?;
    Ok(socket.into())
}

/// A connection whose reads and writes return after 50 ms: whatever takes longer waits under the watch.
#[derive(Debug)]
pub(super) struct TcpTransport {
    stream: TcpStream,
    buffers: LazyBuffers,
}

/// Whether a read or write only ended because of the socket's time-out.
fn is_poll_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
        && error.raw_os_error() != Some(Errno::ETIMEDOUT as i32)
}

impl Transport for TcpTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        let mut rest = &self.buffers.output()[..amount];
        while !rest.is_empty() {
            watch::check()?;
            // `write` sends with MSG_NOSIGNAL. A vectored write would raise SIGPIPE.
            match self.stream.write(rest) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                Ok(written) => rest = &rest[written..],
                Err(error) if is_poll_timeout(&error) => {
                    watch::wait(self.stream.as_fd(), PollFlags::POLLOUT, None)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        loop {
            watch::check()?;
            match self.stream.read(self.buffers.input_append_buf()) {
                Ok(read) => {
                    self.buffers.input_appended(read);
                    return Ok(read > 0);
                }
                Err(error) if is_poll_timeout(&error) => {
                    watch::wait(self.stream.as_fd(), PollFlags::POLLIN, None)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// An idle connection has no data: if there are bytes, an end or an error, it cannot be used again.
    fn is_open(&mut self) -> bool {
        let flags = MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT;
        recv(self.stream.as_raw_fd(), &mut [0], flags) == Err(Errno::EWOULDBLOCK)
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;
    use crate::cancel::CancelToken;
    use crate::closed_address::closed_address;
    use crate::transport::Watch;

    /// Cannot be connected to: no packet is sent.
    fn unreachable() -> SocketAddr {
        "255.255.255.255:1".parse().expect("an address")
    }

    #[test]
    fn the_most_informative_of_several_failures_is_returned() {
        for (addresses, kind) in [
            (vec![closed_address(), unreachable()], ErrorKind::ConnectionRefused),
            (vec![unreachable(), closed_address(), unreachable()], ErrorKind::ConnectionRefused),
            (vec![unreachable(), unreachable()], ErrorKind::NetworkUnreachable),
            (vec![], ErrorKind::AddrNotAvailable),
        ] {
            assert_eq!(connect_any(&addresses).expect_err("nobody is there").kind(), kind, "{addresses:?}");
        }
    }

    #[test]
    fn an_address_that_does_not_answer_tells_more_than_one_that_cannot_be_reached() {
        // Its queue is full, so the next connection gets no answer.
        let silent = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        silent.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
        silent.listen(0).expect("a queue");
        let address = silent.local_addr().ok().and_then(|address| address.as_socket()).expect("its address");
        let _first = TcpStream::connect(address).expect("a place in the queue");
        let watch = Watch::new(CancelToken::never(), Instant::now() + Duration::from_millis(400));
        let (outcome, _) = watch::under(watch, || connect_any(&[address, unreachable()]));
        assert_eq!(outcome.expect_err("nobody is there").kind(), ErrorKind::TimedOut);
    }

    #[test]
    fn an_address_that_answers_is_found_behind_others() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let stream = connect_any(&[unreachable(), closed_address(), address]).expect("a connection");
        assert_eq!(stream.peer_addr().ok(), Some(address));
    }
}
