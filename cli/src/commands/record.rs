//! record
use crate::failure::Result;
use crate::invocation::Invocation;
use clap::Command;
pub(super) fn command() -> Command {
    Command::new("record")
}
pub(super) fn run(_: &Invocation<'_>) -> Result<u8> {
    Ok(0)
}
