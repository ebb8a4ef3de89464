//! Comments of the C header: paragraphs and lists, in lines of at most 100 columns.

use super::text::wrap;

/// No line of the header is longer.
pub(super) const COLUMNS: usize = 100;

/// A part of a comment.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    Paragraph(String),
    /// An item of a list.
    Item(String),
}

/// The parts of a comment, from its lines without the stars.
pub(super) fn parts<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut is_open = false;
    for line in lines {
        let line = line.trim_end();
        if let Some(item) = line.strip_prefix("- ") {
            parts.push(Part::Item(item.to_owned()));
            is_open = true;
        } else if line.is_empty() {
            is_open = false;
        } else if let Some(Part::Paragraph(text) | Part::Item(text)) = parts.last_mut().filter(|_| is_open) {
            text.push(' ');
            text.push_str(line.trim_start());
        } else {
            parts.push(Part::Paragraph(line.to_owned()));
            is_open = true;
        }
    }
    parts
}

/// A comment in C, with so many spaces before it.
pub(super) fn comment(parts: &[Part], indent: usize) -> String {
    let before = " ".repeat(indent);
    if let [Part::Paragraph(text)] = parts
        && indent + text.len() + "/**  */".len() <= COLUMNS
    {
        return format!("{before}/** {text} */\n");
    }
    let mut lines = Vec::new();
    let width = COLUMNS - indent - " * ".len();
    for (index, part) in parts.iter().enumerate() {
        let follows_item = index > 0 && matches!(parts[index - 1], Part::Item(_));
        match part {
            Part::Paragraph(text) => {
                if index > 0 {
                    lines.push(String::new());
                }
                lines.extend(wrap(text, width));
            }
            Part::Item(text) => {
                if index > 0
                    && !follows_item
                    && !matches!(&parts[index - 1], Part::Paragraph(text) if text.ends_with(':'))
                {
                    lines.push(String::new());
                }
                let wrapped = wrap(text, width - 2);
                lines.extend(
                    wrapped
                        .iter()
                        .enumerate()
                        .map(|(line, text)| format!("{}{text}", if line == 0 { "- " } else { "  " })),
                );
            }
        }
    }
    let lines: String =
        lines.iter().map(|line| format!("{before} * {line}").trim_end().to_owned() + "\n").collect();
    format!("{before}/**\n{lines}{before} */\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_lists_are_wrapped_anew() {
        let long = "word ".repeat(40);
        let lines = ["One", "two.", "", "Parameters:", "- a: b", "  c", "- d", "", &long];
        let parts = parts(lines);
        assert_eq!(parts[0], Part::Paragraph("One two.".into()));
        assert_eq!(parts[2], Part::Item("a: b c".into()));
        let comment = comment(&parts, 4);
        assert!(comment.lines().all(|line| line.len() <= COLUMNS && line.starts_with("    ")), "{comment}");
        assert!(
            comment.contains("     * Parameters:\n     * - a: b c\n     * - d\n     *\n     * word word"),
            "{comment}"
        );
    }
}
