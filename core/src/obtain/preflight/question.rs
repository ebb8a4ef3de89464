//! One question to one address: over UDP, or over TCP if the answer is too long for that (RFC 1035, section 4.2).

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::rc::Rc;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use nix::poll::PollFlags;
use socket2::{Domain, Protocol, Socket, Type};

use super::reactor::Reactor;

/// A question, ready to be sent.
pub(super) struct Question {
    query: Query,
    id: u16,
    bytes: Vec<u8>,
}

impl Question {
    /// `recursive`: the server may ask others.
    pub(super) fn new(query: Query, recursive: bool) -> io::Result<Self> {
        // With the port, what somebody would have to guess who wants to answer instead of the server.
        let mut id = [0; 2];
        getrandom::fill(&mut id).map_err(io::Error::other)?;
        let id = u16::from_ne_bytes(id);
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = recursive;
        message.add_query(query.clone());
        let bytes = message.to_vec().map_err(io::Error::other)?;
        Ok(Self { query, id, bytes })
    }

    /// The answer. Waits for as long as it takes. An answer that cannot be read is an error of kind `InvalidData`.
    pub(super) async fn ask(&self, reactor: &Reactor, server: SocketAddr) -> io::Result<Message> {
        let answer = self.over_udp(reactor, server).await?;
        if !answer.metadata.truncation {
            return Ok(answer);
        }
        let answer = self.over_tcp(reactor, server).await?;
        if answer.metadata.truncation { Err(ErrorKind::InvalidData.into()) } else { Ok(answer) }
    }

    async fn over_udp(&self, reactor: &Reactor, server: SocketAddr) -> io::Result<Message> {
        /// More than a server sends to somebody who has not said that he takes more than 512 bytes.
        const MAX_DATAGRAM: usize = 4096;
        let any = match server {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        let socket = UdpSocket::bind(any)?;
        socket.set_nonblocking(true)?;
        // From then on, the system drops what others send.
        socket.connect(server)?;
        let socket = Rc::new(socket);
        reactor.io(&socket, PollFlags::POLLOUT, |socket| socket.send(&self.bytes)).await?;
        let mut datagram = [0; MAX_DATAGRAM];
        loop {
            let length = reactor.io(&socket, PollFlags::POLLIN, |socket| socket.recv(&mut datagram)).await?;
            let datagram = datagram.get(..length).unwrap_or_default();
            // A late answer to an earlier question at this port, or somebody's guess.
            if datagram.starts_with(&self.id.to_be_bytes()) {
                return self.read(datagram);
            }
        }
    }

    async fn over_tcp(&self, reactor: &Reactor, server: SocketAddr) -> io::Result<Message> {
        let socket = Socket::new(Domain::for_address(server), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        match socket.connect(&server.into()) {
            Err(error) if error.raw_os_error() != Some(nix::libc::EINPROGRESS) => return Err(error),
            _ => {}
        }
        let stream = Rc::new(TcpStream::from(socket));
        reactor.io(&stream, PollFlags::POLLOUT, has_connected).await?;
        let length = u16::try_from(self.bytes.len()).map_err(io::Error::other)?;
        let mut message = length.to_be_bytes().to_vec();
        message.extend_from_slice(&self.bytes);
        let mut sent = 0;
        while let Some(rest) = message.get(sent..).filter(|rest| !rest.is_empty()) {
            sent += reactor.io(&stream, PollFlags::POLLOUT, |mut stream| stream.write(rest)).await?;
        }
        let mut length = [0; 2];
        read_exact(reactor, &stream, &mut length).await?;
        let mut answer = vec![0; u16::from_be_bytes(length).into()];
        read_exact(reactor, &stream, &mut answer).await?;
        self.read(&answer)
    }

    /// An answer to this very question. With an error, the server may leave the question out.
    fn read(&self, bytes: &[u8]) -> io::Result<Message> {
        let message = Message::from_vec(bytes).map_err(|_| ErrorKind::InvalidData)?;
        let (metadata, queries) = (&message.metadata, &message.queries);
        let is_refusal = queries.is_empty() && metadata.response_code != ResponseCode::NoError;
        let is_ours = metadata.id == self.id && metadata.message_type == MessageType::Response;
        if is_ours && (is_refusal || *queries == [self.query.clone()]) {
            Ok(message)
        } else {
            Err(ErrorKind::InvalidData.into())
        }
    }
}

/// For fuzzers: the bytes with the id and the question that an answer must have.
#[cfg(fuzzing)]
pub(super) fn read_any(bytes: &[u8]) -> io::Result<Message> {
    let mut message = Message::from_vec(bytes).map_err(|_| ErrorKind::InvalidData)?;
    let query = message.queries.first().cloned().unwrap_or_default();
    message.metadata.message_type = MessageType::Response;
    let question = Question { query, id: message.metadata.id, bytes: Vec::new() };
    question.read(&message.to_vec().map_err(io::Error::other)?)
}

fn has_connected(stream: &TcpStream) -> io::Result<()> {
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    match stream.peer_addr() {
        Err(error) if error.kind() == ErrorKind::NotConnected => Err(ErrorKind::WouldBlock.into()),
        other => other.map(drop),
    }
}

async fn read_exact(reactor: &Reactor, stream: &Rc<TcpStream>, into: &mut [u8]) -> io::Result<()> {
    let mut filled = 0;
    while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reactor.io(stream, PollFlags::POLLIN, |mut stream| stream.read(rest)).await? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => filled += count,
        }
    }
    Ok(())
}
