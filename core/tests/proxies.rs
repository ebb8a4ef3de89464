//! Failures of a proxy: the error names the proxy by host and port, never its user, and never blames the service.

mod support;

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use support::{SOON, sandbox, sandbox_with, settings, timed};
use zerossl::{Client, ClientBuilder, Error, Kind, ListCertificates};
use zerossl_sandbox::Options;

const SERVICE: &str = "api.example.com";

fn builder(proxy: &str) -> ClientBuilder {
    Client::builder().access_key("the-key").base_url(format!("https://{SERVICE}")).proxy(proxy).max_retries(0)
}

fn failure(builder: ClientBuilder) -> Error {
    let error =
        builder.build().expect("settings").send(&ListCertificates::default()).expect_err("no way through");
    assert!(!error.message().contains("s3cret") && !error.message().contains('\n'), "{error}");
    error
}

/// A proxy that answers CONNECT like this, and closes.
fn answering(answer: &'static str) -> SocketAddr {
    let (address, _) = support::raw_server(move |mut stream| {
        let head = support::read_head(&mut stream);
        assert!(head.starts_with(&format!("CONNECT {SERVICE}:443 HTTP/1.1\r\n")), "{head}");
        let _ = stream.write_all(answer.as_bytes());
    });
    address
}

#[test]
fn a_dead_proxy_is_named() {
    let port = support::closed_port();
    let error = failure(builder(&format!("http://user:s3cret@127.0.0.1:{port}")));
    assert_eq!(error.kind(), Kind::Network);
    assert!(
        error.message().contains(&format!("the proxy 127.0.0.1:{port} refused the connection")),
        "{error}"
    );
    assert!(error.message().contains("`proxy`") && !error.message().contains("base_url"), "{error}");
    assert!(!error.message().contains(SERVICE) && error.is_retryable(), "{error}");
}

#[test]
fn a_proxy_without_an_address_is_named() {
    let error = failure(builder("http://user:s3cret@no-such-proxy.invalid:3128"));
    assert_eq!(error.kind(), Kind::Network);
    assert!(
        error.message().contains("no address was found for the proxy no-such-proxy.invalid:3128"),
        "{error}"
    );
}

#[test]
fn what_a_proxy_answers_is_said_once_and_as_its_answer() {
    for (answer, credentials, says) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n",
            "",
            "wants credentials",
        ),
        ("HTTP/1.1 407 No\r\n\r\n", "", "http://user:password@host:port"),
        (
            "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n",
            "user:s3cret@",
            "did not accept the credentials",
        ),
        (
            "HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Negotiate\r\n\r\n",
            "user:s3cret@",
            "by NTLM or Negotiate only",
        ),
        (
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nforbidden",
            "",
            "does not let us through to api.example.com",
        ),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "", "could not connect us to api.example.com (HTTP 502)"),
        (
            "HTTP/1.1 503 Service Unavailable\r\n\r\n",
            "",
            "could not connect us to api.example.com (HTTP 503)",
        ),
        ("HTTP/1.0 504 Gateway Time-out\n\n", "", "(HTTP 504)"),
        ("HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\n\r\n", "", "HTTP proxy that knows CONNECT"),
        ("HTTP/1.1 302 Found\r\nLocation: http://login.example.com/?k=s3cret\r\n\r\n", "", "(HTTP 302)"),
        ("HTTP/1.1 abc\r\n\r\n", "", "did not answer in HTTP"),
        ("220 mail.example.com ESMTP\r\n\r\n", "", "did not answer in HTTP"),
        ("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}F", "", "did not answer in HTTP"),
        ("", "", "closed the connection"),
        ("HTTP/1.1 20", "", "closed the connection"),
    ] {
        let proxy = answering(answer);
        let error = failure(builder(&format!("http://{credentials}{proxy}")));
        assert_eq!(error.kind(), Kind::Network, "{error}");
        let message = error.message();
        assert!(
            message.contains(says) && message.contains(&format!("the proxy {proxy}")),
            "{answer}: {error}"
        );
        let status = answer.split(' ').nth(1).filter(|status| status.parse::<u16>().is_ok_and(|s| s >= 300));
        if let Some(status) = status.filter(|_| answer.starts_with("HTTP")) {
            // The port may have the same digits.
            let message = message.replace(&proxy.to_string(), "");
            assert_eq!(message.matches(status).count(), 1, "{error}");
        }
    }
}

