//! Manual pages in mdoc(7), from the header: `zerossl(3)`, and one for each function.

use std::error::Error;
use std::fmt::Write;

use super::c_comment::Part;
use super::c_header::full;
use super::c_layout::{function, groups, split};
use super::{c_exports, text::wrap};

/// The day of the release; RELEASING.md has it. Not that of the build, which has to give the same files again.
const DATE: &str = "November 29, 2026";
/// Text lines of mdoc are no longer.
const COLUMNS: usize = 78;

/// Every page: its file name, and its text.
pub(crate) fn pages() -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let header = full()?;
    let names = c_exports::names()?;
    let mut pages = vec![("zerossl.3".to_owned(), overview(&header, &names)?)];
    for block in header.split("\n\n") {
        if let Some(name) = function(block) {
            pages.push((format!("{name}.3"), page(name, block, &names)));
        }
    }
    if pages.len() == names.len() + 1 { Ok(pages) } else { Err("a function has no manual page".into()) }
}

fn page(name: &str, block: &str, names: &[String]) -> String {
    let (doc, code) = split(block);
    let mut parts = doc.iter();
    let first = match parts.next() {
        Some(Part::Paragraph(text) | Part::Item(text)) => text.as_str(),
        None => "",
    };
    let (summary, rest) = first.split_once(". ").unwrap_or((first.trim_end_matches('.'), ""));
    let code = code.replace("ZEROSSL_MUST_USE", "").split_whitespace().collect::<Vec<_>>().join(" ");
    let (before, arguments) = code.split_once('(').unwrap_or((&code, ""));
    let kind = before.trim_end_matches(name).trim();
    let mut text = start(name, &decapitalized(summary));
    let _ = write!(text, ".Ft {kind}\n.Fo {name}\n");
    for argument in arguments.trim_end_matches([')', ';']).split(", ") {
        let _ = writeln!(text, ".Fa \"{argument}\"");
    }
    text.push_str(".Fc\n.Sh DESCRIPTION\n");
    prose(&mut text, if rest.is_empty() { first } else { rest });
    let mut is_list = false;
    for part in parts {
        match part {
            Part::Paragraph(paragraph) => {
                text.push_str(if is_list { ".El\n.Pp\n" } else { ".Pp\n" });
                is_list = false;
                prose(&mut text, paragraph);
            }
            Part::Item(item) => {
                text.push_str(if is_list { "" } else { ".Bl -dash -compact\n" });
                text.push_str(".It\n");
                is_list = true;
                prose(&mut text, item);
            }
        }
    }
    text.push_str(if is_list { ".El\n" } else { "" });
    see_also(&mut text, name, block, names);
    text
}

/// Other functions that the page names; the overview has all.
fn see_also(text: &mut String, name: &str, block: &str, names: &[String]) {
    let is_named = |other: &&String| {
        *other != name
            && block.match_indices(other.as_str()).any(|(at, _)| {
                !block[at + other.len()..].starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            })
    };
    let mut others: Vec<_> = names.iter().filter(is_named).map(String::as_str).collect();
    others.push("zerossl");
    others.sort_unstable();
    text.push_str(".Sh SEE ALSO\n");
    references(text, &others);
}

fn overview(header: &str, names: &[String]) -> Result<String, Box<dyn Error>> {
    let rules = header.split(" */").next().unwrap_or_default();
    let rules = rules.split(" * Functions, without").next().unwrap_or_default();
    let mut example = String::new();
    let mut entries: Vec<(String, String)> = Vec::new();
    for line in rules.lines().skip(3) {
        let line = line.strip_prefix(" *").unwrap_or(line);
        if let Some(more) = line.strip_prefix("              ") {
            let (_, entry) = entries.last_mut().ok_or("the rules begin with a name")?;
            entry.push(' ');
            entry.push_str(more.trim());
        } else if let Some(code) = line.strip_prefix("     ") {
            example.push_str(&escaped(code));
            example.push('\n');
        } else if let Some((name, entry)) =
            line.split_at_checked(14).filter(|(name, _)| !name.trim().is_empty())
        {
            entries.push((name.trim().to_owned(), entry.trim().to_owned()));
        }
    }
    let mut text = start("zerossl", "ZeroSSL's REST API and certificates, for C");
    text.push_str(
        ".Sh DESCRIPTION\nThe library is unofficial.\nWhat holds for all functions:\n.Bl -tag -width Ds\n",
    );
    for (name, entry) in &entries {
        let _ = writeln!(text, ".It {name}");
        prose(&mut text, entry);
    }
    text.push_str(".El\n.Pp\nThe functions:\n.Bl -tag -width Ds\n");
    for (title, functions) in groups(names) {
        let _ = writeln!(text, ".It {title}");
        references(&mut text, &functions);
    }
    text.push_str(".El\n.Sh EXAMPLES\n.Bd -literal\n");
    text.push_str(&example);
    text.push_str(
        ".Ed\n.Sh SEE ALSO\n.Lk https://zerossl.com/documentation/api/ \"the documentation of the API\"\n",
    );
    Ok(text)
}

fn start(name: &str, summary: &str) -> String {
    format!(
        ".Dd {DATE}\n.Dt {} 3\n.Os\n.Sh NAME\n.Nm {name}\n.Nd {summary}\n.Sh SYNOPSIS\n.In zerossl.h\n",
        name.to_uppercase()
    )
}

/// Not with the macro for it: mandoc would complain about each page that is not installed yet.
fn references(text: &mut String, names: &[&str]) {
    let names: Vec<_> = names.iter().map(|name| format!("{name}(3)")).collect();
    prose(text, &names.join(", "));
}

/// A paragraph, with each sentence on lines of its own.
fn prose(text: &mut String, paragraph: &str) {
    for sentence in paragraph.replace(". ", ".\n").lines() {
        for line in wrap(sentence, COLUMNS) {
            text.push_str(&escaped(&line));
            text.push('\n');
        }
    }
}

fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}

fn decapitalized(text: &str) -> String {
    let is_name = text.chars().nth(1).is_some_and(char::is_uppercase);
    match text.chars().next() {
        Some(first) if !is_name => first.to_lowercase().collect::<String>() + &text[first.len_utf8()..],
        _ => text.to_owned(),
    }
}
