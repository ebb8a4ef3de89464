//! Misbehaviour on demand.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use zerossl_sandbox::{Fault, Reply, Sandbox, When, WireFault};

use crate::support::{assert_refused, start};

fn fault(operation: &str, when: When, reply: Reply) -> Fault {
    Fault { operation: Some(operation.to_owned()), times: 1, when, reply }
}

/// A raw list call, and the complete answer.
fn raw(sandbox: &Sandbox) -> (std::io::Result<usize>, Vec<u8>) {
    let address = sandbox.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a time-out");
    let request = "GET /certificates?access_key=sandbox-key HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    (stream.read_to_end(&mut answer), answer)
}

#[test]
fn an_answer_can_be_replaced() {
    let (sandbox, client) = start();
    let page = Reply::text(429, "<html>Too Many Requests</html>").with_header("Retry-After", "7");
    sandbox.fault(fault("create_certificate", When::Before, page));
    let body = json!({});
    client.get("/certificates");
    let mut response = client.try_post("/certificates", &body).expect("an answer");
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(response.headers()["content-type"], "text/html");
    assert!(response.body_mut().read_to_string().expect("text").contains("Too Many"));
    assert_refused(&client.post("/certificates", &body), 2812, "missing_certificate_domains");
}

#[test]
fn an_operation_is_carried_out_or_not() {
    let (sandbox, client) = start();
    let lost = || Reply::json(502, json!({"lost": true}));
    sandbox.fault(fault("create_certificate", When::Before, lost()));
    sandbox.fault(fault("create_certificate", When::After, lost()));
    assert_eq!(client.create(&["one.example.com"]), json!({"lost": true}));
    assert_eq!(client.create(&["two.example.com"]), json!({"lost": true}));
    let names: Vec<_> = sandbox.certificates().into_iter().map(|one| one.common_name).collect();
    assert_eq!(names, ["two.example.com"]);
    let statuses: Vec<_> = sandbox.requests().iter().map(|asked| asked.status).collect();
    assert_eq!(statuses, [502, 502]);
}

#[test]
fn any_operation_can_be_struck_several_times() {
    let (sandbox, client) = start();
    let reply = Reply::text(503, "");
    sandbox.fault(Fault { operation: None, times: 2, when: When::Before, reply });
    let status = || client.try_get("/certificates").expect("an answer").status().as_u16();
    assert_eq!([status(), status(), status()], [503, 503, 200]);
}

#[test]
fn a_connection_can_be_reset() {
    let (sandbox, client) = start();
    let reply = Reply::broken(WireFault::Reset);
    sandbox.fault(fault("list_certificates", When::After, reply));
    let (end, answer) = raw(&sandbox);
    assert_eq!(end.expect_err("a reset").kind(), ErrorKind::ConnectionReset);
    assert_eq!(answer, b"");
    assert_eq!(sandbox.requests()[0].status, 0);
    client.get("/certificates");
}

#[test]
fn an_answer_can_fail_to_come() {
    let (sandbox, client) = start();
    sandbox.fault(fault("list_certificates", When::Before, Reply::broken(WireFault::Hang)));
    let (end, answer) = raw(&sandbox);
    let kind = end.expect_err("a time-out").kind();
    assert!(matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{kind}");
    assert_eq!(answer, b"");
    client.get("/certificates");
}

#[test]
fn an_answer_can_be_cut_short() {
    let (sandbox, _) = start();
    sandbox.fault(fault("list_certificates", When::After, Reply::broken(WireFault::Truncate)));
    let (end, answer) = raw(&sandbox);
    end.expect("an ordinary end");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|text| text.parse().ok()).expect("a length");
    assert!(body.starts_with("{\"total_count\""), "{body}");
    assert_eq!(body.len(), length / 2);
}

#[test]
fn an_answer_can_come_in_drops() {
    let (sandbox, client) = start();
    let every = Duration::from_millis(1);
    let reply = Reply::text(200, "\"slow as a snail\"").with_fault(WireFault::Drip { every });
    sandbox.fault(fault("list_certificates", When::Before, reply));
    let start = Instant::now();
    assert_eq!(client.get("/certificates"), json!("slow as a snail"));
    assert!(start.elapsed() >= 15 * every);
}

#[test]
fn an_answer_can_be_late() {
    let (sandbox, client) = start();
    let delay = Duration::from_millis(30);
    let reply = Reply::new(200, zerossl_sandbox::Body::AsIs).with_delay(delay);
    sandbox.fault(fault("list_certificates", When::After, reply));
    let start = Instant::now();
    assert_eq!(client.get("/certificates")["total_count"], 0);
    assert!(start.elapsed() >= delay);
}

#[test]
fn a_call_can_hang_when_the_sandbox_ends() {
    let (sandbox, client) = start();
    sandbox.fault(fault("list_certificates", When::Before, Reply::broken(WireFault::Hang)));
    let waiting = std::thread::spawn(move || client.try_get("/certificates").is_err());
    while sandbox.requests().is_empty() {
        std::thread::yield_now();
    }
    drop(sandbox);
    assert!(waiting.join().expect("no panic"));
}
