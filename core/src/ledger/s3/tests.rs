//! S3 as a real server speaks it: `make test-fleet` starts versitygw and says where it is.

use std::net::SocketAddr;
use std::sync::Arc;

use super::*;
use crate::closed_address::closed_address;
use crate::error::Kind;
use crate::ledger::conformance::failing::{a_hanging_call_ends, failures};
use crate::ledger::conformance::middleman::{Middleman, Mode};
use crate::ledger::conformance::server::Server;
use crate::ledger::conformance::{Caller, conformance, folder};
use crate::ledger::environment::{self, Environment};

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: `make test-fleet` does it"))
}

/// Keys that may do everything.
fn keys() -> Environment {
    environment::of(&[
        ("AWS_ACCESS_KEY_ID", &variable("ZEROSSL_TEST_S3_KEY")),
        ("AWS_SECRET_ACCESS_KEY", &variable("ZEROSSL_TEST_S3_SECRET")),
    ])
}

fn server() -> SocketAddr {
    variable("ZEROSSL_TEST_S3").parse().expect("an address")
}

fn at(server: SocketAddr, bucket: &str, environment: Environment) -> S3 {
    let settings = ClientBuilder::default().store_endpoint(format!("http://{server}"));
    S3::new(&settings, bucket, "some/where/", environment).expect("settings")
}

fn bucket() -> String {
    variable("ZEROSSL_TEST_S3_BUCKET")
}

fn ledger() -> Arc<dyn Ledger> {
    Arc::new(at(server(), &bucket(), keys()))
}

conformance!(ledger, ignore = "needs an S3 server: make test-fleet");

#[test]
#[ignore = "needs an S3 server: make test-fleet"]
fn wrong_keys_are_refused_and_not_shown() {
    let (id, secret) = (variable("ZEROSSL_TEST_S3_KEY"), variable("ZEROSSL_TEST_S3_SECRET"));
    for (variables, code, advice) in [
        (
            vec![("AWS_ACCESS_KEY_ID", "AKIANOBODY"), ("AWS_SECRET_ACCESS_KEY", &secret)],
            "InvalidAccessKeyId",
            "check the keys from the environment",
        ),
        (
            vec![("AWS_ACCESS_KEY_ID", &id), ("AWS_SECRET_ACCESS_KEY", "0therS3cret")],
            "SignatureDoesNotMatch",
            "does not belong to the key id",
        ),
        (
            vec![
                ("AWS_ACCESS_KEY_ID", &variable("ZEROSSL_TEST_S3_GUEST")),
                ("AWS_SECRET_ACCESS_KEY", &secret),
            ],
            "AccessDenied",
            "allow s3:GetObject",
        ),
    ] {
        let ledger: Arc<dyn Ledger> = Arc::new(at(server(), &bucket(), environment::of(&variables)));
        for error in failures(&ledger, &Caller::new()) {
            let text = format!("{error:?}");
            assert_eq!(
                (error.kind(), error.is_retryable(), error.is_uncertain()),
                (Kind::Storage, false, false),
                "{text}"
            );
            assert!(error.message().starts_with(&format!("s3://{}/some/where/", bucket())), "{text}");
            assert!(text.contains(code) && text.contains(advice), "{text}");
            assert!(!text.contains(&secret) && !text.contains("0therS3cret"), "{text}");
        }
    }
}

