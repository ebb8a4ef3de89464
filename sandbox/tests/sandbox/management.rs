//! The management interface.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::support::management::start_managed;
use crate::support::{agent, assert_refused, publish};

#[test]
fn it_tells_what_there_is() {
    let (sandbox, _client, manager) = start_managed();
    let overview = manager.get("/");
    assert_eq!(overview["base_url"], sandbox.base_url());
    assert_eq!(overview["dns"], sandbox.dns_address().to_string());
    let calls = overview["calls"].as_array().expect("calls");
    assert!(calls.contains(&json!("POST /records")) && calls.contains(&json!("GET /mails/{}/answer")));
    for (method, path, status) in
        [("GET", "/nothing", 404), ("DELETE", "/clock", 405), ("GET", "/reset", 405)]
    {
        let request = ureq::http::Request::builder().method(method).uri(manager.url(path)).body(());
        let response = agent().run(request.expect("a request")).expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{path}");
    }
}

#[test]
fn it_is_for_programs_of_this_host() {
    let (_sandbox, _client, manager) = start_managed();
    let status = |name: &str, value: &str| {
        let request = agent().get(manager.url("/clock")).header(name, value);
        request.call().expect("an answer").status().as_u16()
    };
    assert_eq!(status("host", "evil.example.com"), 403);
    assert_eq!(status("origin", "http://evil.example.com"), 403);
    assert_eq!(status("accept", "*/*"), 200);
}

#[test]
fn garbage_ends_nothing() {
    let (sandbox, client, manager) = start_managed();
    let addresses = [sandbox.base_url().to_owned(), manager.url("")];
    for address in addresses.iter().map(|url| url.trim_start_matches("http://")) {
        for garbage in [
            &b"\xff\x00\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\n\r\n",
            b"POST /faults HTTP/1.1\r\nhost: \xff\r\n\r\n",
        ] {
            let mut stream = TcpStream::connect(address).expect("a connection");
            stream.write_all(garbage).expect("sent");
        }
    }
    for body in ["", "[]", "null", "\u{0}", "{\"effect\": {}}", "{\"effect\": 1}"] {
        let answer = agent().post(manager.url("/faults")).send(body).expect("an answer");
        assert_eq!(answer.status(), 400, "{body}");
    }
    let long = json!({"name": "a.".repeat(2000), "type": "A", "value": "192.0.2.1"});
    assert!(manager.post("/records", &long)["error"].is_string());
    assert_eq!(client.get("/certificates")["total_count"], 0);
    assert_eq!(manager.get("/records"), json!([]));
}

#[test]
fn records_and_addresses_are_set() {
    let (sandbox, _client, manager) = start_managed();
    manager.does("/records", &json!({"name": "example.com", "type": "CAA", "value": "0 issue \";\""}));
    manager.does("/records", &json!({"name": "example.com", "type": "A", "value": "192.0.2.1"}));
    manager.does("/records", &json!({"name": "example.net", "type": "A", "value": "192.0.2.1"}));
    assert_eq!(manager.get("/records").as_array().map(Vec::len), Some(3));
    manager.delete("/records?name=example.com&type=caa");
    assert_eq!(manager.get("/records").as_array().map(Vec::len), Some(2));
    manager.delete("/records");
    assert_eq!(sandbox.records(), []);
    for (record, part) in [
        (json!({"name": "example.com", "type": "A", "value": "x"}), "the value x"),
        (json!({"name": "example.com", "type": "A"}), "missing field `value`"),
        (json!({"name": "example.com", "type": "A", "value": "1.1.1.1", "ttl": 1}), "unknown field `ttl`"),
    ] {
        let error = manager.post("/records", &record)["error"].as_str().expect("an error").to_owned();
        assert!(error.contains(part), "{error}");
    }
    manager
        .does("/dns-answers", &json!({"name": "example.com", "answer": "SERVFAIL", "delay_seconds": 0.01}));
    assert_eq!(manager.get("/dns-questions"), json!([]));

    manager.does("/addresses", &json!({"name": "example.com", "address": "127.0.0.5:8080", "http_port": 81}));
    let expected = json!({"http_port": 81, "https_port": 443, "names": {"example.com": "127.0.0.5:8080"}});
    assert_eq!(manager.get("/addresses"), expected);
    assert!(manager.post("/addresses", &json!({"name": "example.com"}))["error"].is_string());
}

