//! Requests to the sandbox, of any bytes. It must go on, whatever comes.

#![no_main]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::LazyLock;
use std::time::Duration;

use zerossl_sandbox::{Options, Sandbox};

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| Sandbox::start(Options::default()).expect("a sandbox"));

/// The answer, or what comes of it soon: the sandbox waits for the rest of what is no whole request.
fn send(bytes: &[u8], limit: Duration) -> Vec<u8> {
    let address = SANDBOX.base_url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(limit)).expect("a time-out");
    // It may answer and close before it has read everything.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    send(data, Duration::from_millis(5));
    let query = format!("access_key={}", SANDBOX.access_key());
    let request = format!("GET /certificates?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let answer = send(request.as_bytes(), Duration::from_secs(30));
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "it does not go on");
});
