//! The built-in DNS server: one port, over UDP and TCP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, ResponseCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::runtime::Handle;

use crate::dns::zone::Zone;

/// Sockets that are bound, but not served yet.
pub(crate) struct Sockets {
    udp: std::net::UdpSocket,
    tcp: std::net::TcpListener,
    pub(crate) address: SocketAddr,
}

/// The UDP limit without EDNS: the largest answer to a query that does not allow more.
const PLAIN_LIMIT: usize = 512;

impl Sockets {
    /// Binds one port for both. If the system chooses the port, this may need several attempts.
    pub(crate) fn bind(listen: SocketAddr) -> io::Result<Self> {
        const TRIES: usize = 16;
        let mut tried = 0;
        loop {
            tried += 1;
            let tcp = std::net::TcpListener::bind(listen)?;
            let address = tcp.local_addr()?;
            match std::net::UdpSocket::bind(address) {
                Ok(udp) => {
                    tcp.set_nonblocking(true)?;
                    udp.set_nonblocking(true)?;
                    return Ok(Self { udp, tcp, address });
                }
                Err(_) if listen.port() == 0 && tried < TRIES => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn serve(self, runtime: &Handle, zone: &Arc<Zone>) -> io::Result<()> {
        let (udp, tcp) = {
            let _inside = runtime.enter();
            (UdpSocket::from_std(self.udp)?, TcpListener::from_std(self.tcp)?)
        };
        runtime.spawn(over_udp(Arc::new(udp), Arc::clone(zone)));
        runtime.spawn(over_tcp(tcp, Arc::clone(zone)));
        Ok(())
    }
}

async fn over_udp(socket: Arc<UdpSocket>, zone: Arc<Zone>) {
    let mut buffer = [0; 4096];
    loop {
        // An error here is about an earlier answer that the client did not accept.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            tokio::task::yield_now().await;
            continue;
        };
        let question = buffer[..length].to_vec();
        let (socket, zone) = (Arc::clone(&socket), Arc::clone(&zone));
        tokio::spawn(async move {
            if let Some(answer) = answer(&question, &zone, true).await {
                let _ = socket.send_to(&answer, from).await;
            }
        });
    }
}

async fn over_tcp(listener: TcpListener, zone: Arc<Zone>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        tokio::spawn(serve_connection(stream, Arc::clone(&zone)));
    }
}

async fn serve_connection(mut stream: TcpStream, zone: Arc<Zone>) -> io::Result<()> {
    loop {
        let length = stream.read_u16().await?;
        let mut question = vec![0; length.into()];
        stream.read_exact(&mut question).await?;
        if let Some(answer) = answer(&question, &zone, false).await
            && let Ok(length) = u16::try_from(answer.len())
        {
            stream.write_u16(length).await?;
            stream.write_all(&answer).await?;
        }
    }
}

async fn answer(question: &[u8], zone: &Zone, over_udp: bool) -> Option<Vec<u8>> {
    let asked = Message::from_vec(question).ok()?;
    if asked.metadata.message_type != MessageType::Query {
        return None;
    }
    let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
    answer.metadata.recursion_desired = asked.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.metadata.authoritative = true;
    answer.edns.clone_from(&asked.edns);
    answer.add_queries(asked.queries.iter().cloned());
    match asked.queries.as_slice() {
        [query] if asked.metadata.op_code == OpCode::Query => {
            let finding = zone.answer(&query.name, query.query_type);
            tokio::time::sleep(finding.delay).await;
            if finding.silent {
                return None;
            }
            answer.metadata.response_code = finding.code;
            answer.add_answers(finding.answers);
        }
        _ => answer.metadata.response_code = ResponseCode::NotImp,
    }
    let bytes = answer.to_vec().ok()?;
    let limit = if asked.edns.is_some() { asked.max_payload().into() } else { PLAIN_LIMIT };
    if over_udp && bytes.len() > limit { answer.truncate().to_vec().ok() } else { Some(bytes) }
}
