//! Tests with real folders, sockets and processes. The shared parts are here.

mod caller;
mod elsewhere;
mod guests;
mod hook;
mod links;
mod listen;
mod server;
mod webroot;

use std::any::Any;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::client::Client;
use crate::context::Context;
use crate::endpoints::GetCertificate;
use crate::endpoints::ValidationMethod;
use crate::error::Kind;
use crate::operation::Request;

const HASH: &str = "0123456789ABCDEF0123456789abcdef";

fn file(domain: &str, content: &str) -> Challenge {
    Challenge::File {
        domain: domain.to_owned(),
        url: format!("http://{domain}/.well-known/pki-validation/{HASH}.txt"),
        file: format!("{HASH}.txt"),
        content: content.to_owned(),
    }
}

fn record(domain: &str) -> Challenge {
    Challenge::Record {
        domain: domain.to_owned(),
        name: format!("_{HASH}.{domain}"),
        target: "a.b.example.".to_owned(),
    }
}

/// Runs something like a plain call.
fn plainly<T>(
    client: &Client,
    method: ValidationMethod,
    work: impl FnOnce(&Publishing<'_>) -> Result<T>,
) -> Result<T> {
    client.enter(GetCertificate::OPERATION, None, |context| work(&publishing(context, method)))
}

fn publishing<'a>(context: &'a Context<'a>, method: ValidationMethod) -> Publishing<'a> {
    Publishing {
        context,
        method,
        entry: "an entry",
        order_id: "an id",
        fleet: None,
        end: None,
        lock: Arc::new(()),
    }
}

fn client() -> Client {
    Client::new("s3cr3t-k3y").expect("settings")
}

fn publish(publisher: &Publisher, challenge: &Challenge) -> Result<()> {
    plainly(&client(), ValidationMethod::Http, |how| publisher.publish(how, challenge))
}

fn withdraw(publisher: &Publisher, what: &Published) -> Result<()> {
    plainly(&client(), ValidationMethod::Http, |how| publisher.withdraw(how, what))
}

/// Whether this is the process that [`again`] has started.
fn is_again() -> bool {
    std::env::var_os("ZEROSSL_TEST_AGAIN").is_some()
}

/// Runs one test in its own process, for settings that apply to a whole process.
fn again(module: &str, test: &str, shell: &str, environment: &[(&str, &str)]) {
    // With bash, because dash does not pass on that SIGCHLD is ignored.
    let module = module.split_once("::").map_or(module, |(_, rest)| rest);
    let program = std::env::current_exe().expect("this program");
    let Output { status, stdout, stderr } = Command::new("bash")
        .args(["-c", &format!("{shell}; exec \"$0\" \"$@\"")])
        .arg(program)
        .args(["--exact", "--nocapture", &format!("{module}::{test}")])
        .envs(environment.iter().copied())
        .env("ZEROSSL_TEST_AGAIN", "1")
        .output()
        .expect("it starts");
    let printed = String::from_utf8_lossy(&stdout) + String::from_utf8_lossy(&stderr);
    assert!(status.success() && printed.contains("1 passed"), "{printed}");
}

#[test]
fn the_journal_keeps_it_readable() {
    let path = PathBuf::from("/var/www/.well-known");
    for (published, expected) in [
        (Published::File { path: path.clone() }, json!({"what": "file", "path": path})),
        (Published::Folder { path: path.clone() }, json!({"what": "folder", "path": path})),
        (
            Published::Challenge { challenge: record("a.example") },
            json!({"what": "challenge", "challenge": {
                "domain": "a.example",
                "name": format!("_{HASH}.a.example"),
                "target": "a.b.example.",
            }}),
        ),
    ] {
        assert_eq!(serde_json::to_value(&published).expect("JSON"), expected);
        assert_eq!(serde_json::from_value::<Published>(expected).expect("the same"), published);
    }
    let unknown = json!({"what": "file", "path": path, "more": 1});
    assert!(serde_json::from_value::<Published>(unknown).is_err());
}

#[test]
fn what_does_not_fit_is_refused() {
    let webroot = Publisher::Webroot(Webroots { all: Some(std::env::temp_dir()), ..Webroots::default() });
    let listen = Publisher::listen(([127, 0, 0, 1], 0).into());
    for publisher in [&webroot, &listen] {
        for error in [
            publisher.plan(&record("a.example")).expect_err("no file"),
            publish(publisher, &record("a.example")).expect_err("no file"),
        ] {
            assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some("validation")));
        }
        let mut odd = file("a.example", "x");
        if let Challenge::File { file, .. } = &mut odd {
            *file = "../../x.txt".to_owned();
        }
        assert_eq!(publisher.plan(&odd).expect_err("no such shape").kind(), Kind::Response);
        assert_eq!(publish(publisher, &odd).expect_err("no such shape").kind(), Kind::Response);
        let foreign = Published::Challenge { challenge: record("a.example") };
        assert_eq!(withdraw(publisher, &foreign).expect_err("not its").kind(), Kind::InvalidArgument);
    }
}

#[test]
fn nobody_publishes_nothing() {
    let publisher = Publisher::Nothing;
    let challenge = file("a.example", "x");
    for error in [
        publisher.plan(&challenge).expect_err("nobody"),
        publish(&publisher, &challenge).expect_err("nobody"),
        publish(&Publisher::Caller, &challenge).expect_err("no op"),
    ] {
        assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some("validation")));
        assert!(error.message().contains("nobody is there"), "{error}");
    }
}
