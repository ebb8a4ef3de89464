//! A server with answers of its own, for what no real one does when it is asked to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Answers each request by its first line, and tells which ones it got, with the headers that matter.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Receiver<String>,
}

/// A status, more headers (each with its line end), and a body.
pub(crate) type Answer = (u16, &'static str, String);

impl Server {
    pub(crate) fn start(answer: impl Fn(&str) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let (sender, requests) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                serve(stream, &sender, &answer);
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Those since the last time.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.try_iter().collect()
    }
}

fn serve(mut stream: TcpStream, requests: &Sender<String>, answer: impl Fn(&str) -> Answer) {
    let mut reader = BufReader::new(stream.try_clone().expect("a copy"));
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a request");
        match line.trim_end() {
            "" => break,
            line => lines.push(line.replace(" HTTP/1.1", "")),
        }
    }
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    let headers: Vec<_> = lines.iter().skip(1).filter_map(|line| header(line)).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, length)| length.parse().expect("a number"));
    reader.take(length).read_to_end(&mut Vec::new()).expect("a body");
    let matters =
        |name: &str| name.contains("token") || matches!(name, "authorization" | "if-match" | "if-none-match");
    let headers =
        headers.iter().filter(|(name, _)| matters(name)).map(|(name, value)| format!(" | {name}: {value}"));
    let first = lines.first().expect("a first line");
    let (status, more, body) = answer(first);
    requests.send([first.clone(), headers.collect()].concat()).expect("somebody listens");
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n");
    stream.write_all([head, body].concat().as_bytes()).expect("somebody reads");
}
