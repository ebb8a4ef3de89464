//! `man`: manual pages, from the same commands, for those who make packages.

use std::fs;
use std::path::Path;

use clap::builder::ValueHint;
use clap::{Arg, Command};
use clap_mangen::Man;

use crate::failure::{Failure, Result};
use crate::invocation::Invocation;

const DIR: &str = "dir";

pub(super) fn command() -> Command {
    Command::new("man")
        .about("Writes the manual pages into a folder")
        .hide(true)
        .arg(Arg::new(DIR).value_name("DIR").value_hint(ValueHint::DirPath).required(true))
}

pub(super) fn run(invocation: &Invocation<'_>) -> Result<u8> {
    let dir = Path::new(invocation.text(DIR).unwrap_or("."));
    fs::create_dir_all(dir).map_err(|error| Failure::file(dir, error))?;
    let mut tree = invocation.tree.clone();
    tree.build();
    let root = "zerossl".to_owned();
    write(dir, &root, tree.clone())?;
    for command in tree.get_subcommands().filter(|command| !command.is_hide_set()) {
        // clap's own command has no page of its own.
        if command.get_name() != "help" {
            let name = format!("{root}-{}", command.get_name());
            write(dir, &name, command.clone())?;
        }
    }
    Ok(0)
}

fn write(dir: &Path, name: &str, command: Command) -> Result<()> {
    let path = dir.join(format!("{name}.1"));
    let mut page = Vec::new();
    let man = Man::new(command.name(name.to_owned())).section("1");
    let rendered = man.render(&mut page).and_then(|()| fs::write(&path, page));
    rendered.map_err(|error| Failure::file(&path, error))
}
