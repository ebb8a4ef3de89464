//! Domain control validation by files.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use zerossl_sandbox::{Options, Sandbox};

use crate::support::website::{Website, ok};
use crate::support::{assert_refused, start, start_with};

/// The fault that is reported if this answer is served instead of the file.
fn fault(answer: impl Fn(&[&str]) -> String) -> Value {
    let timeout = Duration::from_millis(300);
    let (sandbox, client) = start_with(Options { validation_timeout: timeout, ..Options::default() });
    let order = client.create(&["example.com"]);
    let site = Website::with(&order, answer);
    sandbox.set_http_port(site.port());
    let id = order["id"].as_str().expect("an id");
    let failed = client.verify(id, "HTTP_CSR_HASH");
    assert_refused(&failed, 0, "domain_control_validation_failed");
    assert_eq!(client.get(&format!("/certificates/{id}"))["status"], "draft");
    let url = &order["validation"]["other_methods"]["example.com"]["file_validation_url_http"];
    let fault = failed["error"]["details"]["example.com"][url.as_str().expect("a URL")].clone();
    assert_eq!(fault["error"], json!(true));
    assert!(fault["error_info"].is_string(), "{fault}");
    json!([fault["file_found"], fault["error_slug"]])
}

#[test]
fn a_file_has_to_be_right() {
    let status =
        |line: &'static str| move |_: &[&str]| format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(fault(status("404 Not Found")), json!([0, "bad_response_code"]));
    assert_eq!(fault(status("204 No Content")), json!([0, "bad_response_code"]));
    assert_eq!(
        fault(status("301 Moved Permanently\r\nlocation: http://example.com/")),
        json!([0, "bad_response_code"])
    );
    assert_eq!(fault(|_| ok("something else")), json!([0, "wrong_file_content"]));
    assert_eq!(fault(|lines| ok(&lines.join(" "))), json!([0, "wrong_file_content"]));
    assert_eq!(fault(|lines| ok(&lines[..2].join("\n"))), json!([0, "wrong_file_content"]));
    assert_eq!(fault(|_| ok(&"x".repeat(5000))), json!([0, "bad_file_content"]));
    assert_eq!(fault(|_| "garbage\r\n\r\n".to_owned()), json!([0, "http_transport_failed"]));
}

#[test]
fn failures_are_told_in_the_words_of_the_service() {
    let told = |answer: fn(&[&str]) -> String| {
        let (sandbox, client) = start();
        let order = client.create(&["example.com", "example.net"]);
        let (wrong, right) = (Website::with(&order, answer), Website::of(&order));
        sandbox.address_book("example.com", wrong.address());
        sandbox.address_book("example.net", right.address());
        let failed = client.verify(order["id"].as_str().expect("an id"), "HTTP_CSR_HASH");
        let url = &order["validation"]["other_methods"]["example.com"]["file_validation_url_http"];
        let details = &failed["error"]["details"];
        assert_eq!(details["example.net"], json!({"validation_successful": true}));
        details["example.com"][url.as_str().expect("a URL")].clone()
    };
    let expected = |slug: &str, info: &str| {
        json!({
            "file_found": 0, "error": true, "error_slug": slug, "error_info": info
        })
    };
    assert_eq!(
        told(|_| ok("other")),
        expected("wrong_file_content", "The validation file was found, but the contents are wrong.")
    );
    let status = "Server responded with status code: 404";
    let missing = |_: &[&str]| "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned();
    assert_eq!(told(missing), expected("bad_response_code", status));
}

#[test]
fn a_file_may_end_with_a_newline() {
    for end in ["", "\n", "\r\n"] {
        let (sandbox, client) = start();
        let order = client.create(&["example.com"]);
        let site = Website::with(&order, |lines| ok(&(lines.join("\r\n") + end)));
        sandbox.set_http_port(site.port());
        let verified = client.verify(order["id"].as_str().expect("an id"), "HTTP_CSR_HASH");
        assert_eq!(verified["status"], "pending_validation", "{verified}");
    }
}

#[test]
fn every_name_is_checked() {
    let (sandbox, client) = start();
    let order = client.create_with(&["example.com"], &json!({"strict_domains": 0}));
    let id = order["id"].as_str().expect("an id");
    let site = Website::of(&order);
    // Bound but not listening: the port is reserved, and connections are refused.
    let nowhere = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    nowhere.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
    let nowhere = (nowhere.local_addr().expect("an address").as_socket(), nowhere);
    sandbox.address_book("example.com", site.address());
    sandbox.address_book("WWW.example.com", nowhere.0.expect("an address"));
    let failed = client.verify(id, "HTTP_CSR_HASH");
    let details = &failed["error"]["details"];
    let pair = details["example.com"].as_object().expect("the pair");
    let at = |host: &str| {
        let found = pair.iter().find(|(url, _)| url.starts_with(&format!("http://{host}/")));
        found.unwrap_or_else(|| panic!("{host} in {details}")).1
    };
    assert_eq!(*at("example.com"), json!({"validation_successful": true}));
    assert_eq!(at("www.example.com")["error_slug"], "http_transport_failed");

    sandbox.address_book("www.example.com", site.address());
    assert_eq!(client.verify(id, "HTTP_CSR_HASH")["status"], "pending_validation");
    let mut hosts = site.hosts();
    hosts.sort_unstable();
    assert_eq!(hosts, ["example.com", "example.com", "www.example.com"]);
}

