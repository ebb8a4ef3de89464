//! `docs/operations/`: a page for each operation, and their list.

use std::fmt::Write;
use std::path::PathBuf;

use zerossl::{Field, FieldKind, OPERATIONS, Operation, Parameter, ParameterKind, Shape};

use super::calls::calls;
use super::text::NOTE;

pub(super) fn files() -> Vec<(PathBuf, String)> {
    let mut files: Vec<_> = OPERATIONS
        .iter()
        .map(|operation| (PathBuf::from(format!("docs/operations/{}.md", operation.name)), page(operation)))
        .collect();
    files.push((PathBuf::from("docs/operations/README.md"), list()));
    files
}

fn list() -> String {
    let mut text = format!("{NOTE}\n# Operations\n\n| operation | what it does |\n| --- | --- |\n");
    for operation in OPERATIONS {
        line(&mut text, &format!("| [`{0}`]({0}.md) | {1} |", operation.name, operation.summary));
    }
    text
}

fn page(operation: &Operation) -> String {
    let Operation { name, summary, source, parameters, answer, .. } = operation;
    let mut text = format!(
        "{NOTE}\n# `{name}`\n\n{summary}\n\nSource: {source}.\n\n{}\n## Parameters\n\n",
        calls(operation)
    );
    if parameters.is_empty() {
        line(&mut text, "None.");
    } else {
        text.push_str(&parameter_table(parameters));
    }
    line(&mut text, "\n## Answer\n");
    let mut shapes = Vec::new();
    collect(answer, &mut shapes);
    for (index, shape) in shapes.iter().enumerate() {
        if index > 0 {
            line(&mut text, &format!("\n### {}\n", shape.name));
        }
        line(&mut text, "| field | holds | |\n| --- | --- | --- |");
        for field in shape.fields {
            line(&mut text, &format!("| `{}` | {} | {} |", field.name, holds(field), field.doc));
        }
    }
    line(
        &mut text,
        "\nFields that are not listed here are passed on as they came. Errors: [errors](../errors.md).",
    );
    text
}

pub(super) fn parameter_table(parameters: &[Parameter]) -> String {
    let mut text = "| name | takes | |\n| --- | --- | --- |\n".to_owned();
    for parameter in parameters {
        let mark = match (parameter.required, parameter.secret) {
            (true, false) => "",
            (true, true) => " (secret)",
            (false, false) => " (optional)",
            (false, true) => " (optional, secret)",
        };
        line(
            &mut text,
            &format!("| `{}`{mark} | {} | {} |", parameter.name, takes(parameter.kind), parameter.doc),
        );
    }
    text
}

/// What a parameter takes, in words.
pub(super) fn takes(kind: ParameterKind) -> String {
    match kind {
        ParameterKind::Text => "text".into(),
        ParameterKind::Folder => "path of a folder".into(),
        ParameterKind::File => "path of a file".into(),
        ParameterKind::TextList | ParameterKind::Command => "list of texts".into(),
        ParameterKind::Id => "id, text".into(),
        ParameterKind::Domains | ParameterKind::DistinctDomains => "list of names".into(),
        ParameterKind::Csr | ParameterKind::PrivateKey => "PEM".into(),
        ParameterKind::OneOf(words) => {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        }
        ParameterKind::SomeOf(words) => {
            format!("list of {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
        }
        ParameterKind::Integer(0, most) => format!("whole number, up to {most}"),
        ParameterKind::Integer(least, u64::MAX) => format!("whole number, from {least}"),
        ParameterKind::Integer(least, most) => format!("whole number, {least} to {most}"),
        ParameterKind::Seconds => "seconds".into(),
        ParameterKind::Number => "number".into(),
        ParameterKind::Flag => "true or false".into(),
        ParameterKind::Object => "object".into(),
        ParameterKind::Subject => {
            "object: `country`, `state`, `locality`, `organization`, `organizational_unit`".into()
        }
        other => format!("{other:?}"),
    }
}

fn holds(field: &Field) -> String {
    let none = if field.required { "" } else { " or null" };
    match field.kind {
        FieldKind::Text | FieldKind::Pem => format!("text{none}"),
        FieldKind::Time => format!("time{none}"),
        FieldKind::Flag => format!("true, false{none}"),
        FieldKind::Count => format!("whole number{none}"),
        kind => kind_of(kind),
    }
}

fn kind_of(kind: FieldKind) -> String {
    match kind {
        FieldKind::Text | FieldKind::Pem => "text".into(),
        FieldKind::Names | FieldKind::Lines => "list of texts".into(),
        FieldKind::Object(shape) => shape.name.into(),
        FieldKind::ObjectOrNone(shape) => format!("{}, or null", shape.name),
        FieldKind::Objects(shape) => format!("list of {}", shape.name),
        FieldKind::Map(kind) => format!("for each name: {}", kind_of(*kind)),
        FieldKind::Any => "any JSON".into(),
        other => format!("{other:?}"),
    }
}

/// A shape and the shapes inside it, each once.
fn collect(shape: &'static Shape, shapes: &mut Vec<&'static Shape>) {
    if shapes.iter().any(|known| known.name == shape.name) {
        return;
    }
    shapes.push(shape);
    for field in shape.fields {
        let mut kind = field.kind;
        while let FieldKind::Map(inner) = kind {
            kind = *inner;
        }
        if let FieldKind::Object(inner) | FieldKind::ObjectOrNone(inner) | FieldKind::Objects(inner) = kind {
            collect(inner, shapes);
        }
    }
}

fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}
