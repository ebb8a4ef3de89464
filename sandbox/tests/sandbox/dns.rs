//! The built-in DNS server, and validation that queries it.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use serde_json::{Value, json};
use zerossl_sandbox::{CaaRefusal, DnsAnswer, Options, Sandbox};

use crate::support::{Client, assert_refused, publish, start, start_with};

fn question(name: &str, kind: RecordType) -> Message {
    let mut question = Message::query();
    question.add_query(Query::query(Name::from_ascii(name).expect("a name"), kind));
    question
}

fn ask(sandbox: &Sandbox, name: &str, kind: RecordType) -> Message {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a time-out");
    let bytes = question(name, kind).to_vec().expect("a question");
    socket.send_to(&bytes, sandbox.dns_address()).expect("sent");
    let mut buffer = [0; 2048];
    let length = socket.recv(&mut buffer).expect("an answer");
    Message::from_vec(&buffer[..length]).expect("a message")
}

fn ask_over_tcp(sandbox: &Sandbox, name: &str, kind: RecordType) -> Message {
    let mut stream = TcpStream::connect(sandbox.dns_address()).expect("a connection");
    let bytes = question(name, kind).to_vec().expect("a question");
    let length = u16::try_from(bytes.len()).expect("a short question");
    stream.write_all(&[&length.to_be_bytes(), bytes.as_slice()].concat()).expect("sent");
    let mut length = [0; 2];
    stream.read_exact(&mut length).expect("a length");
    let mut answer = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut answer).expect("an answer");
    Message::from_vec(&answer).expect("a message")
}

fn values(answer: &Message) -> Vec<String> {
    answer.answers.iter().map(|record| record.data.to_string()).collect()
}

#[test]
fn records_are_served() {
    let (sandbox, _) = start();
    sandbox.add_record("Alias.example.com.", "cname", "target.example.com").expect("a record");
    sandbox.add_record("target.example.com", "A", "192.0.2.7").expect("a record");
    sandbox.add_record("example.com", "TXT", "\"some text\"").expect("a record");
    sandbox.add_record("example.com", "CAA", "128 issue \"sectigo.com; a=b\"").expect("a record");

    let answer = ask(&sandbox, "ALIAS.example.com.", RecordType::A);
    assert_eq!(values(&answer), ["target.example.com.", "192.0.2.7"]);
    assert_eq!(values(&ask(&sandbox, "example.com.", RecordType::TXT)), ["some text"]);
    assert_eq!(values(&ask_over_tcp(&sandbox, "example.com.", RecordType::TXT)), ["some text"]);
    assert_eq!(values(&ask(&sandbox, "example.com.", RecordType::CAA)), ["128 issue \"sectigo.com; a=b\""]);
    // Every ordinary name resolves to its entry in the address book.
    assert_eq!(values(&ask(&sandbox, "other.example.com.", RecordType::A)), ["127.0.0.1"]);
    sandbox.address_book("other.example.com", "127.0.0.9:80".parse().expect("an address"));
    assert_eq!(values(&ask(&sandbox, "other.example.com.", RecordType::A)), ["127.0.0.9"]);
    let nothing = ask(&sandbox, "other.example.com.", RecordType::CNAME);
    assert_eq!((nothing.metadata.response_code, nothing.answers.len()), (ResponseCode::NoError, 0));
    let nothing = ask(&sandbox, "_other.example.com.", RecordType::CNAME);
    assert_eq!(nothing.metadata.response_code, ResponseCode::NXDomain);

    let names: Vec<_> = sandbox.records().into_iter().map(|record| record.name).collect();
    assert_eq!(names, ["alias.example.com", "example.com", "example.com", "target.example.com"]);
    sandbox.remove_records("EXAMPLE.com");
    assert_eq!(sandbox.records().len(), 2);
    let first = &sandbox.dns_questions()[0];
    assert_eq!((first.name.as_str(), first.kind.as_str()), ("ALIAS.example.com", "A"));
}

