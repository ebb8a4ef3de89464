//! Nothing that is shown contains a secret: every kind of error, every `Debug`, every log line at the finest level.

mod support;

use std::sync::{Mutex, Once};

use log::{LevelFilter, Log, Metadata, Record};
use support::{fault, sandbox_with};
use zerossl::{Auth, CancelToken, ClientBuilder, EabCredentials, GenerateCsr, Next, Secret};
use zerossl_sandbox::{Body, Options, Reply, Sandbox, When, WireFault};

/// Needs escaping in URLs, HTML, JSON and headers.
const KEY: &str = r#"S3CR+T/k&y<>"'\%=?"#;
const PASSWORD: &str = "pr0xy%2Bpassword";

/// Spellings that must not appear. The parts of the key between the special characters are plain in most spellings.
const SPELLINGS: &[&str] = &[
    "S3CR",
    "T/k",
    "T%2Fk",
    "T%2fk",
    "T&#x2F;k",
    "T&#47;k",
    r"T\/k",
    "y&lt;&gt;",
    "y%3C%3E",
    "pr0xy",
    "%2Bpassword",
];

fn search(shown: &str, what: &str) {
    for spelling in SPELLINGS {
        assert!(!shown.contains(spelling), "{what} shows a secret ({spelling}): {shown}");
    }
}

struct Kept(Mutex<Vec<String>>);

static LOG: Kept = Kept(Mutex::new(Vec::new()));

impl Log for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("zerossl")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.lock().expect("no panic").push(format!("{} {}", record.level(), record.args()));
        }
    }

    fn flush(&self) {}
}

fn keep_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&LOG).expect("no other logger");
        log::set_max_level(LevelFilter::Trace);
    });
}

fn sandbox() -> Sandbox {
    keep_log();
    sandbox_with(Options { access_key: KEY.to_owned(), ..Options::default() })
}

fn settings(sandbox: &Sandbox) -> ClientBuilder {
    support::settings(sandbox).max_retries(1)
}

/// What a server may send back: the key in every possible spelling.
fn echoes() -> Vec<String> {
    let spelled = |spell: fn(u8) -> String| KEY.bytes().map(spell).collect::<Vec<_>>().concat();
    let percent = spelled(|byte| format!("%{byte:02X}"));
    let entities = spelled(|byte| format!("&#{byte};"));
    let json = serde_json::to_string(KEY).expect("JSON").trim_matches('"').to_owned();
    let form = "S3CR%2BT%2Fk%26y%3C%3E%22%27%5C%25%3D%3F".to_owned();
    let html = KEY.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    vec![
        KEY.to_owned(),
        percent.to_lowercase(),
        percent,
        entities,
        json.replace('/', r"\/"),
        json,
        form,
        html,
    ]
}

