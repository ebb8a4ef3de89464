//! Other people's clients, unmodified.

use std::process::Command;

use zerossl_sandbox::{Fault, KeyPlace, Reply, When, serve_files};

use crate::support::management::start_managed;
use crate::support::openssl::{self, Folder};
use crate::support::program;

/// The version that the test is written for.
const NPM_PACKAGE: &str = "zerossl@1.1.0";

/// The same for Go: the module, and the accepted version.
const GO_MODULE: (&str, &str) = (
    "module journey\n\ngo 1.21\n\nrequire github.com/caddyserver/zerossl v0.1.6\n",
    "github.com/caddyserver/zerossl v0.1.6 h1:1yrhTx5DWi43wOJPQ+Y4mVl++EPmSqqT/4REW//lsas=\n\
     github.com/caddyserver/zerossl v0.1.6/go.mod h1:CxA0acn7oEGO6//4rtrRjYgEoa4MFw/XofZnrYwGqG4=\n",
);

#[test]
fn the_go_module_of_caddy_works() {
    if !program::is_needed_here("go", "version") {
        return;
    }
    let folder = Folder::new();
    folder.write("go.mod", GO_MODULE.0);
    folder.write("go.sum", GO_MODULE.1);
    folder.write("main.go", include_str!("../caddy.go"));
    let go = |arguments: &[&str]| {
        let mut go = Command::new("go");
        go.args(arguments).current_dir(folder.path());
        go.env("GOTOOLCHAIN", "local").env("GOFLAGS", "").env("GOWORK", "off");
        go
    };
    let fetched = go(&["mod", "download"]).output().expect("go runs");
    if !fetched.status.success() {
        let why = String::from_utf8_lossy(&fetched.stderr).into_owned();
        assert!(!program::is_ci(), "{} is needed in CI: {why}", GO_MODULE.0);
        program::skipped("github.com/caddyserver/zerossl cannot be fetched");
        return;
    }
    let (sandbox, _, manager) = start_managed();
    // A server without this file.
    sandbox.set_http_port(serve_files(folder.path()).expect("a server"));
    let mut journey = go(&["run", "."]);
    journey.env("SANDBOX", sandbox.base_url()).env("MANAGEMENT", manager.url(""));
    let said = program::run(journey.env("ACCESS_KEY", sandbox.access_key()));
    assert!(said.ends_with("done\n"), "{said}");
    let statuses: Vec<_> = sandbox.certificates().into_iter().map(|one| one.status).collect();
    assert_eq!(statuses, ["revoked", "cancelled", "revoked"]);
    let asked = sandbox.requests();
    let keyless: Vec<_> = asked.iter().filter(|asked| asked.key == KeyPlace::None).collect();
    assert!(matches!(keyless.as_slice(), [one] if one.operation == Some("download_certificate_zip")));
    assert!(asked.iter().all(|asked| asked.key != KeyPlace::Query), "{asked:?}");
}

#[test]
fn the_npm_package_works() {
    if !program::is_needed_here("npm", "--version") || !program::is_needed_here("node", "--version") {
        return;
    }
    let folder = Folder::new();
    folder.write("package.json", r#"{"private": true}"#);
    let mut install = Command::new("npm");
    install.args([
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefer-offline",
        "--fetch-retries=1",
        NPM_PACKAGE,
    ]);
    let installed = install.current_dir(folder.path()).output().expect("npm runs");
    if !installed.status.success() {
        let why = String::from_utf8_lossy(&installed.stderr).into_owned();
        assert!(!program::is_ci(), "{NPM_PACKAGE} is needed in CI: {why}");
        program::skipped(&format!("{NPM_PACKAGE} cannot be installed"));
        return;
    }
    folder.write("journey.js", include_str!("../npm.js"));
    let (sandbox, _, manager) = start_managed();
    let mut journey = Command::new("node");
    journey.arg("journey.js").current_dir(folder.path());
    journey.env("SANDBOX", sandbox.base_url()).env("MANAGEMENT", manager.url(""));
    let said = program::run(journey.env("ACCESS_KEY", sandbox.access_key()));
    assert!(said.ends_with("done\n"), "{said}");
    let statuses: Vec<_> = sandbox.certificates().into_iter().map(|one| one.status).collect();
    assert_eq!(statuses, ["revoked", "cancelled", "issued"]);
}

#[cfg(unix)]
#[test]
fn curl_calls_every_operation() {
    if !openssl::is_here() || !program::is_needed_here("curl", "--version") {
        return;
    }
    let (sandbox, _, manager) = start_managed();
    let folder = Folder::new();
    let mut script = Command::new("sh");
    script.args(["-eu", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/curl.sh")]).current_dir(folder.path());
    script.env("SANDBOX", sandbox.base_url()).env("MANAGEMENT", manager.url(""));
    let said = program::run(script.env("ACCESS_KEY", sandbox.access_key()));
    assert!(said.ends_with("done\n"), "{said}");

    let asked = sandbox.requests();
    let none =
        Fault { operation: Some("none".to_owned()), times: 1, when: When::Before, reply: Reply::page(500) };
    let error = sandbox.try_fault(none).expect_err("no operation").to_string();
    let (_, operations) = error.split_once("one of ").expect("all operations");
    let is_missing = |name: &&str| !asked.iter().any(|asked| asked.operation == Some(name));
    let missing: Vec<_> = operations.split(", ").filter(is_missing).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