#[test]
fn a_record_has_to_make_sense() {
    let (sandbox, _) = start();
    for (name, kind, value, part) in [
        ("example.com", "PIGEON", "x", "PIGEON"),
        ("example.com", "A", "not an address", "not an address"),
        ("exa..mple", "A", "192.0.2.1", "exa..mple"),
    ] {
        let error = sandbox.add_record(name, kind, value).expect_err(kind).to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_server_misbehaves() {
    let (sandbox, _) = start();
    for (answer, code) in [
        (DnsAnswer::NxDomain, ResponseCode::NXDomain),
        (DnsAnswer::ServFail, ResponseCode::ServFail),
        (DnsAnswer::Refused, ResponseCode::Refused),
    ] {
        sandbox.set_dns_answer("example.com", answer, Duration::ZERO);
        assert_eq!(ask(&sandbox, "example.com.", RecordType::A).metadata.response_code, code);
    }
    let delay = Duration::from_millis(30);
    sandbox.set_dns_answer("example.com", DnsAnswer::Normal, delay);
    let start = Instant::now();
    assert_eq!(values(&ask(&sandbox, "example.com.", RecordType::A)), ["127.0.0.1"]);
    assert!(start.elapsed() >= delay);

    for number in 0..30 {
        let text = format!("\"{}\"", number.to_string().repeat(40));
        sandbox.add_record("long.example.com", "TXT", &text).expect("a record");
    }
    let short = ask(&sandbox, "long.example.com.", RecordType::TXT);
    assert!(short.metadata.truncation && short.answers.is_empty());
    assert_eq!(ask_over_tcp(&sandbox, "long.example.com.", RecordType::TXT).answers.len(), 30);
    // Garbage does not stop the server.
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.send_to(b"garbage", sandbox.dns_address()).expect("sent");
    assert_eq!(values(&ask(&sandbox, "example.com.", RecordType::A)), ["127.0.0.1"]);
}

/// The label and the target that an order asks for.
fn expected_record(order: &Value, name: &str) -> (String, String) {
    let values = &order["validation"]["other_methods"][name];
    let text = |name: &str| values[name].as_str().expect("text");
    let label = text("cname_validation_p1").split('.').next().expect("a label");
    (label.to_owned(), text("cname_validation_p2").to_owned())
}

#[test]
fn a_record_shows_control() {
    type Change = fn(&str) -> String;
    // At the name or a parent, in any case, with or without a final dot.
    let changes: [(&str, Change); 4] = [
        ("a.b.example.com", ToOwned::to_owned),
        ("b.example.com", |target| format!("{target}.")),
        ("EXAMPLE.com.", str::to_ascii_lowercase),
        ("example.com", str::to_ascii_uppercase),
    ];
    for (at, change) in changes {
        let (sandbox, client) = start();
        let order = client.create(&["a.b.example.com"]);
        let (label, target) = expected_record(&order, "a.b.example.com");
        sandbox.add_record(&format!("{label}.{at}"), "CNAME", &change(&target)).expect("a record");
        let verified = client.verify(order["id"].as_str().expect("an id"), "CNAME_CSR_HASH");
        assert_eq!(verified["status"], "pending_validation", "{at}: {verified}");
        assert_eq!(verified["validation_type"], "CNAME_CSR_HASH");
        assert_eq!(sandbox.certificates()[0].status, "issued");
    }
}

#[test]
fn a_wrong_record_is_told() {
    let (sandbox, client) = start();
    let order = client.create(&["example.com", "example.net"]);
    let id = order["id"].as_str().expect("an id");
    let (label, target) = expected_record(&order, "example.com");
    let expected = |found: u8, actual: &str| {
        json!({
            "cname_found": found,
            "record_correct": 0,
            "target_host": label,
            "target_record": target.to_ascii_uppercase(),
            "actual_record": actual,
        })
    };
    let failed = client.verify(id, "CNAME_CSR_HASH");
    assert_refused(&failed, 0, "domain_control_validation_failed");
    assert_eq!(failed["error"]["details"]["example.com"]["example.com"], expected(0, ""));

    // As from a zone editor that does not support absolute names.
    let relative = format!("{target}.example.com");
    sandbox.add_record(&format!("{label}.example.com"), "CNAME", &relative).expect("a record");
    sandbox.add_record(&format!("{label}.example.net"), "CNAME", &target).expect("a record");
    let details = client.verify(id, "CNAME_CSR_HASH")["error"]["details"].clone();
    assert_eq!(details["example.com"]["example.com"], expected(1, &relative.to_ascii_uppercase()));
    assert_eq!(details["example.net"], json!({"validation_successful": true}));
    assert_eq!(sandbox.certificates()[0].status, "draft");
}

#[test]
fn a_wildcard_is_shown_by_a_record_and_pairs_together() {
    let (sandbox, client) = start();
    assert_eq!(client.order_by_record(&sandbox, &["*.example.com"])["status"], "pending_validation");

    let order = client.create_with(&["www.example.net"], &json!({"strict_domains": 0}));
    let (label, target) = expected_record(&order, "example.net");
    let id = order["id"].as_str().expect("an id");
    let www = format!("{label}.www.example.net");
    sandbox.add_record(&www, "CNAME", &target).expect("a record");
    let details = client.verify(id, "CNAME_CSR_HASH")["error"]["details"].clone();
    assert_eq!(details["example.net"]["www.example.net"], json!({"validation_successful": true}));
    assert_eq!(details["example.net"]["example.net"]["cname_found"], 0);
    // The record of the shorter name is at a parent of the longer one.
    sandbox.remove_records(&www);
    sandbox.add_record(&format!("{label}.example.net"), "CNAME", &target).expect("a record");
    assert_eq!(client.verify(id, "CNAME_CSR_HASH")["status"], "pending_validation");
}

/// What verify answers for a name with these CAA records: the code, or -1.
fn caa(name: &str, records: &[(&str, &str)]) -> i64 {
    let (sandbox, client) = start();
    for (at, value) in records {
        sandbox.add_record(at, "CAA", value).expect("a record");
    }
    let answer = client.order_by_record(&sandbox, &[name]);
    if answer["error"]["code"] == 2840 {
        assert_refused(&answer, 2840, "invalid_caa_records_detected");
        assert_eq!(answer["error"]["details"], json!([name]));
    }
    answer["error"]["code"].as_i64().unwrap_or(-1)
}

#[test]
fn caa_records_decide() {
    const OTHER: &str = "0 issue \"letsencrypt.org\"";
    const OURS: &str = "0 issue \"sectigo.com\"";
    let name = "www.example.com";
    for (records, code) in [
        (vec![], -1),
        (vec![(name, OURS)], -1),
        (vec![(name, OTHER)], 2840),
        (vec![(name, OTHER), (name, OURS)], -1),
        (vec![("example.com", OTHER)], 2840),
        (vec![("com", OTHER)], 2840),
        // The closest records decide.
        (vec![("example.com", OTHER), (name, OURS)], -1),
        (vec![("example.com", OURS), (name, "0 issue \";\"")], 2840),
        (vec![(name, "0 issue \"trust-provider.com; policy=ev\"")], -1),
        (vec![(name, "0 issue \"sectigo.com; bad parameter\"")], 2840),
        (vec![(name, "0 issuewild \"letsencrypt.org\"")], -1),
        (vec![(name, "0 iodef \"mailto:a@example.com\"")], -1),
        (vec![(name, "0 tbs \"unknown\"")], -1),
        (vec![(name, "128 tbs \"unknown\""), (name, OURS)], 2840),
        (vec![(name, "128 issue \"sectigo.com\"")], -1),
    ] {
        assert_eq!(caa(name, &records), code, "{records:?}");
    }
    for (records, code) in [
        (vec![("example.com", OTHER)], 2840),
        (vec![("example.com", OTHER), ("example.com", "0 issuewild \"sectigo.com\"")], -1),
        (vec![("example.com", OURS), ("example.com", "0 issuewild \";\"")], 2840),
    ] {
        assert_eq!(caa("*.example.com", &records), code, "{records:?}");
    }
}

#[test]
fn caa_records_may_be_out_of_reach() {
    let timeout = Duration::from_secs(1);
    for answer in [DnsAnswer::ServFail, DnsAnswer::Silence] {
        let (sandbox, client) = start_with(Options { validation_timeout: timeout, ..Options::default() });
        sandbox.set_dns_answer("example.com", answer, Duration::ZERO);
        let answer = client.order_by_record(&sandbox, &["www.example.com"]);
        assert_refused(&answer, 2841, "caa_record_check_failed");
        // "No such name" is an answer.
        sandbox.set_dns_answer("example.com", DnsAnswer::NxDomain, Duration::ZERO);
        let id = sandbox.certificates()[0].id.clone();
        assert_eq!(client.verify(&id, "CNAME_CSR_HASH")["status"], "pending_validation");
    }
}

#[test]
fn caa_records_may_stall_an_order() {
    let (sandbox, client) = start();
    sandbox.change_settings(|settings| settings.caa = CaaRefusal::Stall);
    sandbox.add_record("example.com", "CAA", "0 issue \";\"").expect("a record");
    let pending = client.order_by_record(&sandbox, &["www.example.com"]);
    assert_eq!(pending["status"], "pending_validation");
    let hour = Duration::from_secs(3600);
    sandbox.advance(hour);
    assert_eq!(sandbox.certificates()[0].status, "pending_validation");
    sandbox.remove_records("example.com");
    sandbox.advance(hour);
    assert_eq!(sandbox.certificates()[0].status, "issued");
}

#[test]
fn another_server_can_be_asked() {
    let (other, _) = start();
    let dns = Some(other.dns_address());
    let (sandbox, client) = start_with(Options { dns, ..Options::default() });
    assert_eq!(sandbox.dns_address(), other.dns_address());
    let error = sandbox.add_record("example.com", "A", "192.0.2.1").expect_err("not ours");
    assert!(error.to_string().contains("another DNS server"));
    let order = client.create(&["example.com"]);
    publish(&other, &order);
    let verified = client.verify(order["id"].as_str().expect("an id"), "CNAME_CSR_HASH");
    assert_eq!(verified["status"], "pending_validation");
}

#[test]
fn large_answers_are_fetched_over_tcp() {
    let (sandbox, client) = start();
    for number in 0..60 {
        let value = format!("0 issue \"ca{number}.example.org; account={}\"", "x".repeat(20));
        sandbox.add_record("example.com", "CAA", &value).expect("a record");
    }
    let verify = |client: &Client| client.order_by_record(&sandbox, &["example.com"]);
    assert_refused(&verify(&client), 2840, "invalid_caa_records_detected");
}
