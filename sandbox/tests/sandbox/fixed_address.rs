//! For clients with the fixed address `api.zerossl.com`.

use std::process::Command;

use zerossl_sandbox::{Options, Sandbox};

use crate::support::openssl::Folder;
use crate::support::program;

#[test]
fn it_can_be_api_zerossl_com() {
    if !program::is_needed_here("curl", "--version") {
        return;
    }
    let tls_names = vec!["api.zerossl.com".to_owned(), "sandbox.internal".to_owned()];
    let sandbox = Sandbox::start(Options { tls_names, ..Options::default() }).expect("a sandbox");
    let address =
        sandbox.base_url().strip_prefix("https://").expect("HTTPS, since there is a name").to_owned();
    let folder = Folder::new();
    let root = folder.write("root.pem", sandbox.root_pem());
    let call = |name: &str| {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--noproxy", "*", "--cacert"]).arg(&root);
        curl.args(["--connect-to", &format!("{name}:443:{address}")]);
        curl.arg(format!("https://{name}/certificates?access_key=sandbox-key"));
        curl.output().expect("curl runs")
    };
    for name in ["api.zerossl.com", "sandbox.internal", "localhost", "127.0.0.1"] {
        let said = call(name).stdout;
        assert!(said.starts_with(b"{\"total_count\":0"), "{name}: {}", String::from_utf8_lossy(&said));
    }
    assert!(!call("other.zerossl.com").status.success(), "the certificate is not for every name");
}

#[test]
fn a_name_has_to_be_one() {
    let tls_names = vec!["not a name".to_owned()];
    let error = Sandbox::start(Options { tls_names, ..Options::default() }).expect_err("no name");
    assert!(error.to_string().contains("\"not a name\""), "{error}");
}

/// The recipe, exactly as on the page.
#[cfg(target_os = "linux")]
#[test]
fn the_recipe_works() {
    const PAGE: &str = include_str!("../../../docs/sandbox.md");
    let (_, part) = PAGE.split_once("### Clients with a fixed address").expect("the section");
    let recipe = part.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the recipe");
    // Not every machine allows network namespaces for users.
    let mut allowed = Command::new("unshare");
    allowed.args(["--user", "--map-root-user", "--net", "--mount", "sh", "-c", "ip link set lo up"]);
    if !allowed.output().is_ok_and(|output| output.status.success()) {
        program::skipped("no network of its own can be had with unshare and ip");
        return;
    }
    if !program::is_needed_here("curl", "--version") {
        return;
    }
    let folder = Folder::new();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_zerossl-sandbox"));
    let mut path = std::ffi::OsString::from(program.parent().expect("a folder"));
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", recipe]).current_dir(folder.path()).env("PATH", path).env("no_proxy", "*");
    let said = program::run(&mut shell);
    assert!(said.starts_with("{\"total_count\":0"), "{said}");
}
