//! Connections: deadlines, answers, TLS, proxies.

use std::io::Write;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use zerossl::{Auth, Client, GetCertificate, Kind, ListCertificates, Roots};
use zerossl_sandbox::{KeyPlace, Options, Reply, When, WireFault};

use crate::builder_for;
use crate::support::{self, SOON, client, fault, sandbox, sandbox_with, settings, timed};

#[test]
fn the_key_is_sent_in_the_query_or_in_a_header() {
    let sandbox = sandbox();
    for (auth, place) in [(Auth::Query, KeyPlace::Query), (Auth::Header, KeyPlace::Header)] {
        let client = settings(&sandbox).auth(auth).build().expect("settings");
        client.send(&ListCertificates::default()).expect("a list");
        assert_eq!(sandbox.requests().last().expect("a request").key, place);
    }
}

#[test]
fn a_key_full_of_odd_characters_arrives_unchanged() {
    let key = r#"a+b/c&d=e%f#g?h"i\j<k>l;m,n"#;
    let sandbox = sandbox_with(Options { access_key: key.to_owned(), ..Options::default() });
    for auth in [Auth::Query, Auth::Header] {
        settings(&sandbox)
            .auth(auth)
            .build()
            .expect("settings")
            .send(&ListCertificates::default())
            .expect("a list");
    }
}

#[test]
fn no_key_is_an_auth_error_of_the_first_call() {
    // The environment of whoever runs the tests may contain a key.
    if !support::is_again() {
        let name = "way::no_key_is_an_auth_error_of_the_first_call";
        let printed = support::again(name, ":", |command| {
            command.env_remove("ZEROSSL_ACCESS_KEY").env_remove("ZEROSSL_ACCESS_KEY_FILE");
        });
        return assert!(printed.contains("1 passed"), "{printed}");
    }
    let sandbox = sandbox();
    let client = Client::builder().base_url(sandbox.base_url()).build().expect("settings");
    let error = client.send(&ListCertificates::default()).expect_err("no key");
    assert_eq!(error.kind(), Kind::Auth);
    assert!(error.message().contains("ZEROSSL_ACCESS_KEY"), "{error}");
    assert!(sandbox.requests().is_empty());
}

#[test]
fn connections_are_reused() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    for _ in 0..5 {
        client.send(&ListCertificates::default()).expect("a list");
    }
    assert!(client.send(&GetCertificate::new("unknown")).is_err());
    client.send(&ListCertificates::default()).expect("a list");
    assert!(sandbox.requests().iter().all(|asked| asked.connection == 1), "{:?}", sandbox.requests());
}

/// The pauses between polls grow to 30 seconds, which is when the sandbox closes. ureq's own limit is 15.
#[test]
fn a_connection_is_still_there_at_the_next_poll() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    client.send(&ListCertificates::default()).expect("a list");
    thread::sleep(Duration::from_secs(20));
    client.send(&ListCertificates::default()).expect("a list");
    assert!(sandbox.requests().iter().all(|asked| asked.connection == 1), "{:?}", sandbox.requests());
}

#[test]
fn the_user_agent_names_the_library_first() {
    let sandbox = sandbox();
    settings(&sandbox)
        .user_agent("my-program/2")
        .build()
        .expect("settings")
        .send(&ListCertificates::default())
        .expect("a list");
    let expected = format!("libzerossl/{} my-program/2", zerossl::VERSION);
    assert_eq!(sandbox.requests()[0].user_agent.as_deref(), Some(expected.as_str()));
}

#[test]
fn a_deadline_holds_against_a_server_that_never_answers() {
    let sandbox = sandbox();
    fault(&sandbox, "list_certificates", 9, When::Before, Reply::broken(WireFault::Hang));
    let client = settings(&sandbox).timeout(Duration::from_millis(300)).build().expect("settings");
    let (outcome, took) = timed(|| client.send(&ListCertificates::default()));
    assert_eq!(outcome.expect_err("a time-out").kind(), Kind::Timeout);
    assert!((Duration::from_millis(300)..SOON).contains(&took), "{took:?}");
}

#[test]
fn a_deadline_holds_against_a_server_that_drips() {
    let sandbox = sandbox();
    let drip = WireFault::Drip { every: Duration::from_millis(20) };
    fault(
        &sandbox,
        "list_certificates",
        9,
        When::Before,
        Reply::text(200, "x".repeat(10_000)).with_fault(drip),
    );
    let client = settings(&sandbox).timeout(Duration::from_millis(300)).build().expect("settings");
    let (outcome, took) = timed(|| client.send(&ListCertificates::default()));
    assert_eq!(outcome.expect_err("a time-out").kind(), Kind::Timeout);
    assert!(took < SOON, "{took:?}");
}

