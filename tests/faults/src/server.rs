//! Servers that do what a fault says.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::{Domain, SockRef, Socket, Type};

use crate::table::Step;

/// Between two bytes that drip.
const DRIP: Duration = Duration::from_millis(20);

trait Stream: Read + Write {
    fn reset(&mut self) -> io::Result<()>;
}

impl Stream for TcpStream {
    fn reset(&mut self) -> io::Result<()> {
        SockRef::from(&*self).set_linger(Some(Duration::ZERO))
    }
}

impl Stream for StreamOwned<ServerConnection, TcpStream> {
    fn reset(&mut self) -> io::Result<()> {
        self.sock.reset()
    }
}

/// A server that does these steps with each connection, as long as the program runs.
pub(crate) fn start(steps: Arc<[Step]>, tls: Option<Arc<ServerConfig>>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (steps, tls) = (Arc::clone(&steps), tls.clone());
            // The client may close at any moment; what it makes of it is what is tested.
            thread::spawn(move || drop(serve(stream, &steps, tls)));
        }
    });
    Ok(address)
}

fn serve(stream: TcpStream, steps: &[Step], tls: Option<Arc<ServerConfig>>) -> io::Result<()> {
    match tls {
        None => perform(stream, steps),
        Some(config) => {
            let connection = ServerConnection::new(config).map_err(io::Error::other)?;
            perform(StreamOwned::new(connection, stream), steps)
        }
    }
}

fn perform(mut stream: impl Stream, steps: &[Step]) -> io::Result<()> {
    for step in steps {
        match step {
            Step::Read => read_request(&mut stream)?,
            Step::ReadSome => drop(stream.read(&mut [0; 8192])?),
            Step::Send(text) => stream.write_all(&bytes(text))?,
            Step::Times(times, text) => stream.write_all(&bytes(text).repeat(*times))?,
            Step::Repeat(text) => {
                let many = bytes(text).repeat(4096 / text.len() + 1);
                loop {
                    stream.write_all(&many)?;
                }
            }
            Step::Drip(text) => {
                for byte in bytes(text).iter().cycle() {
                    stream.write_all(&[*byte])?;
                    stream.flush()?;
                    thread::sleep(DRIP);
                }
            }
            Step::Hang => drop(io::copy(&mut stream, &mut io::sink())?),
            Step::Reset => return stream.reset(),
        }
        stream.flush()?;
    }
    Ok(())
}

fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).expect("U+00FF at most")).collect()
}

/// What is left unread would reset the connection at its end.
fn read_request(stream: &mut impl Stream) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    stream.read_exact(&mut vec![0; length.unwrap_or_default()])
}

/// A port where nobody listens, as long as the guard lives.
pub(crate) fn closed() -> io::Result<(SocketAddr, Socket)> {
    let socket = bound()?;
    Ok((address_of(&socket)?, socket))
}

/// A port where connecting hangs, as long as the guards live.
pub(crate) fn full() -> io::Result<(SocketAddr, Vec<Socket>)> {
    let listener = bound()?;
    listener.listen(0)?;
    let address = address_of(&listener)?;
    let mut guards = vec![listener];
    loop {
        let waiting = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        if waiting.connect_timeout(&address.into(), Duration::from_millis(200)).is_err() {
            return Ok((address, guards));
        }
        guards.push(waiting);
    }
}

fn bound() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    Ok(socket)
}

fn address_of(socket: &Socket) -> io::Result<SocketAddr> {
    socket.local_addr()?.as_socket().ok_or_else(|| io::ErrorKind::Unsupported.into())
}
