//! Requests to the sandbox, of any bytes. It must go on, whatever comes.

#![no_main]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::LazyLock;

use zerossl_sandbox::{Options, Sandbox};

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| Sandbox::start(Options::default()).expect("a sandbox"));

fn send(bytes: &[u8]) -> Vec<u8> {
    let address = SANDBOX.base_url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).expect("a connection");
    // It may answer and close before it has read everything.
    let _ = stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write));
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    send(data);
    let query = format!("access_key={}", SANDBOX.access_key());
    let answer = send(
        format!("GET /certificates?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes(),
    );
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "it does not go on");
});
