//! The demo, and what it shows when something goes wrong: one clear line, and exit status 1.

use std::process::{Command, Output};

fn demo(options: &[&str]) -> (Output, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_xtask")).arg("demo").args(options).output().expect("the demo");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, stderr)
}

#[test]
fn a_certificate_is_issued_renewed_and_its_chain_holds() {
    let (output, stderr) = demo(&[]);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}\n{shown}");
    for expected in [
        "subject   CN=example.com",
        "not trusted",
        "names     example.com, www.example.com",
        "validity",
        "fullchain.pem",
        "done      issued",
        "done      unchanged",
        "done      renewed",
        " replaces ",
        "HTTP 404",
    ] {
        assert!(shown.contains(expected), "{expected} is missing:\n{shown}");
    }
    let is_checked = shown.contains("accepted by openssl verify");
    assert!(is_checked || std::env::var("CI").as_deref() != Ok("true"), "openssl is missing:\n{shown}");
}

#[test]
fn what_goes_wrong_is_one_clear_line() {
    for (way, expected) in [
        ("wrong-key", "the access key is wrong"),
        ("full-quota", "all places of the plan are taken"),
        ("wrong-webroot", "HTTP 404"),
        ("dead-server", "127.0.0.1:1 refused the connection"),
    ] {
        let (output, stderr) = demo(&["--fail", way]);
        assert_eq!(output.status.code(), Some(1), "{way}: {stderr}");
        assert!(stderr.contains(expected) && stderr.trim_end().lines().count() == 1, "{way}: {stderr}");
    }
}

#[test]
fn options_are_checked() {
    let (output, stderr) = demo(&["--fail", "nonsense"]);
    assert!(output.status.code() == Some(1) && stderr.starts_with("usage:"), "{stderr}");
}
