//! Closed lists of words: a type and its constants for each.

use std::collections::BTreeMap;

use zerossl::{OPERATIONS, Parameter, ParameterKind, SETTINGS};

use super::docs::comment;
use super::names::exported;

/// The types of lists that are not called like their parameter.
const NAMED: [(&str, &str); 2] = [("type", "CertificateType"), ("reason", "RevocationReason")];

/// What the types are; a type without an entry is introduced by its parameter's name.
const DOCS: [(&str, &str); 11] = [
    ("Auth", "how the access key is sent"),
    (
        "CertificateType",
        "a type of certificate. Answers have the numbers: single name, wildcard, multi-domain for 90 days, \
         the same three for a year, ACME. As a filter both forms can be used",
    ),
    ("KeyType", "a kind of private key"),
    ("Layout", "what the folder current is in an entry: a symbolic link to a version, or copies"),
    ("Method", "an HTTP method"),
    ("OnFailure", "what a failed entry makes of a run"),
    ("Preflight", "whether files and records are checked first, and what a problem leads to"),
    ("RevocationReason", "why a certificate is revoked"),
    ("Roots", "which CAs are trusted"),
    ("Status", "the state of a certificate. StatusExpiringSoon is a filter only"),
    ("ValidationMethod", "how control of the names is proved"),
];

/// Words in answers and events. Other words may appear later.
const IN_ANSWERS: [(&str, &str, &[&str]); 6] = [
    (
        "CertificateState",
        "the state of an entry's certificate",
        &["none", "good", "due", "expired", "revoked"],
    ),
    ("EventType", "the type of an event", &["progress", "warning"]),
    ("FindingLevel", "how bad a finding of a dry run is", &["error", "warning"]),
    ("OrderState", "the state of an entry's order", &["none", "pending", "quarantined", "lost"]),
    (
        "Outcome",
        "what came of an entry",
        &["issued", "renewed", "resumed", "unchanged", "pending", "abandoned", "postponed", "checked"],
    ),
    (
        "Stage",
        "where the work on an entry is",
        &["key", "order", "publish", "preflight", "verify", "wait", "download", "install", "deploy", "done"],
    ),
];

/// The type of a parameter's words.
pub(super) fn name_of(parameter: &str) -> String {
    let named = NAMED.iter().find(|(name, _)| *name == parameter);
    named.map_or_else(|| exported(parameter), |(_, name)| (*name).to_owned())
}

pub(super) fn text() -> String {
    let mut lists: BTreeMap<String, (String, Vec<&str>)> = IN_ANSWERS
        .iter()
        .map(|(name, doc, words)| ((*name).to_owned(), ((*doc).to_owned(), words.to_vec())))
        .collect();
    let parameters = OPERATIONS.iter().flat_map(|operation| operation.parameters).chain(SETTINGS);
    for parameter in parameters {
        let (ParameterKind::OneOf(words) | ParameterKind::SomeOf(words)) = parameter.kind else { continue };
        let name = name_of(parameter.name);
        let doc = DOCS.iter().find(|(of, _)| *of == name).map(|(_, doc)| (*doc).to_owned());
        let doc = doc.unwrap_or_else(|| introduced(parameter));
        let (_, list) = lists.entry(name).or_insert((doc, Vec::new()));
        list.extend(words.iter().filter(|word| !list.contains(word)).copied().collect::<Vec<_>>());
    }
    lists.iter().map(|(name, (doc, words))| declared(name, doc, words)).collect()
}

fn introduced(parameter: &Parameter) -> String {
    format!("a value of the parameter {}", parameter.name)
}

fn declared(name: &str, doc: &str, words: &[&str]) -> String {
    let doc = comment(0, &format!("{name} is {doc}."));
    let constants: Vec<_> = words.iter().map(|word| format!("{name}{}", exported(word))).collect();
    let width = constants.iter().map(String::len).max().unwrap_or_default();
    let rows: Vec<String> = constants
        .iter()
        .zip(words)
        .map(|(constant, word)| format!("\t{constant:width$} {name} = \"{word}\"\n"))
        .collect();
    format!("\n{doc}type {name} string\n\n// The words of [{name}].\nconst (\n{})\n", rows.concat())
}
