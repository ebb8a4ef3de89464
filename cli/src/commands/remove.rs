//! `remove`: `remove_entry`.

use clap::Command;

use super::operation;
use crate::arguments;
use crate::failure::Result;
use crate::invocation::{Invocation, find};

pub(super) fn command() -> Command {
    let parameters = find("remove_entry").map(|operation| operation.parameters).unwrap_or_default();
    arguments::add(
        Command::new("remove").about("Ends an entry of a store, and cancels its order"),
        parameters,
    )
}

pub(super) fn run(invocation: &Invocation<'_>) -> Result<u8> {
    let operation = find("remove_entry")?;
    let parameters = invocation.parameters(operation)?;
    operation::answer(&invocation.session()?, operation, parameters)
}