#[test]
fn faults_are_added() {
    let (sandbox, client, manager) = start_managed();
    let status = || {
        let response = client.try_get("/certificates");
        response.map(|mut response| {
            let mut text = String::new();
            let whole = response.body_mut().as_reader().read_to_string(&mut text);
            (response.status().as_u16(), response.headers().get("retry-after").cloned(), whole.is_ok())
        })
    };
    let strike =
        |effect| manager.does("/faults", &json!({"operation": "list_certificates", "effect": effect}));

    strike(json!({"reply": {"status": 200, "json": {"odd": true}, "headers": {"x-a": "b"}}}));
    assert_eq!(client.get("/certificates"), json!({"odd": true}));
    strike(json!({"reply": {"status": 201, "text": "<p>"}}));
    assert_eq!(status().expect("an answer").0, 201);
    strike(json!({"reply": {"status": 202, "base64": "UEs="}}));
    assert_eq!(client.bytes("/certificates"), b"PK");
    strike(json!({"refuse": {"code": 2909}}));
    assert_refused(&client.get("/certificates"), 2909, "certificate_not_revocable_being_issued");
    strike(json!({"refuse": {"code": 111, "status": 500}}));
    assert_eq!(status().expect("an answer").0, 500);
    strike(json!({"page": {"status": 504}}));
    assert!(String::from_utf8(client.bytes("/certificates")).expect("text").contains("504 Gateway Timeout"));
    strike(json!({"too_many_requests": {"retry_after": "7"}}));
    let (code, after, _) = status().expect("an answer");
    assert_eq!((code, after.expect("a header").as_bytes()), (429, &b"7"[..]));
    strike(json!({"rate_limit": {"retry_after": "8"}}));
    let limited = client.try_get("/certificates").expect("an answer");
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].as_bytes()), (200, &b"8"[..]));
    assert_refused(&crate::support::read(limited), 429, "rate_limit_exceeded");
    strike(json!({"rate_limit": {"type": "rate_limit_reached"}}));
    assert_eq!(client.get("/certificates")["error"]["type"], "rate_limit_reached");
    strike(json!("reset"));
    assert!(status().is_err());
    strike(json!({"reset": {"when": "after"}}));
    assert!(status().is_err());
    strike(json!("truncate"));
    assert!(!status().expect("a head").2);
    strike(json!({"drip": {"every_seconds": 0}}));
    strike(json!({"slow": {"seconds": 0.001}}));
    strike(json!("wrong_types"));
    strike(json!({"lag": {"seconds": 60}}));
    for _ in 0..2 {
        assert!(status().expect("an answer").2);
    }
    assert_eq!(client.get("/certificates")["total_count"], 0);

    manager.does("/faults", &json!({"times": "always", "effect": "hang"}));
    manager.does("/faults", &json!({"operation": "verify_domains", "times": 2, "effect": "stall"}));
    let expected = json!({
        "faults": [{"operation": null, "times": "always", "when": "before", "status": 200, "wire": "Hang"}],
        "quirks": [{"operation": "verify_domains", "times": 2, "effect": "stall"}],
    });
    assert_eq!(manager.get("/faults"), expected);
    manager.delete("/faults");
    assert_eq!(status().expect("an answer").0, 200);

    for (fault, part) in [
        (json!({"operation": "list", "effect": "reset"}), "there is no operation list"),
        (json!({"operation": "get_certificate", "effect": "stall"}), "makes no sense"),
        (json!({"effect": "explode"}), "unknown variant `explode`"),
        (json!({"effect": {"reset": {"wen": "after"}}}), "unknown field `wen`"),
        (json!({"effect": "reset", "times": "twice"}), "Times"),
        (json!({"effect": {"rate_limit": {"type": "too_fast"}}}), "does not begin with rate_limit"),
        (json!({"effect": {"reply": {"status": 200, "json": 1, "text": "x"}}}), "more than one"),
    ] {
        let error = manager.post("/faults", &fault)["error"].as_str().expect("an error").to_owned();
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(sandbox.requests().len(), 16);
}

