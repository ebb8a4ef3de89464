//! Web servers with one fixed answer.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::obtain::challenge::Challenge;

/// A server on loopback that runs as long as the test.
pub(super) struct Web {
    pub(super) address: SocketAddr,
    /// The head of each request.
    pub(super) asked: Receiver<String>,
}

impl Web {
    pub(super) fn start(answer: impl Fn(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, asked) = channel();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
                    head.extend(byte);
                }
                if sender.send(String::from_utf8_lossy(&head).into_owned()).is_err() {
                    return;
                }
                answer(stream);
            }
        });
        Self { address, asked }
    }

    /// Answers with this status line and headers, and a body of its length.
    pub(super) fn saying(head: &str, body: &[u8]) -> Self {
        let length = body.len();
        let head = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
        let answer = [head.as_bytes(), body].concat();
        Self::start(move |mut stream| {
            // The client may have closed the connection.
            let _ = stream.write_all(&answer);
        })
    }

    /// The rule that redirects fetches to this server.
    pub(super) fn connect_to(&self) -> [String; 1] {
        [format!("::127.0.0.1:{}", self.address.port())]
    }
}

/// The validation file of a name, which may have a port.
pub(super) fn file(scheme: &str, host: &str) -> Challenge {
    let domain = host.split(':').next().unwrap_or_default().to_owned();
    let file = "0123456789ABCDEF0123456789ABCDEF.txt".to_owned();
    Challenge::File {
        domain,
        url: format!("{scheme}://{host}/.well-known/pki-validation/{file}"),
        file,
        content: super::CONTENT.to_owned(),
    }
}
