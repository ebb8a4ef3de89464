//! The part of ruff's code layout that is needed here.

/// The longest line.
pub(super) const COLUMNS: usize = 120;

/// `head(items)tail` on one line, or with an item a line.
pub(super) fn bracketed(indent: usize, head: &str, items: &[String], tail: &str) -> String {
    let space = " ".repeat(indent);
    let one = format!("{space}{head}{}{tail}", items.join(", "));
    // A comment for the linter at the end of the line does not count.
    let length = one.split("  # noqa").next().unwrap_or_default().chars().count();
    if length <= COLUMNS {
        return one;
    }
    let rows: String = items.iter().map(|item| row(indent + 4, item)).collect();
    format!("{space}{head}\n{rows}{space}{tail}")
}

/// An item on its own line; the comma comes before a comment.
pub(super) fn row(indent: usize, item: &str) -> String {
    let space = " ".repeat(indent);
    match item.split_once("  # ") {
        Some((item, comment)) => format!("{space}{item},  # {comment}\n"),
        None => format!("{space}{item},\n"),
    }
}

/// A paragraph, broken where the line would be too long.
pub(super) fn paragraph(first: &str, indent: usize, text: &str) -> String {
    let space = " ".repeat(indent);
    let mut lines = vec![first.to_owned()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().filter(|line| {
            let is_new = line.trim().is_empty();
            is_new || line.chars().count() + 1 + word.chars().count() <= COLUMNS
        });
        match last {
            Some(line) if line.is_empty() || line.ends_with(' ') => line.push_str(word),
            Some(line) => line.extend([" ", word]),
            None => lines.push(format!("{space}{word}")),
        }
    }
    lines.join("\n") + "\n"
}

/// A Python string literal.
pub(super) fn quoted(text: &str) -> String {
    if text.contains('"') && !text.contains('\'') {
        format!("'{text}'")
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
