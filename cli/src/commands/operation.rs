//! A command for an operation of the table.

use clap::Command;
use serde_json::{Map, Value};
use zerossl::Operation;

use crate::arguments::{self, kebab};
use crate::failure::{Result, of_answer};
use crate::invocation::Invocation;
use crate::output::{obtained, parsed, print};
use crate::run::Session;
use crate::{certificates, ways};

const LIST: &str = "list_certificates";
const OBTAIN: &str = "obtain";

pub(super) fn command(operation: &'static Operation) -> Command {
    let summary = operation.summary;
    let (first, _) = summary.split_once(". ").unwrap_or((summary.trim_end_matches('.'), ""));
    let command = Command::new(kebab(operation.name)).about(first).long_about(summary);
    let command = arguments::add(command, operation.parameters);
    match operation.name {
        OBTAIN => ways::add(command),
        LIST => command.about("Lists the account's certificates: all pages, unless `--page` names one"),
        _ => command,
    }
}

pub(super) fn run(operation: &'static Operation, invocation: &Invocation<'_>) -> Result<u8> {
    let mut parameters = invocation.parameters(operation)?;
    if operation.name == OBTAIN
        && let Some(validation) = ways::validation(invocation.matches)?
    {
        parameters.insert("validation".to_owned(), validation);
    }
    let session = invocation.session()?;
    if operation.name == LIST && !parameters.contains_key("page") {
        return certificates::list_all(&session, parameters);
    }
    answer(&session, operation, parameters)
}

/// Runs an operation and prints its answer.
pub(super) fn answer(
    session: &Session,
    operation: &'static Operation,
    parameters: Map<String, Value>,
) -> Result<u8> {
    let json = match operation.name {
        LIST => session.page(LIST, parameters)?,
        name => session.call(name, parameters)?,
    };
    let answer = parsed(&json)?;
    if session.output.is_for_people() && answer.get("outcome").is_some() {
        print(&obtained::text(operation.answer, &answer))?;
    } else {
        session.output.answer(operation.answer, &json)?;
    }
    Ok(of_answer(&answer))
}
