//! The formats in which a client may send parameters and the access key, and what the journal records.

use serde_json::json;
use zerossl_sandbox::{Effect, Fault, KeyPlace, Options, Quirk, Reply, Sandbox, Settings, When, WireFault};

use crate::support::management::start_managed;
use crate::support::{Client, agent, assert_refused, csr, read, start, start_with};

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
    // Neither is read, so the parameter counts as missing.
    assert_refused(&post("text/plain", &part), 2819, "missing_certificate_csr");
    assert_refused(&post("application/json", "{}"), 2819, "missing_certificate_csr");

    assert_refused(&post("application/json", "{"), 115, "invalid_json_request");
    assert_refused(&post("application/json", "[]"), 115, "invalid_json_request");
    let list = json!({"csr": [csr]}).to_string();
    assert_refused(&post("application/json", &list), 116, "invalid_json_request_param");
    assert_refused(&post("multipart/form-data", &part), 110, "invalid_request_body");
    // An unescaped plus in a form is a space: a common mistake.
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
    assert_eq!([list.number, cancel.number, unknown.number], [1, 2, 3]);
    assert_eq!([list.code, cancel.code, unknown.code], [None, Some(2803), Some(101)]);
    assert_eq!([list.body_length, cancel.body_length, unknown.body_length], [0, body.len(), 0]);
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
        let (_sandbox, client) = start_with(options);
        client.create(&["example.com"])["id"].clone()
    });
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[test]
fn the_oldest_requests_are_forgotten() {
    let settings = Settings { log_size: 5, ..Settings::default() };
    let (sandbox, client) = start_with(Options { settings, ..Options::default() });
    let numbers = || sandbox.requests().iter().map(|asked| asked.number).collect::<Vec<_>>();
    for limit in 1..=12 {
        client.get(&format!("/certificates?limit={limit}"));
    }
    assert_eq!(numbers(), [8, 9, 10, 11, 12]);
    assert_eq!(sandbox.requests()[0].parameters["limit"], "8");
    sandbox.change_settings(|settings| settings.log_size = 2);
    client.get("/certificates");
    assert_eq!(numbers(), [12, 13]);
    sandbox.change_settings(|settings| settings.log_size = 0);
    client.get("/certificates");
    assert_eq!(numbers(), [0_u64; 0]);
    sandbox.reset();
    client.get("/certificates");
    assert_eq!(numbers(), [1]);
    assert_eq!(Settings::default().log_size, 10_000);
}

#[test]
fn of_long_parameters_the_length_is_kept() {
    let (sandbox, client, manager) = start_managed();
    let long = "a".repeat(500_000);
    let body =
        json!({"certificate_domains": "example.com", "certificate_csr": csr("example.com"), "more": long});
    let id = client.post("/certificates", &body)["id"].clone();
    let asked = sandbox.requests().remove(0);
    assert_eq!(asked.parameters.keys().collect::<Vec<_>>(), ["certificate_csr", "certificate_domains"]);
    assert_eq!((asked.left_out["more"], asked.body_length), (500_000, body.to_string().len()));
    let told = &manager.get("/requests")[0];
    assert_eq!(told["left_out"], json!({"more": 500_000}));
    assert_eq!(
        (&told["body_length"], &told["code"], &told["number"]),
        (&json!(asked.body_length), &json!(null), &json!(1))
    );
    assert!(id.is_string(), "it was read whole");

    // Other long values do not take much memory either.
    let many: serde_json::Map<_, _> = (0..50_000).map(|number| (format!("p{number}"), json!("x"))).collect();
    client.post("/validation/csr", &many.into());
    let agent_name = "b".repeat(20_000);
    let path = "c".repeat(20_000);
    let request = agent().get(client.url(&format!("/{path}"))).header("user-agent", &agent_name);
    request.call().expect("an answer");
    for asked in sandbox.requests() {
        assert!(format!("{asked:?}").len() < 200_000, "{}", format!("{asked:?}").len());
    }
    let last = sandbox.requests().pop().expect("a request");
    assert!(last.path.len() < 3000 && last.user_agent.expect("an agent").len() < 3000);
}

#[test]
fn the_code_of_an_answer_is_kept() {
    let (sandbox, client) = start();
    let operation = Some("list_certificates".to_owned());
    let fault = |reply: Reply, when| {
        let operation = operation.clone();
        sandbox.fault(Fault { operation, times: 1, when, reply });
    };
    let list = |client: &Client| drop(client.try_get("/certificates"));
    let told = || sandbox.requests().last().map(|asked| (asked.status, asked.code)).expect("a request");
    let refusal = || Reply::refusal(2909).expect("a code");
    fault(refusal(), When::Before);
    list(&client);
    assert_eq!(told(), (200, Some(2909)));
    fault(Reply::json(500, json!({"success": false, "error": {"code": "111"}})), When::After);
    list(&client);
    assert_eq!(told(), (500, Some(111)));
    fault(Reply::page(502), When::Before);
    list(&client);
    assert_eq!(told(), (502, None));
    fault(Reply::text(200, "{\"error\": {\"code\": 7}}"), When::Before);
    list(&client);
    assert_eq!(told(), (200, Some(7)));
    fault(refusal().with_fault(WireFault::Reset), When::Before);
    list(&client);
    assert_eq!(told(), (0, None), "nobody was told");
    let quirk = Quirk { operation: None, times: 1, effect: Effect::WrongTypes };
    sandbox.quirk(quirk).expect("a quirk that makes sense");
    client.get("/certificates/none");
    assert_eq!(told(), (200, Some(2803)));
}
