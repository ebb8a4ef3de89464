//! Every operation against every fault of the system's resolver. It runs itself again in a namespace with another resolver.

use std::fs;
use std::io::Write;
use std::process::Command;

use zerossl_faults::{Resolver, Stand, Table};

/// Set in the namespace: the file that is its `/etc/resolv.conf`.
const INSIDE: &str = "ZEROSSL_TEST_RESOLV_CONF";
/// The way into it, for the program that follows.
const WAY: &str =
    "ip link set lo up && mount --bind \"$ZEROSSL_TEST_RESOLV_CONF\" /etc/resolv.conf && exec \"$@\"";

fn inside(program: &str, arguments: &[&str], resolv_conf: &std::path::Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--net", "--mount", "sh", "-c", WAY, "sh", program]).args(arguments);
    command.env(INSIDE, resolv_conf);
    command
}

#[test]
fn every_operation_against_every_fault_of_the_resolver() {
    if std::env::var_os(INSIDE).is_some() {
        return play();
    }
    let folder = tempfile::tempdir().expect("a folder");
    let resolv_conf = folder.path().join("resolv.conf");
    fs::write(&resolv_conf, "nameserver 127.0.0.1\n").expect("written");
    let tried = inside("true", &[], &resolv_conf).output();
    if !tried.as_ref().is_ok_and(|tried| tried.status.success()) {
        // Some containers forbid namespaces.
        writeln!(std::io::stderr(), "skipped: there is no namespace to be had ({tried:?})")
            .expect("standard error");
        return;
    }
    let name = "every_operation_against_every_fault_of_the_resolver";
    let program = std::env::current_exe().expect("a path");
    let again = inside(program.to_str().expect("a path"), &["--exact", name, "--nocapture"], &resolv_conf);
    let output = { again }.output().expect("a process");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn play() {
    Resolver::start().expect("port 53 of the namespace");
    let mut table = Table::read();
    table.faults = std::mem::take(&mut table.resolver_faults);
    let stand = Stand::start(table).expect("servers");
    let folder = tempfile::tempdir().expect("a folder");
    let played = stand.play(folder.path());
    let problems: Vec<String> = played.iter().flat_map(zerossl_faults::Played::problems).collect();
    assert!(problems.is_empty(), "{} of {} calls:\n{}", problems.len(), played.len(), problems.join("\n"));
    assert!(played.len() > 100, "only {} calls", played.len());
}
