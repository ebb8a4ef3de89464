//! Keys of a container and of an instance, from servers on loopback that speak as Amazon's do.

use super::*;
use crate::closed_address::closed_address;
use crate::ledger::conformance::Caller;
use crate::ledger::conformance::server::Server;
use crate::ledger::environment;
use crate::secret::Secret;

fn found(variables: &[(&str, &str)]) -> Result<Arc<Keys>> {
    let caller = Caller::new();
    Keyring::new(environment::of(variables)).keys(&caller, caller.deadline())
}

fn json(id: &str, left: Duration) -> String {
    let end = crate::time::Time::from(SystemTime::now() + left);
    format!(
        r#"{{"Code":"Success","AccessKeyId":"{id}","SecretAccessKey":"hunter2","Token":"t0ken","Expiration":"{end}"}}"#
    )
}

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn a_container_has_keys_of_its_role() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    std::fs::write(&file, "Bearer-1\n").expect("a file");
    let server = Server::start(|_| (200, "", json("ASIA1", HOUR)));
    let url = format!("{}/v1/credentials?x=y", server.url());
    let full = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str());
    let token = ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.to_str().expect("UTF-8"));
    let keys = found(&[full, token]).expect("keys");
    assert_eq!((keys.id.as_str(), keys.secret.reveal()), ("ASIA1", "hunter2"));
    assert_eq!(keys.token.as_ref().map(Secret::reveal), Some("t0ken"));
    let left = keys.expires.and_then(|end| end.duration_since(SystemTime::now()).ok()).expect("an end");
    assert!(left <= HOUR && left > HOUR * 59 / 60, "{left:?}");
    assert_eq!(server.requests(), ["GET /v1/credentials?x=y | authorization: Bearer-1"]);
    found(&[full, ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic-2")]).expect("keys");
    assert_eq!(server.requests(), ["GET /v1/credentials?x=y | authorization: Basic-2"]);
    // What comes first in the order of the places counts.
    let keys = found(&[full, ("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "s")]).expect("keys");
    assert_eq!((keys.id.as_str(), server.requests().len()), ("AKIA", 0));
}

#[test]
fn keys_are_not_asked_for_in_the_clear_elsewhere() {
    let error =
        found(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/keys")]).expect_err("plain HTTP");
    assert!(
        error.message().contains("AWS_CONTAINER_CREDENTIALS_FULL_URI`: plain http would show"),
        "{error}"
    );
}

#[test]
fn an_answer_without_keys_is_not_shown() {
    for (status, body, expected) in [
        (500, r#"{"SecretAccessKey":"hunter2"}"#, "gave no keys (HTTP 500)"),
        (200, r#"{"SecretAccessKey":"hunter2"}"#, "its answer is not the expected JSON"),
        (200, "hunter2", "its answer is not the expected JSON"),
    ] {
        let server = Server::start(move |_| (status, "", body.to_owned()));
        let error = found(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &server.url())]).expect_err("no keys");
        assert!(error.message().contains(expected) && !error.message().contains("hunter2"), "{error}");
    }
}

#[test]
fn an_instance_has_keys_of_its_role() {
    let server = Server::start(|request| match request {
        "PUT /latest/api/token" => (200, "", "T0K==".to_owned()),
        "GET /latest/meta-data/iam/security-credentials/" => (200, "", "web-server".to_owned()),
        "GET /latest/meta-data/iam/security-credentials/web-server" => (200, "", json("ASIA2", HOUR)),
        _ => (404, "", String::new()),
    });
    let service = ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &*server.url());
    let keys = found(&[service]).expect("keys");
    assert_eq!((keys.id.as_str(), keys.source.as_str()), ("ASIA2", "the instance's role `web-server`"));
    assert_eq!(
        server.requests(),
        [
            "PUT /latest/api/token | x-aws-ec2-metadata-token-ttl-seconds: 21600",
            "GET /latest/meta-data/iam/security-credentials/ | x-aws-ec2-metadata-token: T0K==",
            "GET /latest/meta-data/iam/security-credentials/web-server | x-aws-ec2-metadata-token: T0K==",
        ]
    );
    let error = found(&[service, ("AWS_EC2_METADATA_DISABLED", "true")]).expect_err("not asked");
    assert!(error.message().contains("AWS_EC2_METADATA_DISABLED is set"), "{error}");
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn without_keys_all_places_are_named() {
    let closed = closed_address();
    let error =
        found(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &format!("http://{closed}"))]).expect_err("no keys");
    let message = error.message();
    assert!(message.contains("AWS_ACCESS_KEY_ID") && message.contains("~/.aws/credentials"), "{message}");
    assert!(message.contains("no metadata service of an instance answers here"), "{message}");
    for (name, missing) in
        [("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID")]
    {
        let error = found(&[(name, "x")]).expect_err("half of it");
        assert!(error.message().contains(&format!("{missing} is not; set both or none")), "{error}");
    }
}

#[test]
fn keys_are_fetched_again_before_their_end_and_after_a_refusal() {
    let caller = Caller::new();
    let keyring = |server: &Server| {
        Keyring::new(environment::of(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &server.url())]))
    };
    let keys = |keyring: &Keyring| keyring.keys(&caller, caller.deadline()).expect("keys");

    let server = Server::start(|_| (200, "", json("ASIA", HOUR)));
    let long = keyring(&server);
    let first = keys(&long);
    assert!(Arc::ptr_eq(&first, &keys(&long)));
    assert_eq!(server.requests().len(), 1, "they are good for an hour");
    long.forget(&first);
    let second = keys(&long);
    assert_eq!(server.requests().len(), 1, "S3 did not take the first ones");
    long.forget(&first);
    assert!(Arc::ptr_eq(&second, &keys(&long)), "another thread's refusal does not concern the new ones");

    let server = Server::start(|_| (200, "", json("ASIA", AHEAD * 4 / 5)));
    let short = keyring(&server);
    assert!(!Arc::ptr_eq(&keys(&short), &keys(&short)));
    assert_eq!(server.requests().len(), 2, "their end is near");

    // Whoever gives them out is out of order for a while.
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => (200, "", json("ASIA", Duration::from_secs(60))),
        _ => (500, "", String::new()),
    });
    let failing = keyring(&server);
    assert!(Arc::ptr_eq(&keys(&failing), &keys(&failing)));
    assert_eq!(server.requests().len(), 2);
}
