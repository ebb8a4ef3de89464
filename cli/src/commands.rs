//! The commands: every operation of the table, and those that stand above them.

mod completions;
mod doctor;
mod install;
mod man;
mod operation;
mod record;
mod remove;
mod renew;
mod revoke;
mod sandbox;
mod status;

use clap::Command;
use zerossl::{OPERATIONS, Operation};

use crate::arguments::kebab;
use crate::failure::{Failure, Result};
use crate::invocation::Invocation;

/// A command that is no operation.
struct Own {
    command: fn() -> Command,
    run: fn(&Invocation<'_>) -> Result<u8>,
}

const OWN: &[Own] = &[
    Own { command: renew::command, run: renew::run },
    Own { command: install::command, run: install::run },
    Own { command: status::command, run: status::run },
    Own { command: revoke::command, run: revoke::run },
    Own { command: remove::command, run: remove::run },
    Own { command: doctor::command, run: doctor::run },
    Own { command: sandbox::command, run: sandbox::run },
    Own { command: record::command, run: record::run },
    Own { command: completions::command, run: completions::run },
    Own { command: man::command, run: man::run },
];

/// Every command, in the order in which the help lists them.
pub(crate) fn all() -> Vec<Command> {
    let is_obtain = |operation: &&Operation| operation.name == "obtain";
    let (first, others): (Vec<&Operation>, Vec<_>) =
        OPERATIONS.iter().copied().partition(|operation| is_obtain(operation));
    let own = OWN.iter().map(|own| (own.command)());
    let commands = first.into_iter().map(operation::command).chain(own);
    let commands = commands.chain(others.into_iter().map(operation::command));
    commands.enumerate().map(|(order, command)| command.display_order(order)).collect()
}

/// Runs the command of this name, and gives its exit status.
pub(crate) fn run(name: &str, invocation: &Invocation<'_>) -> Result<u8> {
    if let Some(operation) = OPERATIONS.iter().find(|operation| kebab(operation.name) == name) {
        return operation::run(operation, invocation);
    }
    let own = OWN.iter().find(|own| (own.command)().get_name() == name);
    own.map_or_else(
        || Err(Failure::usage(format!("there is no command {name}"))),
        |own| (own.run)(invocation),
    )
}
