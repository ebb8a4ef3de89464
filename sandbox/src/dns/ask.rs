//! Queries to a DNS server: over UDP, and over TCP if the answer does not fit.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use hickory_proto::op::{Edns, Message, Query, ResponseCode};
use hickory_proto::rr::{Name, Record, RecordType};

/// Queries one DNS server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    pub(crate) server: SocketAddr,
    /// How long one query may take.
    pub(crate) timeout: Duration,
}

/// A query got no answer. "No such name" is an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure;

impl From<io::Error> for Failure {
    fn from(_: io::Error) -> Self {
        Self
    }
}

impl Asker {
    /// The answers to a query, including the aliases on the way.
    pub(crate) fn ask(self, name: &str, kind: RecordType) -> Result<Vec<Record>, Failure> {
        let mut name = Name::from_ascii(name).map_err(|_| Failure)?;
        name.set_fqdn(true);
        let mut question = Message::query();
        question.metadata.id = fastrand::u16(..);
        question.metadata.recursion_desired = true;
        question.add_query(Query::query(name, kind));
        let mut edns = Edns::new();
        edns.set_max_payload(1232);
        question.set_edns(edns);
        let bytes = question.to_vec().map_err(|_| Failure)?;

        let end = Instant::now() + self.timeout;
        let mut answer = self.over_udp(&bytes, &question, end)?;
        if answer.metadata.truncation {
            answer = self.over_tcp(&bytes, &question, end)?;
        }
        match answer.metadata.response_code {
            ResponseCode::NoError | ResponseCode::NXDomain => Ok(answer.answers),
            _ => Err(Failure),
        }
    }

    fn over_udp(self, bytes: &[u8], question: &Message, end: Instant) -> Result<Message, Failure> {
        /// A query is sent again after this pause at the latest, and at least this many times: a datagram can
        /// get lost.
        const PAUSE: Duration = Duration::from_secs(1);
        const TRIES: u32 = 3;
        let any = match self.server {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        let socket = UdpSocket::bind(any)?;
        socket.connect(self.server)?;
        let mut buffer = [0; 4096];
        let pause = PAUSE.min(self.timeout / TRIES);
        while left(end).is_some() {
            socket.send(bytes)?;
            let try_end = end.min(Instant::now() + pause);
            while let Some(left) = left(try_end) {
                socket.set_read_timeout(Some(left))?;
                match socket.recv(&mut buffer) {
                    Ok(length) => {
                        if let Some(answer) = read(&buffer[..length], question) {
                            return Ok(answer);
                        }
                    }
                    Err(error) if is_timeout(&error) => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Err(Failure)
    }

    fn over_tcp(self, bytes: &[u8], question: &Message, end: Instant) -> Result<Message, Failure> {
        let left = left(end).ok_or(Failure)?;
        let mut stream = TcpStream::connect_timeout(&self.server, left)?;
        stream.set_read_timeout(Some(left))?;
        stream.set_write_timeout(Some(left))?;
        let length = u16::try_from(bytes.len()).map_err(|_| Failure)?;
        stream.write_all(&[&length.to_be_bytes(), bytes].concat())?;
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut answer = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut answer)?;
        read(&answer, question).ok_or(Failure)
    }
}

fn left(end: Instant) -> Option<Duration> {
    end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// The answer, if it belongs to this query.
fn read(bytes: &[u8], question: &Message) -> Option<Message> {
    let answer = Message::from_vec(bytes).ok()?;
    let fits = answer.metadata.id == question.metadata.id && answer.queries == question.queries;
    fits.then_some(answer)
}
