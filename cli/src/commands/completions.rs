//! `completions`: the completion of a shell, from the same commands.

use clap::{Arg, Command, value_parser};
use clap_complete::Shell;

use crate::failure::Result;
use crate::invocation::Invocation;
use crate::output::print;

pub(super) fn command() -> Command {
    Command::new("completions")
        .about("Prints the completion for a shell")
        .arg(Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)))
}

pub(super) fn run(invocation: &Invocation<'_>) -> Result<u8> {
    if let Some(shell) = invocation.matches.get_one::<Shell>("shell") {
        let mut text = Vec::new();
        clap_complete::generate(*shell, &mut invocation.tree.clone(), "zerossl", &mut text);
        print(&String::from_utf8_lossy(&text))?;
    }
    Ok(0)
}
