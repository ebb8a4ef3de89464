//! The reasons why the service could not validate a name, at any depth.
//!
//! `details` was seen as `{domain: {URL or name: entry}}` and, one level less, as `{domain: entry}`. For CAA it is a
//! list of domains. A validated name is `{"validation_successful": true}`. A list may have entries in any of these
//! forms. Other entries are ignored here, and stay in the error's `details`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::FailedDomain;
use crate::parameter::domain;

/// The names in an error's details. `is_caa`: the error is about CAA records.
pub(super) fn read(details: &Value, is_caa: bool) -> BTreeMap<String, FailedDomain> {
    let mut domains = BTreeMap::new();
    collect(details, is_caa, &mut domains);
    domains
}

fn collect(details: &Value, is_caa: bool, domains: &mut BTreeMap<String, FailedDomain>) {
    match details {
        Value::Object(entries) => match named(entries) {
            Some(domain) => note(domains, domain, failure_of(domain, entries, None)),
            None => {
                for (domain, entry) in entries {
                    note(domains, domain, failure_in(domain, entry, None));
                }
            }
        },
        Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, is_caa, domains)),
        Value::String(name) if domain::normalize(name).is_ok() => {
            let failed = if is_caa { shut_out_by_caa() } else { FailedDomain::default() };
            note(domains, name, Some(failed));
        }
        _ => {}
    }
}

/// The first failure of a name counts.
fn note(domains: &mut BTreeMap<String, FailedDomain>, domain: &str, failed: Option<FailedDomain>) {
    if let Some(failed) = failed {
        domains.entry(domain.to_owned()).or_insert(failed);
    }
}

/// The name in an entry that contains its own name, as in a list.
fn named(entry: &Map<String, Value>) -> Option<&str> {
    let name = ["domain", "domain_name", "name"].iter().find_map(|member| entry.get(*member)?.as_str())?;
    domain::normalize(name).is_ok().then_some(name)
}

fn failure_in(domain: &str, entry: &Value, location: Option<&str>) -> Option<FailedDomain> {
    match entry {
        Value::Object(entry) => failure_of(domain, entry, location),
        Value::Array(entries) => entries.iter().find_map(|entry| failure_in(domain, entry, location)),
        _ => None,
    }
}

/// The first failure in an entry, or in one of its nested entries.
fn failure_of(domain: &str, entry: &Map<String, Value>, location: Option<&str>) -> Option<FailedDomain> {
    if is_leaf(entry) {
        return (!passed(entry)).then(|| leaf(domain, entry, location));
    }
    entry.iter().find_map(|(location, below)| failure_in(domain, below, Some(location)))
}

fn is_leaf(entry: &Map<String, Value>) -> bool {
    ["validation_successful", "file_found", "cname_found", "error", "error_slug", "record_correct"]
        .iter()
        .any(|name| entry.contains_key(*name))
}

fn passed(entry: &Map<String, Value>) -> bool {
    let has_slug = entry.get("error_slug").and_then(Value::as_str).is_some_and(|slug| !slug.is_empty());
    let has_error = has_slug || is_true(entry.get("error"));
    is_true(entry.get("validation_successful"))
        || is_true(entry.get("record_correct"))
        || (is_true(entry.get("file_found")) && !has_error)
}

fn leaf(domain: &str, entry: &Map<String, Value>, location: Option<&str>) -> FailedDomain {
    let text = |name: &str| {
        entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    if entry.contains_key("cname_found") || entry.contains_key("record_correct") {
        let found = is_true(entry.get("cname_found"));
        return FailedDomain {
            // The service returns only the record's first label.
            location: text("target_host").map(|label| format!("{label}.{}", location.unwrap_or(domain))),
            expected: text("target_record").map(|target| format!("a CNAME record to {target}")),
            found: text("actual_record").or_else(|| (!found).then(|| "no CNAME record".to_owned())),
            reason: Some(if found { "cname_wrong" } else { "cname_not_found" }.to_owned()),
        };
    }
    let is_file = entry.contains_key("file_found") || entry.contains_key("error_slug");
    let expected = "the validation file with exactly the order's content, answered with 200";
    FailedDomain {
        location: location.map(str::to_owned),
        expected: is_file.then(|| expected.to_owned()),
        found: text("error_info").or_else(|| text("error_slug")),
        reason: text("error_slug"),
    }
}

fn shut_out_by_caa() -> FailedDomain {
    FailedDomain {
        expected: Some("CAA records that allow sectigo.com, or none".to_owned()),
        found: Some("CAA records that shut the CA out".to_owned()),
        reason: Some("caa".to_owned()),
        ..FailedDomain::default()
    }
}

fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => matches!(text.as_str(), "1" | "true"),
        _ => false,
    }
}
