//! Shared by several tests: a client for a sandbox, and servers that misbehave below HTTP.

#![allow(dead_code, unreachable_pub, reason = "each test program uses a part of it")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use socket2::{Domain, Socket, Type};
use zerossl::{Client, ClientBuilder};
use zerossl_sandbox::{Fault, Options, Reply, Sandbox, When};

/// Enough for a call that should end at once, on a busy machine.
pub const SOON: Duration = Duration::from_secs(2);

pub fn sandbox() -> Sandbox {
    sandbox_with(Options::default())
}

pub fn sandbox_with(options: Options) -> Sandbox {
    Sandbox::start(options).expect("a sandbox")
}

/// Settings for a sandbox, without a rate limit, so that tests do not wait for it.
pub fn settings(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder().access_key(sandbox.access_key()).base_url(sandbox.base_url()).requests_per_second(0.0)
}

pub fn client(sandbox: &Sandbox) -> Client {
    settings(sandbox).build().expect("a client")
}

/// Adds a fault to the next requests of an operation.
pub fn fault(sandbox: &Sandbox, operation: &str, times: usize, when: When, reply: Reply) {
    sandbox.fault(Fault { operation: Some(operation.to_owned()), times, when, reply });
}

/// How many requests of an operation the sandbox has received.
pub fn count(sandbox: &Sandbox, operation: &str) -> usize {
    sandbox.requests().iter().filter(|asked| asked.operation == Some(operation)).count()
}

/// A CSR for example.com.
pub fn csr() -> String {
    let client = Client::builder().base_url("https://127.0.0.1:1").build().expect("settings");
    client.send(&zerossl::GenerateCsr::new(["example.com"])).expect("a CSR").csr
}

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Runs `work` and returns how long it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed())
}

/// A port where nobody listens, the same for all tests of a program. It is bound, so that no other program gets it.
pub fn closed_port() -> u16 {
    static CLOSED: LazyLock<(Socket, SocketAddr)> = LazyLock::new(bound_socket);
    CLOSED.1.port()
}

fn bound_socket() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
    let address = socket.local_addr().expect("its address").as_socket().expect("IPv4");
    (socket, address)
}

/// A raw TCP server: each connection is passed to `serve`, on its own thread. The channel gets a message for each
/// connection.
pub fn raw_server(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> (SocketAddr, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let (came, comes) = channel();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let serve = Arc::clone(&serve);
            // The test may be over.
            let _ = came.send(());
            thread::spawn(move || serve(stream));
        }
    });
    (address, comes)
}

/// Reads a request's head.
pub fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Reads and drops everything until the other side closes.
pub fn read_to_end(mut stream: TcpStream) {
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
}

/// An address where connecting hangs, because its queue is full. It does so as long as the guard exists.
pub fn unresponsive_address() -> (SocketAddr, impl Sized) {
    let (socket, address) = bound_socket();
    socket.listen(0).expect("to listen");
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        waiting.push(stream);
        assert!(waiting.len() < 64, "the queue never fills");
    }
    (address, (socket, waiting))
}

/// A proxy that supports CONNECT and tunnels to any address. It stores the heads of the requests.
pub fn connect_proxy() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heads);
    let (address, _) = raw_server(move |mut stream| {
        let head = read_head(&mut stream);
        let target = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
        kept.lock().expect("no panic").push(head);
        let Ok(mut there) = TcpStream::connect(&target) else { return };
        let (Ok(mut back), Ok(mut up)) = (there.try_clone(), stream.try_clone()) else { return };
        if stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").is_err() {
            return;
        }
        thread::spawn(move || std::io::copy(&mut back, &mut up));
        let _ = std::io::copy(&mut stream, &mut there);
    });
    (address, heads)
}

/// Whether this is the process that [`again`] has started.
pub fn is_again() -> bool {
    std::env::var_os("ZEROSSL_TEST_AGAIN").is_some()
}

/// Runs one test of this program in a process of its own, for what applies to a whole process: its environment and its
/// limits. `shell` comes before it. Returns what the process has printed.
pub fn again(test: &str, shell: &str, change: impl FnOnce(&mut Command)) -> String {
    let mut command = Command::new("bash");
    command.args(["-c", &format!("{shell}; exec \"$0\" \"$@\"")]);
    command.arg(std::env::current_exe().expect("this program"));
    command.args(["--exact", "--nocapture", test]).env("ZEROSSL_TEST_AGAIN", "1");
    change(&mut command);
    let output = command.output().expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}");
    printed.into_owned()
}
