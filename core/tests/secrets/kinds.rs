//! Each kind of error, made with secrets in all that it could quote.

use std::io::Write;
use std::panic::resume_unwind;
use std::time::Duration;

use serde_json::{Value, json};
use zerossl::{CancelToken, Client, ClientBuilder, Error, Kind};
use zerossl_sandbox::{Options, Reply, Sandbox, When, WireFault};

use crate::entries::Stand;
use crate::spellings::{KEY, MASK, PASSWORD, SEAL_KEY, search_error, shown};
use crate::support::{self, fault};
use crate::{sandbox, sandbox_of, settings};

/// An error, and whether it quotes what held a secret, so that the mask has to be in it.
type Made = (bool, Error);

/// They concern a whole process, and have a test of their own.
const OF_A_PROCESS: [Kind; 2] = [Kind::Forked, Kind::Resource];

#[test]
fn of_each_kind() {
    for kind in Kind::ALL.iter().copied().filter(|kind| !OF_A_PROCESS.contains(kind)) {
        let made = errors_of(kind);
        assert!(!made.is_empty(), "there is none of kind {kind}");
        for (is_quoted, error) in made {
            assert_eq!(error.kind(), kind, "{error}");
            search_error(&error, kind.name());
            assert_eq!(shown(&error).contains(MASK), is_quoted, "{error:?}");
        }
    }
}

