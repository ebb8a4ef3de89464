//! The command `zerossl`. docs/command.md describes it.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    zerossl_cli::main(std::env::args_os()).into()
}
