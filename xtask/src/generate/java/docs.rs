//! Javadoc: the texts of the table, with the names that Java has for things.

use zerossl::{Kind, OPERATIONS};

use crate::generate::text::{camel, pascal, wrap};

const COLUMNS: usize = 100;

/// A comment, each line behind so many spaces; the tags are such as `@return the answer`.
pub(super) fn comment(indent: usize, text: &str, tags: &[String]) -> String {
    let space = " ".repeat(indent);
    if tags.is_empty() && indent + text.len() + 7 <= COLUMNS {
        return format!("{space}/** {text} */\n");
    }
    let columns = COLUMNS - indent - 3;
    let mut lines = wrap(text, columns);
    if !tags.is_empty() {
        lines.push(String::new());
    }
    for tag in tags {
        let wrapped = wrap(tag, columns - 4).into_iter().enumerate();
        lines.extend(wrapped.map(|(place, line)| if place == 0 { line } else { format!("    {line}") }));
    }
    let lines: String =
        lines.iter().map(|line| format!("{space} * {line}").trim_end().to_owned() + "\n").collect();
    format!("{space}/**\n{lines}{space} */\n")
}

/// A text of the table: what is in backticks there is code, a link, or gets its name in Java.
pub(super) fn prose(text: &str, fields: &[&str]) -> String {
    let mut said = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place % 2 == 0 {
            said.push_str(&part.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        } else if fields.contains(&part) {
            said.extend(["{@code ", &camel(part), "}"]);
        } else if OPERATIONS.iter().any(|operation| operation.name == part) {
            let name = camel(part);
            said.extend(["{@link ZeroSsl#", &name, " ", &name, "}"]);
        } else if said.ends_with("kind ") && Kind::ALL.iter().any(|kind| kind.name() == part) {
            said.extend(["{@link ", &exception(part), "}"]);
        } else {
            said.extend(["{@code ", part, "}"]);
        }
    }
    said
}

/// The class of a kind of errors.
pub(super) fn exception(kind: &str) -> String {
    format!("{}Exception", pascal(kind))
}

/// A sentence as the description of a tag: with its first letter in lower case, and without a full stop if it is alone.
pub(super) fn tag(name: &str, sentence: &str) -> String {
    let (first, rest) = sentence.split_at(sentence.len().min(1));
    // `CSR` and the like stay.
    let is_word = !rest.starts_with(|c: char| c.is_ascii_uppercase());
    let mut described = if is_word { first.to_lowercase() + rest } else { sentence.to_owned() };
    if !described.contains(". ") {
        described.truncate(described.trim_end_matches('.').len());
    }
    format!("@param {name} {described}")
}