#[test]
fn a_lost_create_is_carried_out_later() {
    let (sandbox, client, manager) = start_managed();
    let late = json!({"operation": "create_certificate", "effect": {"late": {"seconds": 30, "status": 502}}});
    manager.does("/faults", &late);
    let body = json!({
        "certificate_domains": "example.com",
        "certificate_csr": crate::support::csr("example.com"),
    });
    assert_eq!(client.try_post("/certificates", &body).expect("an answer").status(), 502);
    assert_eq!(manager.get("/certificates"), json!([]));
    manager.does("/clock", &json!({"advance_seconds": 30}));
    let certificates = manager.get("/certificates");
    assert_eq!(certificates[0]["common_name"], "example.com");
    assert_eq!(certificates[0]["names"], json!(["example.com", "www.example.com"]));
    assert_eq!(sandbox.certificates().len(), 1);
}

#[test]
fn clock_accounts_and_settings_are_changed() {
    let (sandbox, client, manager) = start_managed();
    let year =
        |text: &serde_json::Value| text["now"].as_str().expect("a time")[..4].parse::<i32>().expect("a year");
    let before = year(&manager.get("/clock"));
    let after = year(&manager.post("/clock", &json!({"advance_seconds": 366.0 * 86_400.0})));
    assert!((1..=2).contains(&(after - before)));
    let ahead = sandbox.now().duration_since(std::time::SystemTime::now()).expect("ahead");
    assert!(ahead > Duration::from_secs(365 * 86_400));
    assert!(manager.post("/clock", &json!({"advance_seconds": -1}))["error"].is_string());

    assert_eq!(manager.post("/accounts", &json!({"access_key": "other"})), json!({"number": 1}));
    assert_eq!(manager.patch("/accounts/1", &json!({"quota": 9, "active": false})), json!({"done": true}));
    assert!(manager.patch("/accounts/7", &json!({"quota": 9}))["error"].is_string());
    let accounts = manager.get("/accounts");
    assert_eq!(accounts[1], json!({"number": 1, "quota": 9, "taken": 0, "active": false}));
    assert!(!accounts.to_string().contains("other"));
    assert_refused(&client.with_key("other").get("/certificates"), 102, "inactive_user");

    let changed =
        manager.patch("/settings", &json!({"issue_delay_seconds": [1, 2.5], "as_of": "2026-04-01"}));
    assert_eq!(changed["issue_delay_seconds"], json!([1.0, 2.5]));
    assert_eq!(changed, manager.get("/settings"));
    assert_eq!(
        manager.patch("/settings", &json!({"issue_delay_seconds": 3}))["issue_delay_seconds"],
        json!([3.0, 3.0])
    );
    for (change, part) in [
        (json!({"isue_delay_seconds": 1}), "unknown field `isue_delay_seconds`"),
        (json!({"as_of": "soon"}), "no day"),
        (json!({"caa": "ignore"}), "unknown variant `ignore`"),
        (json!({"refused_names": {"com": 1}}), "there is no code 1"),
    ] {
        let error = manager.patch("/settings", &change)["error"].as_str().expect("an error").to_owned();
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(sandbox.settings().issue_delay.0, Duration::from_secs(3));
    assert_eq!(manager.post("/reset", &json!({})), json!({"done": true}));
    assert_eq!(manager.get("/settings")["issue_delay_seconds"], json!([0.0, 0.0]));
}

#[test]
fn what_was_asked_is_told_without_keys() {
    let (_sandbox, client, manager) = start_managed();
    let order = client.create(&["example.com"]);
    client.get("/certificates?search=x");
    let text = manager.text("/requests");
    assert!(!text.contains("sandbox-key"), "{text}");
    let requests = manager.get("/requests");
    assert_eq!(requests[0]["operation"], "create_certificate");
    assert_eq!(requests[0]["parameters"]["certificate_domains"], "example.com");
    assert_eq!(requests[1]["path"], "/certificates");
    assert_eq!(requests[1]["parameters"], json!({"search": "x"}));
    assert_eq!((&requests[1]["key"], &requests[1]["status"]), (&json!("query"), &json!(200)));
    manager.delete("/requests");
    assert_eq!(manager.get("/requests"), json!([]));
    assert!(order["id"].is_string());
}

#[test]
fn certificates_of_the_ca_are_given() {
    let (sandbox, client, manager) = start_managed();
    let order = client.create(&["example.com"]);
    publish(&sandbox, &order);
    client.verify(order["id"].as_str().expect("an id"), "CNAME_CSR_HASH");
    assert_eq!(manager.text("/roots"), sandbox.root_pem());
    assert_eq!(manager.text("/intermediates").matches("BEGIN CERTIFICATE").count(), 2);
    assert!(manager.text("/crl").starts_with("-----BEGIN X509 CRL-----"));
}
