//! `revoke`: `revoke_certificate`, by an id, or for the certificate in use of an entry.

use clap::builder::ValueHint;
use clap::{Arg, Command};
use serde_json::Map;

use super::operation;
use crate::arguments;
use crate::failure::{Failure, Result};
use crate::invocation::{Invocation, find};
use crate::output::parsed;
use crate::run::Session;

const ENTRY: &str = "entry";
const DIRECTORY: &str = "directory";

pub(super) fn command() -> Command {
    let parameters = find("revoke_certificate").map(|operation| operation.parameters).unwrap_or_default();
    let command = Command::new("revoke").about("Revokes a certificate, by its id or by its entry in a store");
    arguments::add(command, parameters)
        .arg(Arg::new(ENTRY).long(ENTRY).value_name("NAME").help("The certificate in use of this entry"))
        .arg(
            Arg::new(DIRECTORY)
                .long(DIRECTORY)
                .value_name("DIR")
                .value_hint(ValueHint::DirPath)
                .default_value(arguments::DIRECTORY)
                .help("The folder of all entries"),
        )
        .mut_group("id?", |group| group.arg(ENTRY))
}

pub(super) fn run(invocation: &Invocation<'_>) -> Result<u8> {
    let revoke = find("revoke_certificate")?;
    let mut parameters = invocation.parameters(revoke)?;
    let session = invocation.session()?;
    if let (Some(entry), Some(directory)) = (invocation.text(ENTRY), invocation.text(DIRECTORY)) {
        parameters.insert("id".to_owned(), id_of(&session, directory, entry)?.into());
    }
    operation::answer(&session, revoke, parameters)
}

fn id_of(session: &Session, directory: &str, entry: &str) -> Result<String> {
    let parameters = Map::from_iter([(DIRECTORY.to_owned(), directory.into())]);
    let entries = parsed(&session.call("list_entries", parameters)?)?;
    let mut entries = entries["entries"].as_array().into_iter().flatten();
    let found = entries.find(|found| found["name"] == entry).and_then(|found| found["id"].as_str());
    found.map(str::to_owned).ok_or_else(|| {
        Failure::usage(format!(
            "--{ENTRY}: {directory} has no entry {entry} with a certificate; see `zerossl status`"
        ))
    })
}