fn errors_of(kind: Kind) -> Vec<Made> {
    let stand = sandbox();
    match kind {
        Kind::InvalidArgument => arguments(&stand),
        Kind::Api => refused(&stand, &json!({"code": 1, "type": KEY, "info": KEY, "details": {KEY: [KEY]}})),
        Kind::Auth => refused(&stand, &json!({"code": 101, "type": "invalid_access_key", "info": KEY})),
        Kind::RateLimited => refused(&stand, &json!({"code": 429, "type": format!("rate_limit_{KEY}")})),
        Kind::Validation => {
            let checked = json!({KEY: {"file_found": 0, "error_slug": KEY, "error_info": KEY}});
            let word = "domain_control_validation_failed";
            refused(&stand, &json!({"code": 0, "type": word, "details": {"example.com": checked}}))
        }
        Kind::Response => {
            let too_large = settings(&stand).max_response_bytes(1).build().expect("settings");
            vec![
                (true, answered(&stand, Reply::text(200, format!("<html>{KEY}</html>")))),
                (false, too_large.call("list_certificates", "{}").expect_err("a byte is not enough")),
            ]
        }
        Kind::Network => network(&stand),
        Kind::Timeout => timeout(&stand),
        Kind::Tls => tls(),
        Kind::Cancelled => {
            let token = CancelToken::new();
            token.cancel();
            let client = through_proxy("127.0.0.1:1").build().expect("settings").cancelled_by(&token);
            vec![(false, client.call("list_certificates", "{}").expect_err("cancelled"))]
        }
        Kind::Ambiguous => ambiguous(&stand),
        Kind::NotReady => {
            fault(&stand, "get_certificate", 1, When::Before, Reply::broken(WireFault::Hang));
            let op = client(&stand).start("get_certificate", r#"{"id": "x"}"#).expect("an op");
            vec![(false, op.result().expect_err("it runs"))]
        }
        Kind::Internal => panics(&stand),
        Kind::Storage => Stand::new().storage().into_iter().map(|error| (true, error)).collect(),
        Kind::Busy => vec![(true, Stand::new().busy())],
        other => panic!("nothing makes errors of kind {other}"),
    }
}

fn client(sandbox: &Sandbox) -> Client {
    settings(sandbox).max_retries(0).build().expect("settings")
}

fn answered(sandbox: &Sandbox, reply: Reply) -> Error {
    fault(sandbox, "get_certificate", 1, When::Before, reply);
    client(sandbox).call("get_certificate", r#"{"id": "x"}"#).expect_err("no certificate")
}

fn refused(sandbox: &Sandbox, error: &Value) -> Vec<Made> {
    vec![(true, answered(sandbox, Reply::json(200, json!({"success": false, "error": error}))))]
}

/// A client that goes through a proxy with a password.
pub(crate) fn through_proxy(address: &str) -> ClientBuilder {
    let builder = Client::builder().access_key(KEY).base_url("https://api.example.com").max_retries(0);
    builder.proxy(format!("http://user:{PASSWORD}@{address}"))
}

fn network(stand: &Sandbox) -> Vec<Made> {
    let closed = support::closed_port();
    let (refusing, _) = support::raw_server(|mut stream| {
        support::read_head(&mut stream);
        let head = format!("HTTP/1.1 407 No\r\nProxy-Authenticate: {PASSWORD}\r\n\r\n");
        let _ = stream.write_all(head.as_bytes());
    });
    let at = |url: String| settings(stand).base_url(url).max_retries(0);
    let mut made = vec![
        (false, failure(at(format!("http://127.0.0.1:{closed}")))),
        (false, failure(at("https://no-such-host.invalid".to_owned()))),
        (false, failure(through_proxy(&format!("127.0.0.1:{closed}")))),
        (true, failure(through_proxy(&refusing.to_string()))),
    ];
    for wire in [WireFault::Reset, WireFault::Truncate] {
        made.push((false, answered(stand, Reply::broken(wire))));
    }
    made
}

fn tls() -> Vec<Made> {
    let unknown = sandbox_of(Options { tls: true, ..Options::default() });
    let (plain, _) = support::raw_server(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        support::read_to_end(stream);
    });
    let proxy = format!("https://user:{PASSWORD}@{plain}");
    vec![(false, failure(settings(&unknown))), (false, failure(through_proxy("").proxy(proxy)))]
}

fn timeout(stand: &Sandbox) -> Vec<Made> {
    fault(stand, "list_certificates", 1, When::Before, Reply::broken(WireFault::Hang));
    let (silent, _guard) = support::unresponsive_address();
    let short = Duration::from_millis(200);
    vec![
        (false, failure(settings(stand).timeout(short))),
        (false, failure(through_proxy(&silent.to_string()).connect_timeout(short))),
    ]
}

fn failure(builder: ClientBuilder) -> Error {
    builder.build().expect("settings").call("list_certificates", "{}").expect_err("no way through")
}

/// The search for a lost order finds one that quotes the key, or fails with an answer that does.
fn ambiguous(stand: &Sandbox) -> Vec<Made> {
    let order = json!({"id": "1", "type": KEY, "common_name": "example.com", "status": "draft", KEY: KEY});
    let page = || Reply::text(403, format!("<html>{KEY}</html>"));
    let lost = |found: Reply| {
        fault(stand, "create_certificate", 1, When::Before, page());
        fault(stand, "list_certificates", 1, When::Before, found);
        let wanted = zerossl::CreateCertificate::new(["example.com"], support::csr());
        client(stand).send(&wanted).expect_err("it is lost")
    };
    let found = lost(Reply::json(200, json!({"total_count": 1, "results": [order]})));
    assert_eq!(found.candidates().len(), 1, "{found}");
    vec![(true, found), (true, lost(page()))]
}

/// What the caller gives us panics, and says the key: in each way to run an operation.
fn panics(stand: &Sandbox) -> Vec<Made> {
    // Nothing is printed of such a panic.
    fn panic<T>() -> T {
        resume_unwind(Box::new(format!("at {KEY}")))
    }
    let client = client(stand);
    let id = r#"{"id": "x"}"#;
    let logging = client.logging_to(|_| panic());
    let recording = client.recording_to(|_| panic());
    let asking = client.cancelled_by(&CancelToken::asking(panic));
    let ops = [recording.start("get_certificate", id), recording.start_call("get_certificate", id)];
    let errors = [
        logging.call("get_certificate", id).expect_err("a panic"),
        recording.send(&zerossl::GetCertificate::new("x")).expect_err("a panic"),
        asking.call("get_certificate", id).expect_err("a panic"),
        logging
            .certificates(zerossl::ListCertificates::default())
            .next()
            .expect("an item")
            .expect_err("a panic"),
    ];
    let of_ops = ops.map(|op| op.expect("an op").finish().expect_err("a panic"));
    errors.into_iter().chain(of_ops).map(|error| (true, error)).collect()
}

/// Of parameters, the names are quoted, and names for certificates. Settings are not.
fn arguments(stand: &Sandbox) -> Vec<Made> {
    let client = client(stand);
    let op = client.start("list_certificates", "{}").expect("an op");
    let given = |name: &str| json!({name: KEY}).to_string();
    // What an id may hold.
    let name = KEY.trim_matches(|c: char| "<>\"'\\".contains(c));
    let csr = json!({"domains": ["example.com"], "csr": KEY}).to_string();
    let key = json!({"domains": ["example.com"], "private_key": KEY}).to_string();
    let domain = json!({"domains": [KEY], "csr": support::csr()}).to_string();
    let query = json!({"method": "GET", "path": "/", "query": {KEY: [KEY]}}).to_string();
    let called = |operation: &str, given: &str| client.call(operation, given).map(drop);
    let outcomes = [
        (false, called(KEY, "{}")),
        (false, called("get_certificate", KEY)),
        (false, called("get_certificate", &given("id"))),
        (true, called("get_certificate", &given(name))),
        (false, called("list_certificates", &given("status"))),
        (true, called("create_certificate", &domain)),
        (false, called("create_certificate", &csr)),
        (false, called("generate_csr", &key)),
        (false, called("request", &given("method"))),
        (true, called("request", &query)),
        (false, client.check("get_certificate", &given("id"))),
        (false, client.start("get_certificate", KEY).map(drop)),
        (false, client.start_call(KEY, "{}").map(drop)),
        (false, op.reply(KEY)),
        (false, op.reply(&given("id"))),
    ];
    let settings = wrong_settings().into_iter().map(|outcome| (false, outcome.map(drop)));
    let made = outcomes.into_iter().chain(settings).enumerate();
    made.map(|(number, (is_quoted, outcome))| (is_quoted, outcome.expect_err(&number.to_string()))).collect()
}

fn wrong_settings() -> Vec<Result<Client, Error>> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key");
    std::fs::write(&file, format!("{KEY} {KEY}")).expect("written");
    let given = |name: &str| json!({name: KEY}).to_string();
    let (plain, store) = (Client::builder, || Client::builder().store("s3://certificates"));
    let in_json = |json: &str| ClientBuilder::from_json(json);
    let builders = [
        Ok(plain().access_key(format!("{KEY}\n"))),
        Ok(plain().access_key_file(&file)),
        Ok(plain().access_key(KEY).access_key_file(&file)),
        Ok(plain().base_url(format!("https://user:{PASSWORD}@127.0.0.1"))),
        Ok(plain().base_url(format!("http://localhost:1/{PASSWORD}@h"))),
        Ok(plain().proxy(format!("gopher://user:{PASSWORD}@127.0.0.1"))),
        Ok(plain().proxy(format!("http://{PASSWORD}:1/{PASSWORD}@h"))),
        Ok(plain().store(format!("s3://key:{PASSWORD}@bucket"))),
        Ok(plain().store(format!("postgresql://me:{PASSWORD}@db/certificates"))),
        Ok(plain().seal_key(SEAL_KEY)),
        Ok(store().seal_key(format!("{SEAL_KEY}{SEAL_KEY}"))),
        Ok(store().seal_key(KEY)),
        Ok(store().seal_key_file(&file)),
        Ok(store().seal_key(SEAL_KEY).sealed(false)),
        Ok(store().seal_key(SEAL_KEY).seal_keys_old([KEY.into()])),
        Ok(store().seal_key(SEAL_KEY).store_endpoint(format!("https://user:{PASSWORD}@h"))),
        in_json(&given("access_kye")),
        in_json(&given("auth")),
        in_json(KEY),
    ];
    builders.into_iter().map(|builder| builder.and_then(ClientBuilder::build)).collect()
}
