//! Where secrets may come from, and that none is shown. `Ran` looks for the key in every output of every test.

use std::io::Write;
use std::process::Stdio;

use zerossl_sandbox::Options;

use crate::support::{KEY, Place, Ran, file, program};

#[test]
fn a_secret_is_no_argument() {
    let place = Place::new();
    for arguments in [
        vec!["list-certificates", "--access-key", "s3cret-value"],
        vec!["--access-key=s3cret-value", "list-certificates"],
        vec!["generate-csr", "example.com", "--private-key=s3cret-value"],
        vec!["list-certificates", "--proxy", "http://user:s3cret-value@127.0.0.1:1"],
        vec!["list-certificates", "--base-url=http://s3cret-value@127.0.0.1:1"],
        // A slip of the pen.
        vec!["list-certificates", "--acess-key=s3cret-value"],
    ] {
        let ran = place.run(&arguments).expect(2);
        assert!(!ran.err.contains("s3cret-value"), "{ran:?}");
    }
    assert!(place.sandbox.requests().is_empty());
}

#[test]
fn no_help_offers_the_key_as_an_argument() {
    let help = Ran::of(&mut program(&["list-certificates", "--help"])).expect(0).out;
    assert!(help.contains("--access-key-file") && !help.contains("--access-key "), "{help}");
}

#[test]
fn the_key_comes_from_a_file_a_credential_or_standard_input() {
    let place = Place::new();
    let bare = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env_remove("ZEROSSL_ACCESS_KEY");
        command
    };
    let list = ["list-certificates", "--json"];
    Ran::of(&mut bare(&list)).expect(13);

    let key = file(place.path("key"), &format!("{KEY}\n"), 0o600);
    let key = key.to_str().expect("a path");
    Ran::of(&mut bare(&[&list[..], &["--access-key-file", key]].concat())).expect(0);
    Ran::of(&mut bare(&[&list[..], &["--access-key", &format!("@{key}")]].concat())).expect(0);
    Ran::of(bare(&list).env("ZEROSSL_ACCESS_KEY_FILE", key)).expect(0);

    file(place.path("zerossl-access-key"), KEY, 0o600);
    let credentials = place.folder.path();
    Ran::of(bare(&list).env("CREDENTIALS_DIRECTORY", credentials)).expect(0);
    // The environment comes before it.
    let mut wrong = bare(&list);
    Ran::of(wrong.env("CREDENTIALS_DIRECTORY", credentials).env("ZEROSSL_ACCESS_KEY", "wrong")).expect(13);
    // A flag comes before both.
    let mut flag = place.command(&[&list[..], &["--access-key-file", key]].concat());
    Ran::of(flag.env("ZEROSSL_ACCESS_KEY", "wrong")).expect(0);

    let mut command = bare(&[&list[..], &["--access-key", "-"]].concat());
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(KEY.as_bytes()).expect("it reads");
    drop(stdin);
    Ran::wait(child).expect(0);
}

#[test]
fn no_key_is_shown_whatever_is_said() {
    let place = Place::with(Options { quota: 0, ..Options::default() });
    for more in [&["-v"][..], &["-v", "--auth", "header"]] {
        place.run(&[&["list-certificates", "--json"], more].concat()).expect(0);
        place.run(&[&["get-certificate", "ffff"], more].concat()).expect(12);
        place
            .run(
                &[
                    &[
                        "list-certificates",
                        "--json",
                        "--base-url",
                        "http://127.0.0.1:1",
                        "--max-retries",
                        "1",
                    ],
                    more,
                ]
                .concat(),
            )
            .expect(15);
    }
}

/// A key is made to be used, and is not thrown onto a screen.
#[test]
fn a_new_key_is_given_on_request() {
    let place = Place::new();
    let shown = place.run(&["generate-csr", "example.com"]).expect(0).out;
    assert!(shown.contains("CERTIFICATE REQUEST") && !shown.contains("PRIVATE KEY"), "{shown}");
    let key = place.run(&["generate-csr", "example.com", "--field", "private_key"]).expect(0).out;
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----"));
    file(place.path("key.pem"), &key, 0o600);
    let again =
        place.run(&["generate-csr", "--domains", "example.com", "--private-key", "@key.pem", "--json"]);
    assert!(again.expect(0).json()["private_key"].is_null());
}