#[test]
fn a_server_that_says_nothing_times_out() {
    let timeout = Duration::from_millis(100);
    let (sandbox, client) = start_with(Options { validation_timeout: timeout, ..Options::default() });
    let order = client.create(&["example.com"]);
    // Its backlog accepts connections, but it never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    sandbox.set_http_port(silent.local_addr().expect("an address").port());
    let failed = client.verify(order["id"].as_str().expect("an id"), "HTTP_CSR_HASH");
    let details = &failed["error"]["details"]["example.com"];
    let fault = details.as_object().and_then(|faults| faults.values().next()).expect("a fault");
    assert_eq!(fault["error_slug"], "timeout");
}

#[test]
fn a_method_has_to_suit_the_names() {
    let (sandbox, client) = start_with(Options { quota: 10, ..Options::default() });
    let order = |name: &str| {
        let order = client.create(&[name]);
        order["id"].as_str().expect("an id").to_owned()
    };
    let plain = order("example.com");
    assert_refused(&client.verify(&plain, ""), 2828, "missing_validation_method");
    assert_refused(&client.verify(&plain, "PIGEON"), 2827, "invalid_validation_method");
    let unsuited = |id: &str, method: &str| {
        assert_refused(&client.verify(id, method), 2829, "incorrect_certificate_validation_type");
    };
    unsuited(&order("*.example.com"), "HTTP_CSR_HASH");
    let address = order("203.0.113.10");
    unsuited(&address, "CNAME_CSR_HASH");
    unsuited(&address, "EMAIL");
    // These orders take a place in the quota, and fail only at validation.
    let answer = client.verify(&order("2001:db8::1"), "HTTP_CSR_HASH");
    assert_refused(&answer, 2843, "ipv6_is_not_yet_supported");
    let answer = client.verify(&order("10.0.0.1"), "HTTP_CSR_HASH");
    assert_refused(&answer, 0, "domain_control_validation_failed");
    assert_eq!(sandbox.certificates().len(), 5);
}

#[test]
fn an_address_is_validated_by_file() {
    let (sandbox, client) = start();
    client.issue(&sandbox, "203.0.113.10", &json!({}));
}

#[test]
fn a_file_is_fetched_over_https_from_whoever_answers() {
    let (sandbox, client) = start();
    // Another sandbox has an untrusted certificate, and not this file.
    let site = Sandbox::start(Options { tls: true, ..Options::default() }).expect("a sandbox");
    let address = site.base_url().trim_start_matches("https://").parse().expect("an address");
    sandbox.address_book("example.com", address);
    let order = client.create(&["example.com"]);
    let failed = client.verify(order["id"].as_str().expect("an id"), "HTTPS_CSR_HASH");
    let url = &order["validation"]["other_methods"]["example.com"]["file_validation_url_https"];
    let fault = &failed["error"]["details"]["example.com"][url.as_str().expect("a URL")];
    assert_eq!(fault["error_slug"], "bad_response_code");
}

#[test]
fn an_order_is_rechecked_before_issuing() {
    let delay = Duration::from_secs(60);
    let (sandbox, client) = start_with(Options { issue_delay: delay, ..Options::default() });
    let order = client.create(&["example.com"]);
    let id = order["id"].as_str().expect("an id");
    let site = Website::of(&order);
    sandbox.address_book("example.com", site.address());
    assert_eq!(client.verify(id, "HTTP_CSR_HASH")["status"], "pending_validation");
    let gone = Website::with(&order, |_| ok("gone"));
    sandbox.address_book("example.com", gone.address());
    sandbox.advance(delay);
    let status = || client.get(&format!("/certificates/{id}"))["status"].clone();
    assert_eq!(status(), "pending_validation");
    sandbox.address_book("example.com", site.address());
    sandbox.advance(delay);
    assert_eq!(status(), "issued");

    // The recheck can be turned off.
    sandbox.change_settings(|settings| settings.second_look = false);
    let order = client.create(&["example.net"]);
    let id = order["id"].as_str().expect("an id");
    let site = Website::of(&order);
    sandbox.address_book("example.net", site.address());
    assert_eq!(client.verify(id, "HTTP_CSR_HASH")["status"], "pending_validation");
    drop(site);
    sandbox.advance(delay);
    assert_eq!(client.get(&format!("/certificates/{id}"))["status"], "issued");
}
