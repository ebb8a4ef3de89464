//! `list_entries`: what a store holds, from its files alone.

use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use super::check::{Leaf, Lifetime};
use super::env::Env;
use super::fleet;
use super::found::Found;
use super::interface::{CertificateState, Entries, EntrySummary, ListEntries, OrderState};
use super::order_spec::{RENEW_AT, deploy_hook};
use super::store::files::REQUEST;
use super::store::folder::{Folder, JOURNAL, failed};
use super::store::journal::Journal;
use super::store::shared::mark::MARK;
use crate::answers::Extra;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::parameter::Arguments;
use crate::time::Time;

const DAY: u64 = 24 * 3600;

pub(crate) fn list_entries(context: &Context<'_>, env: &Env<'_>, arguments: &Arguments) -> Result<Entries> {
    let wanted: ListEntries = arguments.read()?;
    let here = |name: &str| Found::of(&Folder { env, path: &wanted.directory.join(name) });
    let found: Vec<(String, Found)> = match &env.fleet {
        Some(fleet) => {
            let mut found = fleet::entries(context, fleet, here)?;
            // Entries that no call has brought to the store yet.
            let own = own_names(env, &wanted.directory)?;
            let own = own.into_iter().filter(|name| !found.iter().any(|(known, _)| known == name));
            found.extend(own.map(|name| (name.clone(), here(&name))).collect::<Vec<_>>());
            found
        }
        None => names(env, &wanted.directory)?.into_iter().map(|name| (name.clone(), here(&name))).collect(),
    };
    let mut entries: Vec<(Option<SystemTime>, EntrySummary)> =
        found.into_iter().map(|(name, found)| summary(found, name, env.clock.now())).collect();
    entries.sort_by(|(end, one), (other_end, other)| (end, &one.name).cmp(&(other_end, &other.name)));
    Ok(Entries { entries: entries.into_iter().map(|(_, entry)| entry).collect(), extra: Extra::default() })
}

/// The entries of a folder that are no copies of the store's, if there is such a folder.
fn own_names(env: &Env<'_>, directory: &Path) -> Result<Vec<String>> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let is_copy = |name: &String| directory.join(name).join(MARK).symlink_metadata().is_ok();
    Ok(names(env, directory)?.into_iter().filter(|name| !is_copy(name)).collect())
}

/// The folders that are entries, whether their files can be read or not.
pub(crate) fn names(env: &Env<'_>, directory: &Path) -> Result<Vec<String>> {
    let found = env.storage.list(directory);
    let found = found.map_err(|error| failed(directory, "read", &error))?;
    let is_entry = |name: &String| {
        [JOURNAL, REQUEST].iter().any(|file| directory.join(name).join(file).symlink_metadata().is_ok())
    };
    Ok(found.into_iter().filter_map(|name| name.into_string().ok()).filter(is_entry).collect())
}

/// An entry, and when its leaf expires.
fn summary(found: Found, name: String, now: SystemTime) -> (Option<SystemTime>, EntrySummary) {
    let (journal, problem) = split(found.journal);
    let (request, request_problem) = split(found.request);
    let (leaf, leaf_problem) = split(found.leaf);
    let (last_error, _) = split(found.last_error);
    let leaf = leaf.flatten().as_deref().and_then(Leaf::of);
    let request = request.flatten().unwrap_or_default();
    let problem = problem.or(request_problem).or(leaf_problem);
    let lifetime = leaf.as_ref().map(|leaf| leaf.lifetime);
    let renew_at = request.get("renew_at").and_then(Value::as_f64).unwrap_or(RENEW_AT);
    let installed = journal.as_ref().and_then(|journal| journal.installed.as_ref());
    let left = lifetime.map(|leaf| leaf.not_after.duration_since(now).unwrap_or_default());
    let summary = EntrySummary {
        domains: domains(journal.as_ref(), &request),
        certificate: certificate(journal.as_ref(), leaf.as_ref(), renew_at, now),
        order: order(journal.as_ref()),
        deployed: installed.map(|installed| installed.is_deployed_for(&deploy_hook(&request))),
        readable: problem.is_none(),
        expires: lifetime.map(|leaf| Time::from(leaf.not_after)),
        days_left: left.map(|left| left.as_secs() / DAY),
        renews_at: lifetime.map(|leaf| Time::from(renews_at(leaf, renew_at))),
        id: installed.map(|installed| installed.id.clone()),
        key_type: leaf.and_then(|leaf| leaf.key_type),
        last_error: match problem {
            Some(problem) => serde_json::from_str(&problem.during("list_entries").to_json()).ok(),
            None => last_error.flatten(),
        },
        name,
        extra: Extra::default(),
    };
    (lifetime.map(|leaf| leaf.not_after), summary)
}

fn split<T>(outcome: Result<T>) -> (Option<T>, Option<Error>) {
    match outcome {
        Ok(value) => (Some(value), None),
        Err(error) => (None, Some(error)),
    }
}

fn domains(journal: Option<&Journal>, request: &Map<String, Value>) -> Vec<String> {
    if let Some(installed) = journal.and_then(|journal| journal.installed.as_ref()) {
        return installed.terms.domains.clone();
    }
    let names = request.get("domains").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn certificate(
    journal: Option<&Journal>,
    leaf: Option<&Leaf>,
    renew_at: f64,
    now: SystemTime,
) -> CertificateState {
    let Some(leaf) = leaf else { return CertificateState::None };
    if journal.is_some_and(|journal| journal.revoked_keys.contains(&leaf.public_key)) {
        CertificateState::Revoked
    } else if leaf.lifetime.not_after <= now {
        CertificateState::Expired
    } else if leaf.lifetime.is_due(renew_at, now) {
        CertificateState::Due
    } else {
        CertificateState::Good
    }
}

fn order(journal: Option<&Journal>) -> OrderState {
    let Some(journal) = journal else { return OrderState::None };
    if journal.quarantined.is_some() {
        OrderState::Quarantined
    } else if journal.order.as_ref().is_some_and(|order| !order.is_untouched()) {
        OrderState::Pending
    } else if journal.lost.is_empty() {
        OrderState::None
    } else {
        OrderState::Lost
    }
}

fn renews_at(leaf: Lifetime, renew_at: f64) -> SystemTime {
    let whole: Duration = leaf.not_after.duration_since(leaf.not_before).unwrap_or_default();
    leaf.not_after.checked_sub(whole.mul_f64(renew_at)).unwrap_or(leaf.not_before)
}
