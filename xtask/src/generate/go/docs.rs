//! Comments of Go: the texts of the table, with the names that Go has for things.

use zerossl::{Kind, OPERATIONS};

use super::names::exported;
use crate::generate::text::wrap;

/// With the two slashes.
const COLUMNS: usize = 80;

/// A comment of one paragraph, each line behind so many tabs.
pub(super) fn comment(tabs: usize, text: &str) -> String {
    let before = "\t".repeat(tabs);
    let lines: Vec<String> =
        wrap(text, COLUMNS - 3).iter().map(|line| format!("{before}// {line}\n")).collect();
    lines.concat()
}

/// A text of the table: what is in backticks there gets its name in Go. Go's comments have no mark for code.
pub(super) fn prose(text: &str, fields: &[&str]) -> String {
    let mut said = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place % 2 == 0 {
            said.push_str(part);
        } else if fields.contains(&part) {
            said.push_str(&exported(part));
        } else if OPERATIONS.iter().any(|operation| operation.name == part) {
            said.extend(["[Client.", &exported(part), "]"]);
        } else if said.ends_with("kind ") && Kind::ALL.iter().any(|kind| kind.name() == part) {
            said.extend(["[Err", &exported(part), "]"]);
        } else {
            said.push_str(part);
        }
    }
    said
}

/// A sentence with its first letter in lower case, to follow the name that it is about.
pub(super) fn continued(sentence: &str) -> String {
    let (first, rest) = sentence.split_at(sentence.len().min(1));
    // `CSR` and the like stay.
    if rest.starts_with(|c: char| c.is_ascii_uppercase()) {
        return sentence.to_owned();
    }
    first.to_lowercase() + rest
}
