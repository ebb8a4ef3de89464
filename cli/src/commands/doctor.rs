//! `doctor`: what would fail, before it does. Nothing is ordered, published or stored.

mod reach;

use clap::Command;
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Result};
use crate::invocation::{Invocation, find};
use crate::output::{findings, parsed};
use crate::run::Session;
use crate::{arguments, ways};

/// What the free plan has.
const FREE_PLAN: u64 = 3;
/// The states in which a certificate takes a place of the plan; only a cancelled one does not.
const COUNTED: [&str; 5] = ["draft", "pending_validation", "issued", "revoked", "expired"];
const UNFINISHED: [&str; 2] = ["draft", "pending_validation"];

pub(super) fn command() -> Command {
    let parameters = find("obtain").map(|operation| operation.parameters).unwrap_or_default();
    let about =
        "Checks the access key, the account and the store, and, with names, everything that an order needs";
    let command = ways::add(arguments::add(Command::new("doctor").about(about), parameters));
    command
        .mut_arg("dry_run", |arg| arg.hide(true))
        .mut_group("domains?", |group| group.required(false))
        .mut_group(ways::GROUP, |group| group.required(false))
}

pub(super) fn run(invocation: &Invocation<'_>) -> Result<u8> {
    let obtain = find("obtain")?;
    let mut parameters = invocation.parameters(obtain)?;
    if let Some(validation) = ways::validation(invocation.matches)? {
        parameters.insert("validation".to_owned(), validation);
    }
    let has_names = parameters.contains_key("domains");
    if has_names && !parameters.contains_key("validation") {
        return Err(Failure::usage("say how control of the names is to be shown, such as --webroot DIR"));
    }
    let session = invocation.session()?;
    let mut found = Vec::new();
    check_account(&session, &mut found)?;
    check_store(&session, parameters.get("directory"), &mut found)?;
    if has_names {
        for (domain, outcome) in reach::check(&parameters, session.signals.token()) {
            let (level, message) = outcome.map_or_else(|why| ("warning", why), |what| ("ok", what));
            found.push(finding("network", Some(&domain), level, &message));
        }
        check_order(&session, parameters, &mut found)?;
    }
    let answer = json!({"findings": found});
    session.output.own(&answer, || findings::text(&found))?;
    Ok(crate::failure::of_answer(&answer))
}

/// The key, and how much room the account has.
fn check_account(session: &Session, found: &mut Vec<Value>) -> Result<()> {
    match count(session, &COUNTED) {
        Err(Failure::Library(error)) if session.signals.signal().is_none() => {
            found.push(finding("account", None, "error", error.message()));
            return Ok(());
        }
        Err(failure) => return Err(failure),
        Ok(used) => {
            found.push(finding("account", None, "ok", "the service answers, and accepts the access key"));
            let places = format!("{used} certificates take a place of the plan");
            if used >= FREE_PLAN {
                let more = "the free plan has 3, and then only a renewal can be ordered";
                found.push(finding("quota", None, "warning", &format!("{places}: {more}")));
            } else {
                found.push(finding("quota", None, "ok", &places));
            }
        }
    }
    let unfinished = count(session, &UNFINISHED)?;
    if unfinished > 0 {
        let what = "orders are not finished and take a place each; `zerossl cancel-drafts` shows which";
        found.push(finding("quota", None, "warning", &format!("{unfinished} {what}")));
    }
    Ok(())
}

fn count(session: &Session, status: &[&str]) -> Result<u64> {
    let parameters = Map::from_iter([("status".to_owned(), json!(status)), ("limit".to_owned(), 1.into())]);
    let page = parsed(&session.page("list_certificates", parameters)?)?;
    Ok(page["total_count"].as_u64().unwrap_or_default())
}

/// What the store says about its entries.
fn check_store(session: &Session, directory: Option<&Value>, found: &mut Vec<Value>) -> Result<()> {
    let Some(directory) = directory else { return Ok(()) };
    let parameters = Map::from_iter([("directory".to_owned(), directory.clone())]);
    let entries = match session.call("list_entries", parameters) {
        Ok(entries) => parsed(&entries)?,
        // The first order makes it.
        Err(Failure::Library(error)) if error.errno() == Some(2) => return Ok(()),
        Err(Failure::Library(error)) => {
            found.push(finding("store", None, "error", error.message()));
            return Ok(());
        }
        Err(failure) => return Err(failure),
    };
    let entries = entries["entries"].as_array().cloned().unwrap_or_default();
    for entry in &entries {
        let name = entry["name"].as_str();
        if let Some(message) = entry["last_error"]["message"].as_str() {
            found.push(finding("store", name, "warning", &format!("the last call failed: {message}")));
        }
    }
    found.push(finding("store", None, "ok", &format!("{} entries", entries.len())));
    Ok(())
}

/// In the form of the findings of a dry run; what is fine has the level `ok`.
fn finding(stage: &str, domain: Option<&str>, level: &str, message: &str) -> Value {
    json!({"domain": domain, "stage": stage, "level": level, "message": message})
}

/// What `obtain` checks before it orders.
fn check_order(session: &Session, mut parameters: Map<String, Value>, found: &mut Vec<Value>) -> Result<()> {
    parameters.insert("dry_run".to_owned(), true.into());
    let answer = parsed(&session.call("obtain", parameters)?)?;
    let findings = answer["findings"].as_array().cloned().unwrap_or_default();
    if findings.is_empty() {
        found.push(finding("order", None, "ok", "nothing stands in the way of an order"));
    }
    found.extend(findings);
    Ok(())
}
