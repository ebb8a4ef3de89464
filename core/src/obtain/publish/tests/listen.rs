use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::*;

pub(super) const PATH: &str = "/.well-known/pki-validation/0123456789ABCDEF0123456789abcdef.txt";

/// Publishes, and returns the address if the listener reported it.
fn listening(publisher: &Publisher, challenge: &Challenge) -> Result<Option<SocketAddr>> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let client = client().logging_to(move |line| kept.lock().expect("no panic").push(line.to_owned()));
    plainly(&client, ValidationMethod::Http, |how| publisher.publish(how, challenge))?;
    let lines = lines.lock().expect("no panic");
    let announced = lines.iter().find_map(|line| line.split_once("an entry (publish): listening on "));
    Ok(announced.map(|(_, address)| address.parse().expect("an address")))
}

/// All listeners on port 0 share one server, so the tests run one after another.
static ONE_TEST: Mutex<()> = Mutex::new(());

pub(super) fn alone() -> MutexGuard<'static, ()> {
    ONE_TEST.lock().unwrap_or_else(PoisonError::into_inner)
}

fn on(address: &str) -> Publisher {
    Publisher::listen(address.parse().expect("an address"))
}

/// Has published this for `a.example`.
pub(super) fn started(address: &str) -> (Publisher, SocketAddr) {
    let publisher = on(address);
    let announced = listening(&publisher, &file("a.example", "content of a")).expect("it listens");
    (publisher, announced.expect("it tells where"))
}

/// Sends this and reads to the end.
pub(super) fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    // Who never gets an answer has failed, and does not wait.
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket");
    stream.write_all(request.as_bytes()).expect("it reads");
    read(stream)
}

