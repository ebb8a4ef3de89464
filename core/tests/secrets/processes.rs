//! The kinds of errors that concern a whole process. Each is made in a process of its own.

use std::fs::File;

use serde_json::json;
use zerossl::{Client, Error, Kind};

use crate::spellings::{KEY, MASK, search_error, shown};
use crate::support;

/// Nothing answers there, and nothing is sent.
fn client() -> Client {
    crate::kinds::through_proxy("127.0.0.1:1").build().expect("settings")
}

#[test]
fn without_descriptors() {
    if !support::is_again() {
        let printed = support::again("processes::without_descriptors", "ulimit -n 64", |_| {});
        return assert!(printed.contains("1 passed"), "{printed}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    // The key is in the paths.
    let directory = folder.path().join(KEY);
    std::fs::create_dir_all(directory.join("example.com")).expect("folders");
    let ca_file = directory.join("ca.pem");
    std::fs::write(&ca_file, "").expect("written");
    std::fs::write(directory.join("example.com/journal.json"), "{}").expect("written");
    let client = client();
    let op = client.start("generate_csr", r#"{"domains": ["example.com"]}"#).expect("an op");
    op.join();
    let entries = json!({"directory": directory}).to_string();

    let taken: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    let outcomes = [
        (false, client.call("list_certificates", "{}").map(drop)),
        (false, op.fd().map(drop)),
        (false, Client::builder().access_key(KEY).ca_file(&ca_file).build().map(drop)),
        (true, client.call("list_entries", &entries).map(drop)),
        (true, client.call("renew_all", &entries).map(drop)),
    ];
    drop(taken);
    for (number, (is_quoted, outcome)) in outcomes.into_iter().enumerate() {
        let error = outcome.expect_err(&number.to_string());
        assert_eq!(error.kind(), Kind::Resource, "{error}");
        search_error(&error, "an error");
        assert_eq!(shown(&error).contains(MASK), is_quoted, "{error:?}");
    }
}

/// `daemon` is the one fork that needs no unsafe code. Only this thread goes on in the child, so it says itself how it
/// went.
#[cfg(target_os = "linux")]
#[test]
fn after_a_fork() {
    use std::io::Write;

    const SAID: &str = "nothing was shown in the child";
    if !support::is_again() {
        let printed = support::again("processes::after_a_fork", ":", |_| {});
        return assert!(printed.contains(SAID), "{printed}");
    }
    let client = client();
    let op = client.start("generate_csr", r#"{"domains": ["example.com"]}"#).expect("an op");
    op.join();
    nix::unistd::daemon(true, true).expect("a child");
    let outcomes: [Result<(), Error>; 7] = [
        client.call("list_certificates", "{}").map(drop),
        client.check("list_certificates", "{}"),
        client.start("list_certificates", "{}").map(drop),
        client.start_call("list_certificates", "{}").map(drop),
        op.next(None).map(drop),
        op.result().map(drop),
        op.reply(KEY),
    ];
    for outcome in outcomes {
        let error = outcome.expect_err("it is of the parent");
        assert_eq!(error.kind(), Kind::Forked, "{error}");
        search_error(&error, "an error");
    }
    writeln!(std::io::stdout(), "{SAID}").expect("a pipe");
    std::process::exit(0);
}
