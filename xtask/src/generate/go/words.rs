//! `words_gen.go`: a type and its constants for each closed list of words.

use super::docs::{comment, prose};
use super::names::exported;
use crate::generate::words::{Words, lists};

pub(super) fn text() -> String {
    lists().iter().map(|(name, list)| declared(name, list)).collect()
}

fn declared(name: &str, Words { doc, words }: &Words) -> String {
    let doc = comment(0, &format!("{name} is {}.", prose(doc, &[])));
    let constants: Vec<_> = words.iter().map(|word| format!("{name}{}", exported(word))).collect();
    let width = constants.iter().map(String::len).max().unwrap_or_default();
    let rows: Vec<String> = constants
        .iter()
        .zip(words)
        .map(|(constant, word)| format!("\t{constant:width$} {name} = \"{word}\"\n"))
        .collect();
    format!("\n{doc}type {name} string\n\n// The words of [{name}].\nconst (\n{})\n", rows.concat())
}