#[test]
#[ignore = "needs an S3 server: make test-fleet"]
fn the_rights_of_the_documentation_are_enough_and_needed() {
    let (few, bucket) = (variable("ZEROSSL_TEST_S3_FEW"), bucket());
    let secret = variable("ZEROSSL_TEST_S3_SECRET");
    let grant = |actions: &str| {
        let caller = Caller::new();
        let owner = at(server(), &bucket, keys());
        let mut request = Request { key: String::new(), ..owner.request(Method::Put, "policy") };
        request.query = vec![("policy", String::new())];
        let allow = |actions: &str, on: &str| {
            format!(
                r#"{{"Effect": "Allow", "Principal": {{"AWS": "{few}"}}, "Action": [{actions}],
                    "Resource": "arn:aws:s3:::{bucket}{on}"}}"#
            )
        };
        // As docs/fleet.md has them.
        let objects = allow(r#""s3:GetObject", "s3:PutObject", "s3:DeleteObject""#, "/some/where/*");
        let statements = [objects].into_iter().chain((!actions.is_empty()).then(|| allow(actions, "")));
        let statements = statements.collect::<Vec<_>>().join(", ");
        let policy = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        request.body = Some(policy.into_bytes());
        let answer = owner.server.send(&caller, request).expect("an answer");
        assert!(matches!(answer.status(), 200 | 204), "{answer:?}");
    };
    let environment = || environment::of(&[("AWS_ACCESS_KEY_ID", &few), ("AWS_SECRET_ACCESS_KEY", &secret)]);
    let (caller, name) = (Caller::new(), format!("{}/journal", folder()));
    let ledger: Arc<dyn Ledger> = Arc::new(at(server(), &bucket, environment()));

    grant(r#""s3:ListBucket""#);
    assert_eq!(caller.get(&ledger, &name), None);
    let version = caller.put(&ledger, &name, b"1", None).expect("it is absent");
    let version = caller.put(&ledger, &name, b"2", Some(&version)).expect("that version is there");
    assert_eq!(ledger.list(&caller, &name).expect("a list"), [(name.clone(), version)]);
    ledger.delete(&caller, &name).expect("there");
    // Beside the prefix it may do nothing.
    let settings = ClientBuilder::default().store_endpoint(format!("http://{}", server()));
    let beside = S3::new(&settings, &bucket, "else/where/", environment()).expect("settings");
    let error = beside.delete(&caller, "a").expect_err("not allowed");
    assert!(error.message().contains("AccessDenied"), "{error}");

    grant("");
    let error = ledger.list(&caller, &name).expect_err("not allowed");
    assert!(error.message().contains("s3:ListBucket on the bucket"), "{error}");
}

#[test]
#[ignore = "needs an S3 server: make test-fleet"]
fn a_bucket_that_does_not_exist_is_no_empty_store() {
    let ledger: Arc<dyn Ledger> = Arc::new(at(server(), "nobodys-bucket", keys()));
    for error in failures(&ledger, &Caller::new()) {
        assert_eq!((error.kind(), error.is_retryable()), (Kind::Storage, false), "{error}");
        assert!(
            error.message().contains("NoSuchBucket") && error.message().contains("make the bucket"),
            "{error}"
        );
    }
}

