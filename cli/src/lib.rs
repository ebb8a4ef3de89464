//! The command `zerossl`, as a library: the Python package has the same command.
//!
//! Its commands are made at run time from the table of operations of the crate `zerossl`, and a few more stand above
//! them. docs/command.md describes what it does.

#![forbid(unsafe_code)]

mod arguments;
mod certificates;
mod client;
mod command;
mod commands;
mod config;
mod failure;
mod file_value;
mod given;
mod invocation;
mod output;
mod progress;
mod prompt;
mod recording;
mod run;
mod signals;
mod ways;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};

use failure::Failure;

/// Runs the command with these arguments, the program's name first, and gives its exit status.
///
/// It handles SIGINT and SIGTERM of the process from then on, and prints. A panic is printed without its message, which
/// might hold a secret.
pub fn main<A: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = A>) -> u8 {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        output::say(&format!("zerossl: a bug at {place}; please report this"));
    }));
    let status = guarded(|| command::run(arguments));
    std::panic::set_hook(before);
    status
}

/// The exit status of some work, whatever it does.
fn guarded(work: impl FnOnce() -> u8) -> u8 {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Failure::BUG)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_panic_is_a_status() {
        assert_eq!(super::guarded(|| panic!("asked for by a test")), 70);
        assert_eq!(super::guarded(|| 3), 3);
    }
}
