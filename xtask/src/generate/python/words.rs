//! `literals.py`: closed lists of words, by the names that they have in Python.

use zerossl::{OPERATIONS, ParameterKind};

use super::layout::{COLUMNS, bracketed};
use super::note::NOTE;

/// A list of words: its name, what it is, and where it comes from.
struct Words {
    name: &'static str,
    doc: &'static str,
    from: From,
}

enum From {
    /// An operation's parameter.
    Parameter(&'static str, &'static str),
    /// A value in answers and events; other words may appear later.
    These(&'static [&'static str]),
}

/// In the order of the file.
const LISTS: [Words; 15] = [
    Words {
        name: "Status",
        doc: "The state of a certificate.",
        from: From::These(&["draft", "pending_validation", "issued", "cancelled", "revoked", "expired"]),
    },
    Words {
        name: "StatusFilter",
        doc: "The state of a certificate, as a filter. ``expiring_soon``: issued, and over within 30 days.",
        from: From::Parameter("list_certificates", "status"),
    },
    Words {
        name: "CertificateType",
        doc: "Single name, wildcard, multi-domain for 90 days; the same for a year; ACME.",
        from: From::These(&["1", "2", "3", "4", "5", "6", "7"]),
    },
    Words {
        name: "TypeFilter",
        doc: "The type of a certificate, as a filter: by number or by name.",
        from: From::Parameter("list_certificates", "type"),
    },
    Words {
        name: "ValidationMethod",
        doc: "How control of the names is shown.",
        from: From::Parameter("verify_domains", "validation_method"),
    },
    Words {
        name: "RevocationReason",
        doc: "Why a certificate is taken back.",
        from: From::Parameter("revoke_certificate", "reason"),
    },
    Words {
        name: "KeyType",
        doc: "The kind of a private key.",
        from: From::Parameter("generate_csr", "key_type"),
    },
    Words { name: "Method", doc: "An HTTP method.", from: From::Parameter("request", "method") },
    Words {
        name: "Preflight",
        doc: "Whether files and records are checked before the service checks them, and what a failed check means.",
        from: From::Parameter("obtain", "preflight"),
    },
    Words {
        name: "Layout",
        doc: "What `current` is in an entry: a symbolic link to a version, or a folder with copies.",
        from: From::Parameter("obtain", "layout"),
    },
    Words {
        name: "OnFailure",
        doc: "What a failed entry makes of a run: an error with the report, or the report.",
        from: From::Parameter("renew_all", "on_failure"),
    },
    Words {
        name: "Outcome",
        doc: "What came of an entry.",
        from: From::These(&[
            "issued",
            "renewed",
            "resumed",
            "unchanged",
            "pending",
            "abandoned",
            "postponed",
            "checked",
            "installed",
            "removed",
        ]),
    },
    Words {
        name: "FindingLevel",
        doc: "How bad a finding of a dry run is.",
        from: From::These(&["error", "warning"]),
    },
    Words { name: "EventType", doc: "The type of an event.", from: From::These(&["progress", "warning"]) },
    Words {
        name: "Stage",
        doc: "Where the work on an entry is.",
        from: From::These(&[
            "key",
            "order",
            "publish",
            "preflight",
            "verify",
            "wait",
            "download",
            "install",
            "deploy",
            "done",
        ]),
    },
];

/// The name of a list of words; without a name the list is written out.
pub(super) fn name_of(words: &[&str]) -> String {
    match LISTS.iter().find(|list| matches!(list.from, From::Parameter(..)) && list.words() == words) {
        Some(list) => list.name.to_owned(),
        None => literal(words),
    }
}

/// The names that a text of Python uses, in their order.
pub(super) fn used_in(text: &str) -> Vec<&'static str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<&str> = text.split(|c| !is_name(c)).collect();
    let mut names: Vec<_> = LISTS.iter().map(|list| list.name).filter(|name| words.contains(name)).collect();
    names.sort_unstable();
    names
}

pub(super) fn text() -> String {
    let mut names: Vec<_> = LISTS.iter().map(|list| format!("    \"{}\",\n", list.name)).collect();
    names.sort_unstable();
    let mut text = format!(
        "\"\"\"Words that the service uses. Answers may hold others: it adds some without notice.\"\"\"\n\n{}\n\
         from __future__ import annotations\n\nfrom typing import Literal, TypeAlias\n\n__all__ = [\n{}]\n",
        NOTE,
        names.concat()
    );
    for list in &LISTS {
        let words: Vec<String> = list.words().iter().map(|word| format!("\"{word}\"")).collect();
        let head = format!("{}: TypeAlias = Literal[", list.name);
        let mut lines = bracketed(0, &head, &words, "]");
        // Without a trailing comma, ruff puts all items on one separate line.
        let together = format!("{head}\n    {}\n]", words.join(", "));
        if lines.contains('\n') && together.lines().all(|line| line.len() <= COLUMNS) {
            lines = together;
        }
        text.extend(["\n", lines.as_str(), "\n\"\"\"", list.doc, "\"\"\"\n"]);
    }
    text
}

impl Words {
    fn words(&self) -> Vec<&'static str> {
        match self.from {
            From::These(words) => words.to_vec(),
            From::Parameter(operation, parameter) => {
                let operation = OPERATIONS.iter().find(|known| known.name == operation);
                let parameters = operation.map_or(&[][..], |operation| operation.parameters);
                match parameters.iter().find(|known| known.name == parameter).map(|known| known.kind) {
                    Some(ParameterKind::OneOf(words) | ParameterKind::SomeOf(words)) => words.to_vec(),
                    _ => Vec::new(),
                }
            }
        }
    }
}

fn literal(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("Literal[{}]", words.join(", "))
}
