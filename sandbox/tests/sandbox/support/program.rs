//! Other programs, for those tests that need them.

use std::io::Write as _;
use std::process::Command;

/// Whether this is a CI run, where every needed program has to be installed.
pub(crate) fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// Whether the program is here. Without it a test is skipped, but not in CI.
pub(crate) fn is_needed_here(program: &str, argument: &str) -> bool {
    let here = is_here(program, argument);
    assert!(here || !is_ci(), "{program} is needed in CI");
    here
}

/// Whether the program is here. Without it a test is skipped, in CI too.
pub(crate) fn is_here(program: &str, argument: &str) -> bool {
    let here = Command::new(program).arg(argument).output().is_ok_and(|output| output.status.success());
    if !here {
        skipped(&format!("there is no {program}"));
    }
    here
}

/// Not captured by the test harness, so that a skip is visible.
pub(crate) fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// Runs a command that has to succeed; what it printed.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (printed, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {printed}{errors}");
    printed
}
