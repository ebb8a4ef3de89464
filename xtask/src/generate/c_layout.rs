//! The layout of `zerossl.h`: what cbindgen writes, in groups with a table of contents, constants as an enum, and comments
//! in short lines.

use std::fmt::Write;

use super::c_comment::{Part, comment, parts};
use super::text::wrap;

/// The groups, each with its first function.
const GROUPS: [(&str, &str); 9] = [
    ("The library", "zerossl_version"),
    ("Strings", "zerossl_string_free"),
    ("Errors", "zerossl_error_code"),
    ("Clients", "zerossl_client_new"),
    ("Calls", "zerossl_call"),
    ("Documents", "zerossl_doc_new"),
    ("Cancel tokens", "zerossl_cancel_token_new"),
    ("Ops", "zerossl_op_start"),
    ("Operations", "zerossl_create_certificate"),
];

/// A constant with its documentation.
pub(super) struct Constant {
    doc: Vec<Part>,
    pub(super) name: String,
    pub(super) value: String,
}

/// The groups with their functions, in the order of the header.
pub(super) fn groups(names: &[String]) -> Vec<(&'static str, Vec<&str>)> {
    let mut groups: Vec<(&'static str, Vec<&str>)> = Vec::new();
    for name in names {
        if let Some((title, _)) = GROUPS.iter().find(|(_, first)| first == name) {
            groups.push((title, Vec::new()));
        }
        if let Some((_, functions)) = groups.last_mut() {
            functions.push(name);
        }
    }
    groups
}

/// The table of contents, as lines of the comment at the header's start.
pub(super) fn contents(names: &[String]) -> String {
    let mut text = String::new();
    for (title, functions) in groups(names) {
        let functions: Vec<_> = functions.iter().map(|name| name.trim_start_matches("zerossl_")).collect();
        let shared = functions.join(", ");
        for (index, line) in wrap(&shared, 80).iter().enumerate() {
            let title = if index == 0 { title } else { "" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, " * {title:<14} {line}");
        }
    }
    text
}

/// The name of the function that a block of the header declares.
pub(super) fn function(block: &str) -> Option<&str> {
    let code = block.rsplit(" */\n").next()?;
    let (before, _) =
        code.split_once('(').filter(|_| !code.starts_with("typedef") && !code.starts_with("/*"))?;
    before.rsplit([' ', '*']).next().filter(|name| name.starts_with("zerossl_"))
}

/// The comment of a block, in parts, and what follows it.
pub(super) fn split(block: &str) -> (Vec<Part>, &str) {
    let Some((comment, code)) = block.strip_prefix("/**").and_then(|rest| rest.split_once("*/\n")) else {
        return (Vec::new(), block);
    };
    let lines = comment.trim().lines().map(|line| line.trim_start().trim_start_matches('*'));
    (parts(lines.map(|line| line.strip_prefix(' ').unwrap_or(line))), code)
}

/// Lays cbindgen's output out.
pub(super) fn laid_out(text: &str) -> String {
    let text = text.replace("ZEROSSL_MUST_USE ", "ZEROSSL_MUST_USE\n").replace(" // __cplusplus", "");
    let mut out: Vec<String> = Vec::new();
    let mut constants = Vec::new();
    for block in text.split("\n\n") {
        if let Some(constant) = constant(block) {
            constants.push(constant);
            continue;
        }
        if !constants.is_empty() {
            out.push(enumeration(&std::mem::take(&mut constants)));
        }
        if let Some((title, _)) = GROUPS.iter().find(|(_, first)| function(block) == Some(first)) {
            out.push(format!("/* ---- {title} {} */", "-".repeat(80 - title.len())));
        }
        let (doc, code) = split(block);
        out.push(if doc.is_empty() { block.to_owned() } else { comment(&doc, 0) + code });
    }
    out.join("\n\n")
}

/// The constants of cbindgen's output, in one list.
pub(super) fn constants(text: &str) -> Vec<Constant> {
    text.split("\n\n").filter_map(constant).collect()
}

fn constant(block: &str) -> Option<Constant> {
    let (doc, code) = split(block);
    let (name, value) = code.strip_prefix("#define ")?.trim().split_once(' ')?;
    (!code.trim().contains('\n')).then(|| Constant { doc, name: name.to_owned(), value: value.to_owned() })
}

fn enumeration(constants: &[Constant]) -> String {
    let last = constants.len() - 1;
    let lines = constants.iter().enumerate().map(|(index, Constant { doc, name, value })| {
        format!("{}    {name} = {value}{}\n", comment(doc, 4), if index == last { "" } else { "," })
    });
    format!(
        "/** Codes of errors, and what functions return. They are of type int and fit into int32_t. */\nenum {{\n{}}};",
        lines.collect::<Vec<_>>().concat()
    )
}
