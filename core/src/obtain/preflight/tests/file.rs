use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use zerossl_sandbox::{DnsAnswer, Options, Sandbox};

use super::super::Finding;
use super::web::{Web, file};
use super::{CONTENT, check, one, preflight, sandbox};

/// The findings if this is served.
fn found(head: &str, body: &[u8]) -> Vec<Finding> {
    let (sandbox, web) = (sandbox(), Web::saying(head, body));
    let findings = check(&preflight(&sandbox, &web.connect_to()), &file("http", "example.com"));
    let asked = web.asked.recv().expect("a request");
    assert!(
        asked
            .starts_with("GET /.well-known/pki-validation/0123456789ABCDEF0123456789ABCDEF.txt HTTP/1.1\r\n")
    );
    assert!(asked.to_ascii_lowercase().contains("\r\nhost: example.com\r\n"), "{asked}");
    findings
}

#[test]
fn a_right_file_is_well_with_any_line_ends() {
    for content in [CONTENT.to_owned(), format!("{CONTENT}\r\n \n"), CONTENT.replace('\n', "\r\n")] {
        assert_eq!(found("200 OK", content.as_bytes()), []);
    }
}

#[test]
fn a_finding_says_all_that_is_needed() {
    let finding = one(found("404 Not Found", b"nothing here"));
    assert_eq!((finding.domain.as_str(), finding.what, finding.certain), ("example.com", "file", true));
    assert!(finding.location.starts_with("http://example.com/.well-known/"), "{finding:?}");
    assert_eq!((finding.expected.as_str(), finding.found.as_str()), (CONTENT, "HTTP 404"));
    let line = finding.to_string();
    assert!(line.contains(".txt is not as expected (for example.com): HTTP 404; serve the file"), "{line}");
}

#[test]
fn a_redirect_is_not_followed() {
    let finding = one(found("301 Moved\r\nLocation: https://example.com/there", b""));
    assert!(
        finding.certain && finding.found.contains("HTTP 301) to https://example.com/there"),
        "{finding:?}"
    );
}

#[test]
fn another_content_is_shown() {
    let bom = ["\u{feff}".as_bytes(), CONTENT.as_bytes()].concat();
    for (body, found_there, advice) in [
        (b"old\nlines".as_slice(), "`old lines`", "exactly the expected lines"),
        (b"  <!DOCTYPE html>", "`<!DOCTYPE html>`", "page"),
        (&bom, "byte order mark", "without a byte order mark"),
        (format!(" {CONTENT}").as_bytes(), "`0123456789ABCDEF comodoca.com", "exactly"),
        (b"", "an empty file", "exactly"),
        (&[0xff; 8], "`", "exactly"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "8 bytes compressed with gzip", "without a content encoding"),
    ] {
        let finding = one(found("200 OK", body));
        assert!(finding.certain && finding.found.contains(found_there), "{finding:?}");
        assert!(finding.advice.contains(advice), "{finding:?}");
    }
}

#[test]
fn no_more_is_read_than_a_file_could_have() {
    let padded = |length: usize| format!("{CONTENT}{}", " ".repeat(length - CONTENT.len()));
    assert_eq!(found("200 OK", padded(4096).as_bytes()), []);
    let finding = one(found("200 OK", padded(4097).as_bytes()));
    assert!(finding.certain && finding.found.contains("more than 4096 bytes"), "{finding:?}");
}

#[test]
fn slow_servers_are_not_waited_for() {
    let (sender, hung_up) = channel();
    let drip = Web::start(move |mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            // The body is sent slowly.
            thread::sleep(Duration::from_millis(20));
        }
        let _ = sender.send(());
    });
    let silence = Web::start(|mut stream| {
        let _ = stream.read(&mut [0]);
    });
    for web in [drip, silence] {
        let sandbox = sandbox();
        let mut preflight = preflight(&sandbox, &web.connect_to());
        preflight.limits.fetch = Duration::from_millis(400);
        let started = Instant::now();
        let finding = one(check(&preflight, &file("http", "example.com")));
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
        assert!(finding.certain && finding.found.contains("no complete answer in time"), "{finding:?}");
    }
    hung_up.recv_timeout(Duration::from_secs(5)).expect("nothing goes on in the background");
}

#[test]
fn a_closed_port_is_said_to_be_one() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let sandbox = sandbox();
    let preflight = preflight(&sandbox, &[format!("example.com::127.0.0.1:{port}")]);
    let finding = one(check(&preflight, &file("http", "example.com")));
    assert!(
        finding.certain && finding.found == format!("127.0.0.1:{port} refused the connection"),
        "{finding:?}"
    );
}

#[test]
fn certificates_are_not_verified() {
    let sandbox = Sandbox::start(Options { tls: true, ..Options::default() }).expect("a sandbox");
    let port = sandbox.base_url().rsplit(':').next().expect("a port");
    let preflight = preflight(&sandbox, &[format!("example.com:443:localhost:{port}")]);
    // The API answers here, and it has no such file.
    let finding = one(check(&preflight, &file("https", "example.com")));
    assert!(finding.certain && finding.found.starts_with("HTTP 4"), "{finding:?}");
}

#[test]
fn what_is_no_tls_is_said_to_be_none() {
    let plain = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = plain.local_addr().expect("an address").port();
    thread::spawn(move || {
        for mut stream in plain.incoming().flatten() {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let sandbox = sandbox();
    let preflight = preflight(&sandbox, &[format!("::127.0.0.1:{port}")]);
    let finding = one(check(&preflight, &file("https", "example.com")));
    assert!(finding.certain && finding.found.contains("no TLS connection"), "{finding:?}");
}

#[test]
fn near_addresses_are_not_connected_to_unless_named() {
    let (sandbox, web) = (sandbox(), Web::saying("200 OK", CONTENT.as_bytes()));
    let port = web.address.port();
    for host in ["example.com", "127.0.0.1"] {
        // All names of the sandbox are at 127.0.0.1.
        let host = format!("{host}:{port}");
        for connect_to in [vec![], vec![format!(":::{port}")]] {
            let finding = one(check(&preflight(&sandbox, &connect_to), &file("http", &host)));
            assert!(!finding.certain && finding.found.contains("loopback address 127.0.0.1"), "{finding:?}");
        }
        web.asked.try_recv().expect_err("nobody asked");
        let connect_to = [format!(":{port}:127.0.0.1:")];
        assert_eq!(check(&preflight(&sandbox, &connect_to), &file("http", &host)), []);
        web.asked.recv().expect("a request");
    }
}

#[test]
fn a_name_without_an_address_and_one_that_nobody_knows_differ() {
    let sandbox = sandbox();
    sandbox.set_dns_answer("example.com", DnsAnswer::NxDomain, Duration::ZERO);
    let findings = check(&preflight(&sandbox, &[]), &file("http", "example.com"));
    assert!(findings[0].certain && findings[0].found == "example.com has no address", "{findings:?}");
    sandbox.set_dns_answer("example.com", DnsAnswer::ServFail, Duration::ZERO);
    let findings = check(&preflight(&sandbox, &[]), &file("http", "example.com"));
    assert!(!findings[0].certain && findings[0].found.contains("SERVFAIL"), "{findings:?}");
}