pub(super) fn read(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

pub(super) fn get(address: SocketAddr, path: &str, host: &str) -> String {
    exchange(address, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n"))
}

pub(super) fn body(answer: &str) -> Option<&str> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = format!("Content-Length: {}\r\n", body.len());
    (head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains(&length)).then_some(body)
}

pub(super) fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[test]
fn what_is_published_is_served_and_nothing_else() {
    let _alone = alone();
    let (_publisher, address) = started("127.0.0.1:0");
    assert_eq!(body(&get(address, PATH, "a.example")), Some("content of a"));
    assert_eq!(status(&get(address, "/", "a.example")), "404");
    assert_eq!(status(&get(address, &PATH.to_lowercase(), "a.example")), "404");
    let head = exchange(address, &format!("HEAD {PATH} HTTP/1.1\r\nHost: a.example\r\n\r\n"));
    assert!(head.contains("200 OK") && head.contains("Content-Length: 12\r\n"), "{head}");
    assert!(head.ends_with("\r\n\r\n"), "{head}");
    for (request, expected) in [
        (format!("POST {PATH} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello"), "405"),
        ("hello\r\n\r\n".to_owned(), "400"),
        (format!("GET {PATH} HTTP/2.0\r\n\r\n"), "400"),
        ("GET / HTTP/1.1 x\r\n\r\n".to_owned(), "400"),
        (format!("GET {PATH} HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(9000)), "431"),
        (format!("GET {PATH}?a=b HTTP/1.1\r\n\r\n"), "200"),
        (format!("GET http://A.example:80{PATH} HTTP/1.1\r\nHost: x\r\n\r\n"), "200"),
        (format!("GET {PATH} HTTP/1.0\n\n"), "200"),
        (format!("GET {PATH} HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(7000)), "200"),
    ] {
        assert_eq!(status(&exchange(address, &request)), expected, "{request:?}");
    }
}

#[test]
fn the_host_decides_and_the_path_where_it_is_unique() {
    let _alone = alone();
    let (publisher, address) = started("127.0.0.1:0");
    // The server continues, and does not report its address again.
    assert_eq!(listening(&publisher, &file("b.example", "content of b")), Ok(None));
    for (host, expected) in [
        ("a.example", Some("content of a")),
        ("B.Example:8080", Some("content of b")),
        ("b.example.", Some("content of b")),
        ("c.example", None),
        ("", None),
    ] {
        assert_eq!(body(&get(address, PATH, host)), expected, "{host}");
    }
    listening(&publisher, &file("b.example", "content of a")).expect("published again");
    assert_eq!(body(&get(address, PATH, "c.example")), Some("content of a"));
    assert_eq!(body(&get(address, PATH, "b.example")), Some("content of a"), "it was replaced");
}

#[test]
fn entries_share_a_server_and_its_port_until_the_last_has_gone() {
    let _alone = alone();
    let (first, address) = started("127.0.0.1:0");
    let second = on("127.0.0.1:0");
    let announced = listening(&second, &file("b.example", "content of b")).expect("it is shared");
    assert_eq!(announced, Some(address), "each hears where");
    assert_eq!(body(&get(address, PATH, "a.example")), Some("content of a"));
    drop(first);
    assert_eq!(body(&get(address, PATH, "b.example")), Some("content of b"));
    assert_eq!(body(&get(address, PATH, "a.example")), Some("content of b"), "now it is the only one");
    drop(second);
    let error = TcpStream::connect(address).expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    TcpListener::bind(address).expect("the port is free");
}

#[test]
fn ipv6_and_both() {
    if let Err(error) = TcpListener::bind("[::1]:0") {
        // Only here, a skipped test prints its reason.
        writeln!(std::io::stderr(), "skipped: there is no ::1 ({error})").expect("standard error");
        return;
    }
    let (_publisher, address) = started("[::1]:0");
    assert_eq!(body(&get(address, PATH, "[::1]:80")), Some("content of a"));
    let (_publisher, address) = started("[::]:0");
    for host in ["127.0.0.1", "::1"] {
        let address = SocketAddr::new(host.parse().expect("an address"), address.port());
        assert_eq!(body(&get(address, PATH, "a.example")), Some("content of a"), "{host}");
    }
}

#[test]
fn an_address_that_cannot_be_had_says_why() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    for (address, why) in [
        (taken.local_addr().expect("an address"), "in use"),
        // A documentation address (RFC 5737): no machine has it.
        ("192.0.2.1:80".parse().expect("an address"), "does not have the address"),
    ] {
        let error = listening(&Publisher::listen(address), &file("a.example", "x")).expect_err("taken");
        assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some("validation.listen")));
        assert!(error.message().contains(&address.to_string()) && error.message().contains(why), "{error}");
    }
}

#[test]
fn slow_connections_do_not_block_others() {
    let _alone = alone();
    let (publisher, address) = started("127.0.0.1:0");
    let mut slow = TcpStream::connect(address).expect("it listens");
    slow.write_all(format!("GET {PATH} HTTP/1.1\r\nHo").as_bytes()).expect("it reads");
    assert_eq!(body(&get(address, PATH, "a.example")), Some("content of a"));
    slow.write_all(b"st: a.example\r\n\r\n").expect("it reads");
    assert_eq!(body(&read(slow)), Some("content of a"));

    // More than the limit: the oldest connections are closed.
    let idle: Vec<_> = (0..100).map(|_| TcpStream::connect(address).expect("it listens")).collect();
    assert_eq!(body(&get(address, PATH, "a.example")), Some("content of a"));
    let mut oldest = idle.first().expect("a hundred");
    // Before its own time-out.
    oldest.set_read_timeout(Some(Duration::from_secs(2))).expect("a socket");
    assert_eq!(oldest.read(&mut [0]).expect("it was closed"), 0);
    // Open connections do not delay the end of the server.
    drop(publisher);
    TcpListener::bind(address).expect("the port is free");
}

#[test]
fn clients_that_still_send_are_not_cut_off() {
    let _alone = alone();
    let (_publisher, address) = started("127.0.0.1:0");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(format!("POST {PATH} HTTP/1.1\r\n\r\n").as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert_eq!(status(&answer), "405");
    // The first connection would be answered by a reset, which the second one would see.
    for _ in 0..2 {
        stream.write_all(&[b'x'; 10_000]).expect("it still reads");
    }
}

#[test]
fn silent_connections_are_closed() {
    let _alone = alone();
    let (_publisher, address) = started("127.0.0.1:0");
    let started = Instant::now();
    assert_eq!(read(TcpStream::connect(address).expect("it listens")), "");
    let took = started.elapsed().as_secs();
    assert!((4..30).contains(&took), "after {took} s");
}