#[test]
fn a_server_that_is_not_there_is_retryable() {
    let closed = closed_address();
    let keys = environment::of(&[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hunter2")]);
    let ledger: Arc<dyn Ledger> = Arc::new(at(closed, "certs", keys));
    for error in failures(&ledger, &Caller::new()) {
        assert_eq!(
            (error.kind(), error.is_retryable(), error.is_uncertain()),
            (Kind::Storage, true, false),
            "{error}"
        );
        assert!(error.message().contains(&format!("{closed} refused the connection")), "{error}");
        assert!(error.message().contains("check the network and `store_endpoint`"), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error}");
    }
}

#[test]
#[ignore = "needs an S3 server: make test-fleet"]
fn a_lost_answer_is_an_error_of_a_write_and_no_trouble_for_a_read() {
    let (middleman, caller) = (Middleman::before(server()), Caller::new());
    let name = format!("{}/journal", folder());
    let direct = ledger();
    let ledger: Arc<dyn Ledger> = Arc::new(at(middleman.address, &bucket(), keys()));
    let first = caller.put(&ledger, &name, b"1", None).expect("it is absent");

    middleman.set(Mode::Cut);
    let before = middleman.requests();
    let error = ledger.put_if(&caller, &name, b"2", Some(&first)).expect_err("its answer is lost");
    assert_eq!(
        (error.kind(), error.is_retryable(), error.is_uncertain()),
        (Kind::Storage, true, true),
        "{error}"
    );
    assert!(error.message().contains("broke off") || error.message().contains("closed"), "{error}");
    // Head and body of one request: it was carried out, once.
    assert!(middleman.requests() - before <= 2);
    let (content, second) = caller.get(&direct, &name).expect("there");
    assert_eq!(content, b"2");
    assert_eq!(caller.put(&direct, &name, b"3", Some(&first)), None);

    let before = middleman.requests();
    let error = ledger.get(&caller, &name, None).expect_err("each answer is lost");
    assert!(error.is_retryable(), "{error}");
    assert_eq!(middleman.requests() - before, 4, "a read is tried again three times");
    middleman.set(Mode::Through);
    assert_eq!(caller.get(&ledger, &name), Some((content, second)));
}

#[test]
#[ignore = "needs an S3 server: make test-fleet"]
fn a_cancel_and_a_deadline_end_a_call_that_hangs() {
    let middleman = Middleman::before(server());
    let ledger: Arc<dyn Ledger> = Arc::new(at(middleman.address, &bucket(), keys()));
    middleman.set(Mode::Silent);
    a_hanging_call_ends(&ledger, &middleman);
}

/// An error document.
fn refusal(status: u16, code: &str) -> (u16, &'static str, String) {
    (status, "", format!("<Error><Code>{code}</Code><Message>hunter2</Message></Error>"))
}

fn at_server(server: &Server) -> Arc<dyn Ledger> {
    let keys = environment::of(&[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hunter2")]);
    Arc::new(at(server.address, "certs", keys))
}

#[test]
fn a_server_that_ignores_conditions_gets_no_record() {
    let server = Server::start(|_| (200, "ETag: \"1\"\r\n", String::new()));
    let ledger = at_server(&server);
    for _ in 0..2 {
        let error = ledger.put_if(&Caller::new(), "a", b"x", None).expect_err("refused");
        assert!(error.message().contains("ignores the condition of a write"), "{error}");
        let requests = server.requests();
        assert!(
            requests.len() == 1 && requests[0].contains("/certs/some/where/zerossl-probe?"),
            "{requests:?}"
        );
    }
}

/// The answers to the writes of a record, of a server that obeys conditions.
fn writes(answers: Vec<(u16, &'static str, String)>) -> (Server, Arc<dyn Ledger>) {
    let answers = std::sync::Mutex::new(answers.into_iter());
    let server = Server::start(move |request| {
        if request.contains(PROBE) {
            return refusal(412, "PreconditionFailed");
        }
        answers.lock().expect("no panic").next().expect("no more requests")
    });
    let ledger = at_server(&server);
    (server, ledger)
}

#[test]
fn a_write_is_sent_again_only_if_it_was_not_carried_out() {
    let done = || (200, "ETag: \"2\"\r\n", String::new());
    for first in [
        refusal(409, "ConditionalRequestConflict"),
        refusal(409, "OperationAborted"),
        refusal(503, "SlowDown"),
        refusal(400, "ExpiredToken"),
    ] {
        let (server, ledger) = writes(vec![first, done()]);
        let version = Version("1".to_owned());
        assert!(Caller::new().put(&ledger, "a", b"x", Some(&version)).is_some());
        let requests = server.requests();
        let [probe, first, second] = requests.as_slice() else { panic!("{requests:?}") };
        assert!(probe.ends_with(" | if-match: \"00000000000000000000000000000000\""), "{probe}");
        for request in [first, second] {
            assert!(
                request.starts_with("PUT /certs/some/where/a?") && request.ends_with(" | if-match: \"1\""),
                "{request}"
            );
            assert!(request.contains("X-Amz-SignedHeaders=host%3Bif-match"), "{request}");
        }
    }
    for (answer, retryable) in [
        (refusal(500, "InternalError"), true),
        (refusal(503, "ServiceUnavailable"), true),
        ((502, "", "<html>hunter2</html>".to_owned()), true),
        ((200, "", String::new()), false),
        ((307, "Location: http://127.0.0.1:1/\r\n", String::new()), false),
    ] {
        let (server, ledger) = writes(vec![answer]);
        let error = ledger.put_if(&Caller::new(), "a", b"x", None).expect_err("not known");
        assert_eq!(
            (error.kind(), error.is_retryable(), error.is_uncertain()),
            (Kind::Storage, retryable, true),
            "{error}"
        );
        assert_eq!(server.requests().len(), 2, "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn a_conflict_that_stays_is_an_error_that_is_certain() {
    let (server, ledger) = writes(vec![refusal(409, "ConditionalRequestConflict"); 4]);
    let error = ledger.put_if(&Caller::new(), "a", b"x", None).expect_err("each time");
    assert_eq!(
        (error.is_retryable(), error.is_uncertain(), error.http_status()),
        (true, false, Some(409)),
        "{error}"
    );
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn a_page_of_another_server_is_no_absent_record() {
    let server = Server::start(|_| (404, "", "<html>Not found</html>".to_owned()));
    for error in failures(&at_server(&server), &Caller::new()) {
        assert!(error.message().contains("is `store_endpoint` an S3 server?"), "{error}");
    }
}

#[test]
fn a_list_that_does_not_end_is_an_error() {
    let page = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>\
                </ListBucketResult>";
    let server = Server::start(move |_| (200, "", page.to_owned()));
    let error = at_server(&server).list(&Caller::new(), "a").expect_err("it does not end");
    assert!(error.message().contains("its pages do not come to an end"), "{error}");
    assert_eq!(server.requests().len(), 2);
}
