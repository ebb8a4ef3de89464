//! Every operation against every fault of the system's resolver. It runs itself again in a namespace with another resolver.

use std::io::Write;
use std::process::Command;

use zerossl_faults::{Stand, Table, with_resolver};

/// A program that runs there.
fn inside(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/with_resolver.sh"));
    command.arg(program).args(arguments);
    command
}

#[test]
fn every_operation_against_every_fault_of_the_resolver() {
    if with_resolver() {
        return play();
    }
    let tried = inside("true", &[]).output();
    if !tried.as_ref().is_ok_and(|tried| tried.status.success()) {
        // Some containers forbid namespaces.
        writeln!(std::io::stderr(), "skipped: there is no namespace to be had ({tried:?})")
            .expect("standard error");
        return;
    }
    let name = "every_operation_against_every_fault_of_the_resolver";
    let program = std::env::current_exe().expect("a path");
    let output = inside(program.to_str().expect("a path"), &["--exact", name, "--nocapture"]).output();
    let output = output.expect("a process");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn play() {
    let stand = Stand::start(Table::read()).expect("servers");
    let folder = tempfile::tempdir().expect("a folder");
    let played = stand.play(folder.path());
    let problems: Vec<String> = played.iter().flat_map(zerossl_faults::Played::problems).collect();
    assert!(problems.is_empty(), "{} of {} calls:\n{}", problems.len(), played.len(), problems.join("\n"));
    assert!(played.len() > 100, "only {} calls", played.len());
}
