//! The repository's own tasks. `cargo run -p xtask -- help` lists them; the Makefile calls them.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command's output")]

mod build;
mod crates;
mod demo;
mod drift;
mod files;
mod generate;
mod house;
mod top;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo run -p xtask -- TASK
  gen      writes what is generated from the table of operations
  build    builds the C library into build/; with --quick in seconds after a change, but larger and slower;
           with --stores it has S3 and PostgreSQL as shared stores
  install  installs it; `install --help` has more
  environment  prints the environment in which a release is compiled
  licences CRATE  prints the licences of what is linked into a crate
  check    fails if something is not generated, is forgotten, or is out of order
  demo     issues a certificate on an embedded sandbox; `demo --help` has more";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["gen"] => generate::write(),
        ["build", options @ ..] => build::build(options),
        ["install", options @ ..] => build::install(options),
        ["environment"] => build::print_environment(),
        ["licences", package] => build::print_licences(package),
        ["check"] => drift::check(),
        ["demo", options @ ..] => demo::run(options),
        ["help" | "--help"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A program that was run may have printed everything already.
            let message = error.to_string();
            if !message.is_empty() {
                eprintln!("{message}");
            }
            ExitCode::FAILURE
        }
    }
}
