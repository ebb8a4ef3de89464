//! Closed lists of words, for languages that have a type for each.

use std::collections::BTreeMap;

use zerossl::{OPERATIONS, ParameterKind, SETTINGS};

use super::text::pascal;

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
    ("Status", "the state of a certificate; `expiring_soon` is a filter only"),
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
    named.map_or_else(|| pascal(parameter), |(_, name)| (*name).to_owned())
}

/// The fields whose values are words: the shape, the field, the type.
const FIELDS: [(&str, &str, &str); 10] = [
    ("Certificate", "type", "CertificateType"),
    ("Certificate", "status", "Status"),
    ("Certificate", "validation_type", "ValidationMethod"),
    ("EntrySummary", "certificate", "CertificateState"),
    ("EntrySummary", "key_type", "KeyType"),
    ("EntrySummary", "order", "OrderState"),
    ("ObtainFinding", "level", "FindingLevel"),
    ("ObtainFinding", "stage", "Stage"),
    ("Obtained", "outcome", "Outcome"),
    ("Renewal", "outcome", "Outcome"),
];

/// The type of a field's words.
pub(super) fn of_field(shape: &str, field: &str) -> Option<&'static str> {
    let found = FIELDS.iter().find(|(of, name, _)| *of == shape && *name == field);
    found.map(|(_, _, name)| *name)
}

/// A list of words.
pub(super) struct Words {
    /// What one of them is.
    pub(super) doc: String,
    pub(super) words: Vec<&'static str>,
}

/// Every list, by the name of its type.
pub(super) fn lists() -> BTreeMap<String, Words> {
    let in_answers = IN_ANSWERS.iter().map(|(name, doc, words)| {
        ((*name).to_owned(), Words { doc: (*doc).to_owned(), words: words.to_vec() })
    });
    let mut lists: BTreeMap<String, Words> = in_answers.collect();
    for parameter in OPERATIONS.iter().flat_map(|operation| operation.parameters).chain(SETTINGS) {
        let (ParameterKind::OneOf(words) | ParameterKind::SomeOf(words)) = parameter.kind else { continue };
        let name = name_of(parameter.name);
        let known = DOCS.iter().find(|(of, _)| *of == name).map(|(_, doc)| (*doc).to_owned());
        let doc = known.unwrap_or_else(|| format!("a value of the parameter `{}`", parameter.name));
        let list = lists.entry(name).or_insert(Words { doc, words: Vec::new() });
        for word in words {
            if !list.words.contains(word) {
                list.words.push(word);
            }
        }
    }
    lists
}
