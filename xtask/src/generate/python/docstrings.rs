//! The text of a docstring: the text of the table, and Python's additions from `python/docstrings/`.

use std::fs;

use zerossl::Operation;

use super::layout::paragraph;
use super::mode::Mode;
use crate::top::top;

/// A parameter in the list of the docstring.
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) doc: String,
}

/// What is different on an event loop.
const ON_A_LOOP: [(&str, &str); 2] = [
    (
        "Callables are called on this thread. What they raise, and Ctrl-C, ends",
        "Callables, plain or ``async def``, are called on the loop. What they raise, and the task's cancel, ends",
    ),
    ("For all pages use `iter_certificates`.", "For all pages use `iter_certificates` with ``async for``."),
];

pub(super) fn of(operation: &Operation, arguments: &[Argument], mode: Mode) -> String {
    written(operation.name, operation.summary, arguments, mode)
}

/// Of the method that goes through all pages.
pub(super) fn of_iterator(arguments: &[Argument], mode: Mode) -> String {
    written("iter_certificates", "Iterates over all certificates that match.", arguments, mode)
}

fn written(name: &str, summary: &str, arguments: &[Argument], mode: Mode) -> String {
    let (mut additions, mut rest) = added(name);
    if mode == Mode::Async {
        for (blocking, on_a_loop) in ON_A_LOOP {
            additions = additions.replace(blocking, on_a_loop);
        }
        // The examples are those of `Client`, with `await`.
        rest.truncate(rest.find(">>> ").unwrap_or(rest.len()));
        rest.truncate(rest.trim_end().len());
    }
    let (first, after) = match summary.split_once(". ") {
        Some((first, after)) => (format!("{first}."), after),
        None => (summary.to_owned(), ""),
    };
    let mut text = format!("        \"\"\"{}\n", imperative(&first));
    // Python's first added paragraph continues the text of the table.
    let paragraphs = additions.split("\n\n").map(str::to_owned);
    let mut paragraphs: Vec<String> = paragraphs.filter(|text| !text.is_empty()).collect();
    match paragraphs.first_mut() {
        Some(own) if !after.is_empty() => *own = format!("{after} {own}"),
        None if !after.is_empty() => paragraphs.push(after.to_owned()),
        _ => {}
    }
    for own in paragraphs {
        text.push('\n');
        text.push_str(&paragraph("        ", 8, &own));
    }
    if !arguments.is_empty() {
        text.push_str("\n        Args:\n");
        for argument in arguments {
            text.push_str(&paragraph(&format!("            {}:", argument.name), 16, &argument.doc));
        }
    }
    if rest.is_empty() && !text.trim_end().contains('\n') {
        return text.trim_end().to_owned() + "\"\"\"\n";
    }
    if !rest.is_empty() {
        text.push('\n');
    }
    for line in rest.lines() {
        text.push_str(if line.is_empty() { "" } else { "        " });
        text.push_str(line);
        text.push('\n');
    }
    text + "        \"\"\"\n"
}

/// The texts before and after the parameters.
fn added(operation: &str) -> (String, String) {
    let path = top().join(format!("python/docstrings/{operation}.txt"));
    let text = fs::read_to_string(path).unwrap_or_default();
    let begins = |line: &str| line == "Raises:" || line.starts_with(">>> ");
    let place = text.lines().position(begins).unwrap_or(usize::MAX);
    let lines = |skip: usize, take: usize| text.lines().skip(skip).take(take).collect::<Vec<_>>().join("\n");
    (lines(0, place).trim().to_owned(), lines(place, usize::MAX).trim_end().to_owned())
}

/// `Gets` describes an operation; a docstring uses the imperative, `Get`.
fn imperative(sentence: &str) -> String {
    let (verb, rest) = sentence.split_once(' ').unwrap_or((sentence, ""));
    let verb = verb
        .strip_suffix("oes")
        .map_or_else(|| verb.strip_suffix('s').unwrap_or(verb).to_owned(), |stem| format!("{stem}o"));
    format!("{verb} {rest}")
}
