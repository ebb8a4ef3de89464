//! The whole command line, and what becomes of one.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command};

use crate::client::add_settings;
use crate::commands;
use crate::failure::{Failure, Result};
use crate::invocation::Invocation;
use crate::output::styles::{BAD, shown, styled};
use crate::output::{Output, say};
use crate::progress::Volume;

const ABOUT: &str =
    "Certificates of ZeroSSL: obtain and renew them, and call every endpoint of the REST API. Unofficial.";
const OUTPUT: &str = "Output";
const NOTES: &str = "\
The access key: `--access-key-file`, the environment's ZEROSSL_ACCESS_KEY, systemd's credential zerossl-access-key, or \
the file of `--config`. It is never an argument.

Exit status: 0 done; 1 another failure; 2 wrong usage; 75 not done yet: pending, postponed or busy; 130, 143 ended by a \
signal; 70 a bug; otherwise 10 and the number of the error: 12 refused by the service, 13 access key, 14 rate limit, \
15 network, 16 TLS, 17 time-out, 18 unusable answer, 19 validation, 20 cancelled, 21 files, 24 ambiguous, 26 resources.";

/// Runs a command line, and gives the exit status.
pub(crate) fn run<A: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = A>) -> u8 {
    let mut tree = tree();
    let matches = match tree.try_get_matches_from_mut(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            // Help for `| head` has no reader, either.
            let _ = error.print();
            let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if is_help { 0 } else { Failure::USAGE };
        }
    };
    let Some((name, matches)) = matches.subcommand() else { return Failure::USAGE };
    let output =
        Output { is_json: matches.get_flag("json"), field: matches.get_one::<String>("field").cloned() };
    let volume = Volume { is_quiet: matches.get_flag("quiet"), is_verbose: matches.get_flag("verbose") };
    let is_json = output.is_json;
    let invocation = Invocation::new(&tree, matches, output, volume);
    let outcome = commands::run(name, &invocation);
    finish(&outcome, invocation.signal(), is_json)
}

/// Says what went wrong: for people in one line, with `--json` as the error's JSON.
fn finish(outcome: &Result<u8>, signal: Option<u8>, is_json: bool) -> u8 {
    match outcome {
        Ok(status) => *status,
        Err(failure) => {
            match (failure, failure.message()) {
                (Failure::Library(error), _) if is_json => say(&error.to_json()),
                (_, Some(message)) => say(&format!("{} {}", styled(BAD, "error:"), shown(&message))),
                (_, None) => {}
            }
            failure.status(signal)
        }
    }
}

fn tree() -> Command {
    let root =
        Command::new("zerossl")
            .version(zerossl::VERSION)
            .about(ABOUT)
            .after_long_help(NOTES)
            .subcommand_required(true)
            .arg_required_else_help(true)
            .max_term_width(100)
            .arg(switch("json", "Prints the answer as JSON").conflicts_with("field"))
            .arg(Arg::new("field").long("field").value_name("NAME").global(true).help_heading(OUTPUT).help(
                "Prints one member of the answer alone: its name, or a JSON Pointer such as `/files/cert`",
            ))
            .arg(switch("quiet", "Says nothing but warnings and errors").short('q'))
            .arg(switch("verbose", "Says each request to the service, too").short('v'));
    add_settings(root).subcommands(commands::all())
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).global(true).help_heading(OUTPUT).help(help)
}

#[cfg(test)]
mod tests {
    use zerossl::{OPERATIONS, SETTINGS};

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        tree().debug_assert();
    }

    /// From the table alone, and with nothing left out.
    #[test]
    fn every_operation_and_parameter_is_there() {
        let mut tree = tree();
        tree.build();
        for operation in OPERATIONS {
            let name = operation.name.replace('_', "-");
            let command = tree.find_subcommand(&name).unwrap_or_else(|| panic!("no {name}"));
            for parameter in operation.parameters {
                let flag = parameter.name.replace('_', "-");
                let mut longs = command.get_arguments().filter_map(Arg::get_long);
                assert!(longs.any(|long| long == flag), "{name}: no --{flag}");
            }
            for setting in SETTINGS {
                let arg = command.get_arguments().find(|arg| arg.get_id() == setting.name);
                let arg = arg.unwrap_or_else(|| panic!("{name}: no {}", setting.name));
                assert_eq!(arg.is_hide_set(), setting.secret, "{}", setting.name);
            }
        }
    }
}
