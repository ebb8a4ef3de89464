//! `status`: `list_entries` as a table, or as metrics.

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command};
use zerossl::{CertificateState, Entries, EntrySummary, OrderState};

use crate::arguments;
use crate::failure::{Failure, Result};
use crate::invocation::{Invocation, find};
use crate::output::table::{Cell, Table, note};
use crate::output::{self, styles};

const FORMAT: &str = "format";
/// The bar, in characters.
const BAR: u64 = 10;
/// A full bar stands for so many days, unless an entry has more.
const FULL: u64 = 90;
const DATE: usize = 10;

pub(super) fn command() -> Command {
    let parameters = find("list_entries").map(|operation| operation.parameters).unwrap_or_default();
    let command =
        Command::new("status").about("Shows what a store holds, what is due, and what failed. No network");
    arguments::add(command, parameters).arg(
        Arg::new(FORMAT)
            .long(FORMAT)
            .value_name("WORD")
            .value_parser(PossibleValuesParser::new(["table", "prometheus"]))
            .default_value("table")
            .conflicts_with_all(["json", "field"])
            .help("A table, or metrics for the textfile collector of a node exporter: docs/monitoring.md"),
    )
}

pub(super) fn run(invocation: &Invocation<'_>) -> Result<u8> {
    let operation = find("list_entries")?;
    let parameters = invocation.parameters(operation)?;
    let session = invocation.session()?;
    let json = session.call(operation.name, parameters)?;
    if !session.output.is_for_people() {
        session.output.answer(operation.answer, &json)?;
        return Ok(0);
    }
    let entries: Entries =
        serde_json::from_str(&json).map_err(|error| Failure::Io("the answer".to_owned(), error.into()))?;
    output::print(&match invocation.text(FORMAT) {
        Some("prometheus") => entries.to_prometheus(),
        _ => table(&entries),
    })?;
    Ok(0)
}

fn table(entries: &Entries) -> String {
    let full = entries.entries.iter().filter_map(|entry| entry.days_left).fold(FULL, u64::max);
    let mut table = Table::new(&["NAME", "STATE", "DAYS LEFT", "DUE", "ORDER", "LAST ERROR"]);
    for entry in &entries.entries {
        table.add(row(entry, full));
    }
    if entries.entries.is_empty() {
        return note("The store has no entries yet; `zerossl obtain` makes them.");
    }
    table.text(output::width())
}

fn row(entry: &EntrySummary, full: u64) -> Vec<Cell> {
    let style = match entry.certificate {
        CertificateState::Good => styles::GOOD,
        CertificateState::Due => styles::WARNING,
        CertificateState::None => styles::FAINT,
        _ => styles::BAD,
    };
    let due = match (entry.certificate, &entry.renews_at) {
        (CertificateState::Good, Some(at)) => at.to_string().chars().take(DATE).collect(),
        (CertificateState::Good, None) => "-".to_owned(),
        _ => "now".to_owned(),
    };
    let order = match entry.order {
        OrderState::None => Cell::new("-", styles::FAINT),
        OrderState::Pending => Cell::new("pending", styles::WARNING),
        other => Cell::new(other.as_str(), styles::BAD),
    };
    let error = entry.last_error.as_ref().and_then(|error| error["message"].as_str());
    let not_deployed = (entry.deployed == Some(false)).then_some("the deploy hook has not run successfully");
    vec![
        entry.name.as_str().into(),
        Cell::new(entry.certificate.as_str(), style),
        entry.days_left.map_or_else(|| "-".into(), |days| Cell::new(bar(days, full), style)),
        due.into(),
        order,
        error.or(not_deployed).unwrap_or_default().into(),
    ]
}

fn bar(days: u64, full: u64) -> String {
    let filled = usize::try_from((days * BAR).div_ceil(full.max(1)).min(BAR)).unwrap_or_default();
    let empty = usize::try_from(BAR).unwrap_or_default() - filled;
    let (on, off) = if styles::is_unicode() { ("█", "░") } else { ("#", ".") };
    format!("{}{} {days}", on.repeat(filled), off.repeat(empty))
}