#[test]
fn any_success_is_one() {
    let proxy = answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 201 Fine\nVia: x\n\n");
    let error = failure(builder(&format!("http://{proxy}")));
    // The tunnel exists, and ends before the service answers: both may be the cause.
    assert!(error.message().contains(&format!("{SERVICE} (through the proxy {proxy})")), "{error}");
    assert!(error.message().contains("`base_url` and `proxy`"), "{error}");
}

#[test]
fn the_time_out_of_a_proxy_is_the_proxys() {
    let (silent, _guard) = support::unresponsive_address();
    let (mute, _) = support::raw_server(support::read_to_end);
    let (drips, _) = support::raw_server(|mut stream| {
        while stream.write_all(b"HTTP/1.1 100 Continue\r\nX: y\r\n").is_ok() {
            std::thread::park_timeout(Duration::from_millis(5));
        }
    });
    let short = Duration::from_millis(200);
    for proxy in [silent, mute, drips] {
        let url = format!("http://{proxy}");
        let (error, took) = timed(|| failure(builder(&url).connect_timeout(short)));
        assert!(took < SOON, "{took:?}");
        if error.kind() == Kind::Timeout {
            let says = format!("the proxy {proxy} did not connect us to {SERVICE} within `connect_timeout`");
            assert!(error.message().contains(&says) && !error.message().contains("base_url"), "{error}");
        } else {
            assert!(error.message().contains(&format!("the proxy {proxy}")) && proxy == drips, "{error}");
        }
        let (error, took) = timed(|| failure(builder(&url).timeout(short)));
        assert!(took < SOON && error.message().contains(&format!("the proxy {proxy}")), "{error}");
    }
    // The service's failure, when the tunnel exists.
    let (open, _) = support::raw_server(|mut stream| {
        support::read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n");
        support::read_to_end(stream);
    });
    let error = failure(builder(&format!("http://{open}")).connect_timeout(short));
    assert_eq!(error.kind(), Kind::Timeout);
    assert!(
        error.message().contains(&format!("no connection to {SERVICE} (through the proxy {open})")),
        "{error}"
    );
}

#[test]
fn tls_to_the_proxy_fails_at_the_proxy() {
    let (plain, _) = support::raw_server(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        support::read_to_end(stream);
    });
    let error = failure(builder(&format!("https://{plain}")));
    assert_eq!(error.kind(), Kind::Tls);
    let says = "if it takes plain HTTP, write http:// in `proxy`";
    assert!(
        error.message().contains(&format!("the proxy {plain}")) && error.message().contains(says),
        "{error}"
    );

    let other = sandbox_with(Options { tls: true, ..Options::default() });
    let address = other.base_url().replace("https://", "");
    let error = failure(builder(&format!("https://u:s3cret@{address}")));
    assert_eq!(error.kind(), Kind::Tls);
    let says = format!("no secure connection to the proxy {address}");
    assert!(error.message().contains(&says) && error.message().contains("ca_file"), "{error}");

    // If its certificate is trusted, the error says that it is not a proxy.
    let dir = tempfile::tempdir().expect("a folder");
    let ca_file = dir.path().join("root.pem");
    std::fs::write(&ca_file, other.root_pem()).expect("a file");
    let error = failure(builder(&format!("https://{address}")).ca_file(&ca_file));
    assert_eq!(error.kind(), Kind::Network, "{error}");
    assert!(
        error.message().contains(&format!("the proxy {address} did not connect us to {SERVICE}")),
        "{error}"
    );
}

#[test]
fn a_proxy_at_the_address_of_the_service_is_recognised() {
    let sandbox = sandbox();
    let proxy = sandbox.base_url();
    let error = failure(settings(&sandbox).proxy(proxy).max_retries(0));
    assert!(error.message().contains("the proxy 127.0.0.1:"), "{error}");
    assert!(sandbox.requests().is_empty() || error.kind() == Kind::Network, "{error}");
}
