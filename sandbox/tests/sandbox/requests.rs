//! The forms in which parameters and key may come, and what is written down.

use serde_json::json;
use zerossl_sandbox::{KeyPlace, Options, Sandbox};

use crate::support::{agent, assert_refused, csr, read, start};

#[test]
fn parameters_come_in_every_form() {
    let (sandbox, client) = start();
    let csr = csr("example.com");
    let url = client.url("/validation/csr");
    let valid = json!({"valid": true, "error": null, "csrResponse": ["256", "sigalg=ecdsa-with-SHA256"]});
    let post = |kind: &str, body: &str| {
        let request = agent().post(&url).header("content-type", kind);
        read(request.send(body).expect("an answer"))
    };

    assert_eq!(read(agent().post(&url).send_form([("csr", &csr)]).expect("an answer")), valid);
    let part = format!(
        "--cut\r\ncontent-disposition: form-data; name=\"csr\"\r\n\r\n{csr}\r\n\
         --cut\r\ncontent-disposition: form-data; name=\"other\"\r\n\r\nignored\r\n--cut--\r\n"
    );
    assert_eq!(post("multipart/form-data; boundary=cut", &part), valid);
    assert_eq!(post("application/json; charset=utf-8", &json!({"csr": csr}).to_string()), valid);
    // Neither is read, so the parameter is missing.
    assert_refused(&post("text/plain", &part), 2819, "missing_certificate_csr");
    assert_refused(&post("application/json", "{}"), 2819, "missing_certificate_csr");

    assert_refused(&post("application/json", "{"), 115, "invalid_json_request");
    assert_refused(&post("application/json", "[]"), 115, "invalid_json_request");
    let list = json!({"csr": [csr]}).to_string();
    assert_refused(&post("application/json", &list), 116, "invalid_json_request_param");
    assert_refused(&post("multipart/form-data", &part), 110, "invalid_request_body");
    // An unescaped plus is a space in a form: the classic trap.
    let trap = format!("csr={}", csr.replace('\n', "%0A").replace('A', "+"));
    let answer = post("application/x-www-form-urlencoded", &trap);
    assert_eq!(answer, json!({"valid": false, "error": "-10 The CSR cannot be decoded!; "}));

    let large = "a".repeat(2 * 1024 * 1024);
    let response = agent().post(&url).header("content-type", "text/plain").send(&large);
    assert!(response.is_err() || response.is_ok_and(|response| response.status() == 413));
    assert_eq!(sandbox.requests().len(), 10, "the large one never arrived");
}

#[test]
fn answers_are_written_as_php_does() {
    let (_sandbox, client) = start();
    let order = client.create(&["example.com"]);
    let id = order["id"].as_str().expect("an id");
    let text = client.bytes(&format!("/certificates/{id}"));
    let text = String::from_utf8(text).expect("text");
    let head = format!(r#"{{"id":"{id}","type":"1","common_name":"example.com","additional_domains":"","#);
    assert!(text.starts_with(&head), "{text}");
    assert!(text.contains(r"http:\/\/example.com\/.well-known\/pki-validation\/"), "{text}");
}

#[test]
fn requests_are_written_down_without_keys() {
    let (sandbox, client) = start();
    client.get("/certificates?limit=7");
    let url = format!("{}/certificates/1/cancel", sandbox.base_url());
    let request = agent().post(&url).header("authorization", "ApiKey sandbox-key");
    let body = json!({"access_key": "sandbox-key", "why": "not"}).to_string();
    let request = request.header("user-agent", "a client").header("content-type", "application/json");
    request.send(&body).expect("an answer");
    agent().get(format!("{}/unknown", sandbox.base_url())).call().expect("an answer");

    let asked = sandbox.requests();
    assert!(!format!("{asked:?}{sandbox:?}{:?}", Options::default()).contains("sandbox-key"));
    let [list, cancel, unknown] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(list.operation, Some("list_certificates"));
    assert_eq!((list.method.as_str(), list.path.as_str()), ("GET", "/certificates"));
    assert_eq!(list.parameters["limit"], "7");
    assert_eq!((list.key, list.status), (KeyPlace::Query, 200));
    assert_eq!(cancel.operation, Some("cancel_certificate"));
    assert_eq!(cancel.parameters.len(), 1);
    assert_eq!(cancel.key, KeyPlace::Header);
    assert_eq!(cancel.user_agent.as_deref(), Some("a client"));
    assert_eq!((unknown.operation, unknown.key, unknown.status), (None, KeyPlace::None, 401));
    assert!(list.connection < cancel.connection && list.at <= cancel.at);
}

#[test]
fn a_connection_has_a_number() {
    let (sandbox, client) = start();
    client.get("/certificates");
    client.get("/certificates");
    let numbers: Vec<u64> = sandbox.requests().iter().map(|asked| asked.connection).collect();
    assert_eq!(numbers, [1, 1]);
}

#[test]
fn https_is_served_with_a_certificate_of_our_own() {
    let sandbox = Sandbox::start(Options { tls: true, ..Options::default() }).expect("a sandbox");
    assert!(sandbox.base_url().starts_with("https://127.0.0.1:"));
    let root = ureq::tls::Certificate::from_pem(sandbox.root_pem().as_bytes()).expect("PEM");
    let provider = rustls::crypto::ring::default_provider();
    let tls = ureq::tls::TlsConfig::builder()
        .root_certs(ureq::tls::RootCerts::new_with_certs(&[root]))
        .unversioned_rustls_crypto_provider(std::sync::Arc::new(provider))
        .build();
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).tls_config(tls).build().into();
    for host in ["127.0.0.1", "localhost"] {
        let url = sandbox.base_url().replace("127.0.0.1", host);
        let response = agent.get(format!("{url}/certificates?access_key=sandbox-key")).call();
        assert_eq!(response.expect(host).status(), 200);
    }
}

#[test]
fn a_seed_repeats_ids() {
    let ids = [5, 5, 6].map(|seed| {
        let options = Options { seed: Some(seed), ..Options::default() };
        let (_sandbox, client) = crate::support::start_with(options);
        client.create(&["example.com"])["id"].clone()
    });
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}