#[test]
fn errors_whatever_the_server_sends_back() {
    for echo in echoes() {
        for reply in [
            Reply::text(200, format!("<html>GET /certificates?access_key={echo}</html>")),
            Reply::text(500, format!("<html>{echo}</html>")),
            Reply::text(429, echo.clone()).with_header("Retry-After", "0"),
            Reply::text(301, echo.clone()).with_header("Location", "https://elsewhere.example.com/"),
            Reply::json(
                200,
                serde_json::json!({"success": false, "error": {"code": 1, "type": echo, "info": echo, "details": {&echo: [&echo]}}}),
            ),
            Reply::json(
                200,
                serde_json::json!({"success": false, "error": {"code": 0, "type": "domain_control_validation_failed", "details": {"example.com": {&echo: {"file_found": 0, "error_slug": echo, "error_info": echo}}}}}),
            ),
            Reply::json(200, serde_json::json!({"success": false, "error": echo})),
        ] {
            for auth in [Auth::Query, Auth::Header] {
                let sandbox = sandbox();
                let client = settings(&sandbox).auth(auth).build().expect("settings");
                fault(&sandbox, "get_certificate", 9, When::Before, reply.clone());
                let error = client.call("get_certificate", r#"{"id": "x"}"#).expect_err("no certificate");
                search(error.message(), "an error's message");
                search(&format!("{error} {error:?} {}", error.to_json()), "an error");
            }
        }
    }
}

#[test]
fn errors_of_the_network_and_of_parameters() {
    let sandbox = sandbox();
    let on_wire = [WireFault::Reset, WireFault::Truncate, WireFault::Hang];
    for wire in on_wire {
        fault(&sandbox, "list_certificates", 9, When::Before, Reply::broken(wire));
    }
    let client = settings(&sandbox).timeout(std::time::Duration::from_millis(300)).build().expect("settings");
    let token = CancelToken::new();
    token.cancel();
    let closed = format!("http://127.0.0.1:{}", support::closed_port());
    let with_key =
        |parameter: &str| format!(r#"{{"{parameter}": {}}}"#, serde_json::to_string(KEY).expect("JSON"));
    let mut errors = vec![
        client.cancelled_by(&token).call("list_certificates", "{}"),
        settings(&sandbox).base_url(closed).build().and_then(|client| client.call("list_certificates", "{}")),
        settings(&sandbox)
            .base_url("https://no-such-host.invalid")
            .build()
            .and_then(|client| client.call("list_certificates", "{}")),
        settings(&sandbox).max_response_bytes(1).build().and_then(|client| client.call("validate_csr", "{}")),
        settings(&sandbox)
            .proxy(format!("http://user:{PASSWORD}@127.0.0.1:{}", support::closed_port()))
            .build()
            .and_then(|client| client.call("list_certificates", "{}")),
        settings(&sandbox)
            .proxy(format!("gopher://user:{PASSWORD}@127.0.0.1"))
            .build()
            .map(|_| String::new()),
        settings(&sandbox).proxy(format!("http://{PASSWORD}:1/{PASSWORD}@h")).build().map(|_| String::new()),
        settings(&sandbox)
            .base_url(format!("http://localhost:1/{PASSWORD}@h"))
            .build()
            .map(|_| String::new()),
        settings(&sandbox)
            .base_url(format!("https://user:{PASSWORD}@127.0.0.1"))
            .build()
            .map(|_| String::new()),
        client.call(KEY, "{}"),
        client.call("get_certificate", &with_key("id")),
        client.call("get_certificate", &with_key(KEY.trim_matches(|c: char| "<>\"'\\".contains(c)))),
        client.call(
            "create_certificate",
            &format!(r#"{{"domains": [{}], "csr": "x"}}"#, serde_json::to_string(KEY).expect("JSON")),
        ),
        client.call("get_certificate", KEY),
        ClientBuilder::from_json(&with_key("access_kye")).map(|_| String::new()),
    ];
    errors.extend(on_wire.iter().map(|_| client.call("list_certificates", "{}")));
    for outcome in errors {
        let error = outcome.expect_err("each of them fails");
        search(&format!("{error} {error:?} {}", error.to_json()), "an error");
    }
}

#[test]
fn debug_of_every_public_type() {
    let sandbox = sandbox();
    let builder = settings(&sandbox).proxy(format!("http://user:{PASSWORD}@127.0.0.1:1"));
    search(&format!("{builder:?} {builder:#?}"), "the builder");
    let client = settings(&sandbox).build().expect("settings");
    search(&format!("{client:?} {client:#?}"), "the client");
    let op = client.start("list_certificates", "{}").expect("an op");
    while let Ok(Next::Event(event)) = op.next(None) {
        search(&format!("{event:?}"), "an event");
    }
    search(&format!("{op:?} {:?}", client.certificates(zerossl::ListCertificates::default())), "an op");
    search(&format!("{:?} {:#?}", Secret::from(KEY), Secret::from(KEY)), "a secret");
    let credentials: EabCredentials =
        serde_json::from_str(r#"{"eab_kid": "kid", "eab_hmac_key": "S3CR"}"#).expect("credentials");
    search(&format!("{credentials:?}"), "the credentials");
    let generated = client.send(&GenerateCsr::new(["example.com"])).expect("a key");
    let key = generated
        .private_key
        .as_ref()
        .expect("a new key")
        .reveal()
        .lines()
        .nth(1)
        .expect("base64")
        .to_owned();
    assert!(!format!("{generated:?}").contains(&key));
    let mut reuse = GenerateCsr::new(["example.com"]);
    reuse.private_key.clone_from(&generated.private_key);
    assert!(!format!("{reuse:?}").contains(&key));
}

/// Somebody tries a wrong key, and it is a word of our own message. What the service says of it is not shown.
#[test]
fn a_key_that_is_a_word_leaves_the_advice_readable() {
    let sandbox = sandbox();
    for key in ["wrong", "key", "access", "invalid"] {
        let body = format!(
            r#"{{"success": false, "error": {{"code": 101, "type": "invalid_access_key", "info": "[{key}]"}}}}"#
        );
        fault(&sandbox, "list_certificates", 1, When::Before, Reply::new(200, Body::Text(body)));
        let client = settings(&sandbox).access_key(key).build().expect("settings");
        let error = client.call("list_certificates", "{}").expect_err("refused");
        let advice = "refused with invalid_access_key (101): the access key is wrong; copy it from";
        assert!(error.message().contains(advice), "{error}");
        assert!(error.message().ends_with("(it says: [[secret]])"), "{error}");
        assert_eq!(error.api_type(), Some("invalid_access_key"));
    }
}

#[test]
fn secrets_of_the_service_stay_out_of_errors() {
    let sandbox = sandbox();
    let client = settings(&sandbox).build().expect("settings");
    let pem = "-----BEGIN PRIVATE KEY-----\nS3CR\n-----END PRIVATE KEY-----";
    for text in [r#"eab: {"eab_hmac_key":"S3CR","#.to_owned(), pem.to_owned()] {
        fault(&sandbox, "generate_eab_credentials", 1, When::Before, Reply::text(200, text));
        let error = client.call("generate_eab_credentials", "{}").expect_err("not JSON");
        search(&format!("{error} {error:?}"), "an error");
    }
    let error =
        client.call("validate_csr", &serde_json::json!({"csr": pem}).to_string()).expect_err("a private key");
    search(&format!("{error} {error:?}"), "an error");
    assert!(error.message().contains("private key") && sandbox.requests().len() == 2, "{error}");
}

#[test]
fn log_lines_and_log_events() {
    let sandbox = sandbox();
    let client = settings(&sandbox).build().expect("settings");
    fault(
        &sandbox,
        "get_certificate",
        2,
        When::Before,
        Reply::text(503, KEY).with_header("Retry-After", "0"),
    );
    let op = client.start("get_certificate", r#"{"id": "x"}"#).expect("an op");
    let mut events = 0;
    while let Ok(Next::Event(event)) = op.next(None) {
        search(event.json(), "a log event");
        events += 1;
    }
    assert!(events >= 3, "{events}");
    client.call("request", r#"{"method": "GET", "path": "/certificates"}"#).expect("a list");
    let lines = LOG.0.lock().expect("no panic");
    assert!(lines.iter().any(|line| line.contains("/certificates/{id} (attempt 1")), "{lines:?}");
    lines.iter().for_each(|line| search(line, "a log line"));
}
