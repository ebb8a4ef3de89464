//! Words that the service uses and that say nothing about anybody. All others are taken out of what is recorded.

use zerossl::{CODES, OPERATIONS, ParameterKind};

/// Members whose values are the service's own words.
const KEPT: [&str; 12] = [
    "status",
    "type",
    "validation_type",
    "validationType",
    "validation_method",
    "method",
    "signature_algorithm_properties",
    "acmeUsageLevel",
    "acme_usage_level",
    "encryption_algorithm",
    "certificate_status",
    "success",
];
/// Members with sentences of the service. Names and numbers in them are replaced.
const SENTENCES: [&str; 6] = ["message", "error_slug", "details", "info", "about", "description"];
const OTHERS: [&str; 18] = [
    "http",
    "https",
    "well-known",
    "pki-validation",
    "txt",
    "admin",
    "administrator",
    "hostmaster",
    "postmaster",
    "webmaster",
    "low",
    "medium",
    "high",
    "null",
    "true",
    "false",
    "certificate",
    "api",
];

/// Whether the values of this member are kept as they are.
pub(super) fn is_kept(member: &str, text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-: ,".contains(c);
    KEPT.contains(&member) && text.len() <= 60 && text.chars().all(is_plain)
}

pub(super) fn is_sentence(member: &str) -> bool {
    SENTENCES.contains(&member)
}

/// Whether it is one of the service's words.
pub(super) fn is_known(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    OTHERS.contains(&lower.as_str())
        || CODES.iter().any(|known| known.api_type == word)
        || OPERATIONS.iter().flat_map(|operation| operation.parameters).any(|parameter| {
            match parameter.kind {
                ParameterKind::OneOf(words) | ParameterKind::SomeOf(words) => words.contains(&word),
                _ => false,
            }
        })
}