#[test]
fn a_deadline_holds_while_the_head_drips() {
    let (address, _) = support::raw_server(|mut stream| {
        let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
        head.extend(b"X-Filler: y\r\n".repeat(1000));
        for byte in head {
            if stream.write_all(&[byte]).is_err() {
                break;
            }
            thread::park_timeout(Duration::from_millis(5));
        }
    });
    let client = builder_for(&format!("http://{address}"))
        .timeout(Duration::from_millis(300))
        .build()
        .expect("settings");
    let (outcome, took) = timed(|| client.send(&ListCertificates::default()));
    assert_eq!(outcome.expect_err("a time-out").kind(), Kind::Timeout);
    assert!(took < SOON, "{took:?}");
}

#[test]
fn a_deadline_holds_while_a_large_body_does_not_go_out() {
    // The server reads nothing, so the request stays in the sockets' buffers.
    let (gone, over) = channel::<()>();
    let over = std::sync::Mutex::new(over);
    let (address, _) = support::raw_server(move |stream| {
        let _ = over.lock().map(|over| over.recv());
        drop(stream);
    });
    let client = builder_for(&format!("http://{address}"))
        .timeout(Duration::from_millis(300))
        .build()
        .expect("settings");
    let body = format!(r#"{{"method": "POST", "path": "/x", "body": {{"a": "{}"}}}}"#, "y".repeat(32 << 20));
    let (outcome, took) = timed(|| client.call("request", &body));
    assert_eq!(outcome.expect_err("a time-out").kind(), Kind::Timeout);
    assert!(took < Duration::from_secs(20), "{took:?}");
    drop(gone);
}

#[test]
fn connecting_has_a_time_out_of_its_own() {
    let (address, _guard) = support::unresponsive_address();
    let client =
        builder_for(&format!("http://{address}")).connect_timeout(Duration::from_millis(200)).max_retries(0);
    let (outcome, took) = timed(|| client.build().expect("settings").send(&ListCertificates::default()));
    let error = outcome.expect_err("nobody accepts");
    assert_eq!(error.kind(), Kind::Timeout);
    assert!(error.message().contains("connect_timeout"), "{error}");
    assert!(took < SOON, "{took:?}");
}

#[test]
fn a_tls_handshake_counts_as_connecting() {
    let (address, _) = support::raw_server(support::read_to_end);
    let client =
        builder_for(&format!("https://{address}")).connect_timeout(Duration::from_millis(200)).max_retries(0);
    let (outcome, took) = timed(|| client.build().expect("settings").send(&ListCertificates::default()));
    assert!(outcome.expect_err("no handshake").message().contains("connect_timeout"));
    assert!(took < SOON, "{took:?}");
}

#[test]
fn a_dead_server_is_a_network_error_that_names_it() {
    let port = support::closed_port();
    let client = builder_for(&format!("http://127.0.0.1:{port}")).max_retries(0).build().expect("settings");
    let error = client.send(&ListCertificates::default()).expect_err("nobody is there");
    assert_eq!(error.kind(), Kind::Network);
    assert!(error.message().contains(&format!("127.0.0.1:{port}")) && error.is_retryable(), "{error}");
}

#[test]
fn a_name_without_an_address_is_a_network_error() {
    let client = builder_for("https://no-such-host.invalid").max_retries(0).build().expect("settings");
    let error = client.send(&ListCertificates::default()).expect_err("no address");
    assert_eq!(error.kind(), Kind::Network);
    assert!(error.message().contains("no-such-host.invalid"), "{error}");
}

#[test]
fn an_answer_that_is_too_large_is_not_read() {
    let sandbox = sandbox();
    fault(&sandbox, "list_certificates", 1, When::Before, Reply::text(200, "x".repeat(5000)));
    let client = settings(&sandbox).max_response_bytes(1000).build().expect("settings");
    let error = client.send(&ListCertificates::default()).expect_err("too large");
    assert_eq!(error.kind(), Kind::Response);
    assert!(error.message().contains("max_response_bytes"), "{error}");
}

#[test]
fn a_body_that_is_cut_off_is_a_network_error() {
    let sandbox = sandbox();
    fault(&sandbox, "list_certificates", 1, When::After, Reply::broken(WireFault::Truncate));
    let client = settings(&sandbox).max_retries(0).build().expect("settings");
    assert_eq!(client.send(&ListCertificates::default()).expect_err("cut off").kind(), Kind::Network);
}

#[test]
fn what_is_not_http_is_a_response_error() {
    let (address, _) = support::raw_server(|mut stream| {
        support::read_head(&mut stream);
        let _ = stream.write_all(b"220 mail.example.com ESMTP\r\n\r\n");
    });
    let client = builder_for(&format!("http://{address}")).max_retries(0).build().expect("settings");
    assert_eq!(client.send(&ListCertificates::default()).expect_err("no HTTP").kind(), Kind::Response);
}

#[test]
fn redirects_are_not_followed() {
    let sandbox = sandbox();
    let elsewhere = support::sandbox();
    for status in [301, 302, 303, 307, 308] {
        let reply =
            Reply::text(status, "").with_header("Location", format!("{}/certificates", elsewhere.base_url()));
        fault(&sandbox, "list_certificates", 1, When::Before, reply);
        let error = client(&sandbox).send(&ListCertificates::default()).expect_err("a redirect");
        assert_eq!((error.kind(), error.http_status()), (Kind::Response, Some(status)));
        assert!(error.message().contains("redirect"), "{error}");
    }
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn tls_believes_the_ca_file_and_nobody_else() {
    let sandbox = sandbox_with(Options { tls: true, ..Options::default() });
    let dir = tempfile::tempdir().expect("a folder");
    let ca_file = dir.path().join("root.pem");
    std::fs::write(&ca_file, sandbox.root_pem()).expect("a file");

    settings(&sandbox)
        .ca_file(&ca_file)
        .build()
        .expect("settings")
        .send(&ListCertificates::default())
        .expect("a list");
    for builder in [settings(&sandbox), settings(&sandbox).roots(Roots::System)] {
        let error = builder.max_retries(0).build().expect("settings").send(&ListCertificates::default());
        let error = error.expect_err("an unknown CA");
        assert_eq!(error.kind(), Kind::Tls);
        assert!(error.message().contains("ca_file"), "{error}");
    }
}

#[test]
fn tls_connections_are_reused() {
    let sandbox = sandbox_with(Options { tls: true, ..Options::default() });
    let dir = tempfile::tempdir().expect("a folder");
    let ca_file = dir.path().join("root.pem");
    std::fs::write(&ca_file, sandbox.root_pem()).expect("a file");
    let client = settings(&sandbox).ca_file(&ca_file).build().expect("settings");
    for _ in 0..4 {
        client.send(&ListCertificates::default()).expect("a list");
    }
    assert!(sandbox.requests().iter().all(|asked| asked.connection == sandbox.requests()[0].connection));
}

#[test]
fn a_ca_file_that_cannot_be_used_is_refused_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    for path in [
        dir.path().join("missing.pem"),
        file("empty.pem", ""),
        file("garbled.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        file("open.pem", "-----BEGIN CERTIFICATE-----\nAAAA"),
        file("crl.pem", "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"),
        file("pkcs7.pem", "-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n"),
    ] {
        let error = Client::builder().ca_file(&path).build().expect_err("no CA");
        assert_eq!(
            (error.kind(), error.parameter()),
            (Kind::InvalidArgument, Some("ca_file")),
            "{}",
            path.display()
        );
    }
}

#[test]
fn a_proxy_is_asked_to_connect() {
    for tls in [false, true] {
        let sandbox = sandbox_with(Options { tls, ..Options::default() });
        let dir = tempfile::tempdir().expect("a folder");
        let ca_file = dir.path().join("root.pem");
        std::fs::write(&ca_file, sandbox.root_pem()).expect("a file");
        let (proxy, heads) = support::connect_proxy();
        let client = settings(&sandbox)
            .ca_file(&ca_file)
            .proxy(format!("http://user:p%40ss@{proxy}"))
            .build()
            .expect("settings");
        client.send(&ListCertificates::default()).expect("a list");
        let heads = heads.lock().expect("no panic");
        assert_eq!(heads.len(), 1);
        assert!(
            heads[0].starts_with("CONNECT 127.0.0.1:") && !heads[0].contains(sandbox.access_key()),
            "{}",
            heads[0]
        );
        assert!(heads[0].to_lowercase().contains("proxy-authorization: basic dxnlcjpwqhnz"), "{}", heads[0]);
    }
}

#[test]
fn a_proxy_that_refuses_is_a_network_error() {
    let (proxy, _) = support::raw_server(|mut stream| {
        support::read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    });
    let sandbox = sandbox();
    let client =
        settings(&sandbox).proxy(format!("http://{proxy}")).max_retries(0).build().expect("settings");
    let error = client.send(&ListCertificates::default()).expect_err("no tunnel");
    assert_eq!(error.kind(), Kind::Network);
    assert!(error.message().contains("407") && error.message().contains("proxy"), "{error}");
}
