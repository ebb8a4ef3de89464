//! `renew`: `renew_all`, for timers. The report is printed whatever failed.

use clap::Command;
use serde_json::Value;

use crate::arguments;
use crate::failure::{Result, of_answer};
use crate::invocation::{Invocation, find};
use crate::output::table::{Cell, Table};
use crate::output::{self, parsed, styles};

pub(super) fn command() -> Command {
    let parameters = find("renew_all").map(|operation| operation.parameters).unwrap_or_default();
    let command =
        Command::new("renew").about("Renews what is due in a store, and goes on after a failure: for timers");
    // The report is always the answer here.
    arguments::add(command, parameters).mut_arg("on_failure", |arg| arg.hide(true))
}

pub(super) fn run(invocation: &Invocation<'_>) -> Result<u8> {
    let operation = find("renew_all")?;
    let mut parameters = invocation.parameters(operation)?;
    parameters.insert("on_failure".to_owned(), "report".into());
    let session = invocation.session()?;
    let json = session.call(operation.name, parameters)?;
    let report = parsed(&json)?;
    if session.output.is_for_people() {
        output::print(&table(&report, session.volume.is_quiet))?;
    } else {
        session.output.answer(operation.answer, &json)?;
    }
    Ok(of_answer(&report))
}

/// With `--quiet` only what is new, so that a cron job writes no mail every day.
pub(super) fn table(report: &Value, is_quiet: bool) -> String {
    let mut table = Table::new(&["NAME", "OUTCOME", "DAYS LEFT", "WHY"]);
    let results = report["results"].as_array().into_iter().flatten();
    let results: Vec<_> = results.filter(|result| !is_quiet || result["outcome"] != "unchanged").collect();
    if is_quiet && results.is_empty() {
        return String::new();
    }
    for result in results {
        let why = result["error"]["message"].as_str().unwrap_or_default();
        let outcome = result["outcome"].as_str();
        let style = match outcome {
            None => styles::BAD,
            Some("unchanged") => styles::FAINT,
            Some("pending" | "postponed") => styles::WARNING,
            Some(_) => styles::GOOD,
        };
        let days = result["days_left"].as_u64().map_or_else(|| "-".to_owned(), |days| days.to_string());
        table.add(vec![
            result["name"].as_str().unwrap_or_default().into(),
            Cell::new(outcome.unwrap_or("failed"), style),
            days.into(),
            why.into(),
        ]);
    }
    table.text(output::width())
}
