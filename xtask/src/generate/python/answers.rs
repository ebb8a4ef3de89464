//! `answers.py`: a class for each object in an answer.

use zerossl::{FieldKind, OPERATIONS, Shape};

use super::layout::{COLUMNS, bracketed, quoted};
use super::note::NOTE;
use super::{types, words};

const DOC: &str = "\
\"\"\"The answers of the operations: their fields, types and what they mean.

Text, numbers and flags are None where the service says nothing, lists and dicts are empty. Times are aware datetimes in
UTC; one that cannot be read is passed on as it came, as a text.
\"\"\"
";

/// The names of all classes, in order.
pub(super) fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = shapes().iter().map(|shape| shape.name).collect();
    names.sort_unstable();
    names
}

fn shapes() -> Vec<&'static Shape> {
    let mut shapes = Vec::new();
    for operation in OPERATIONS {
        collect(operation.answer, &mut shapes);
    }
    shapes
}

pub(super) fn text() -> String {
    let shapes = shapes();
    let classes: String = shapes.iter().map(|shape| class(shape)).collect();
    let mut names: Vec<_> = shapes.iter().map(|shape| shape.name).chain(["Answer"]).collect();
    names.sort_unstable();
    let names: Vec<String> = names.iter().map(|name| format!("    \"{name}\",\n")).collect();
    let names = names.concat();
    format!(
        "{DOC}\n{}\nfrom __future__ import annotations\n\n\
         from libzerossl._native import Field\nfrom libzerossl.answer import Answer\n\n\
         TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from collections.abc import Mapping, Sequence\n    from datetime import datetime\n    from typing import Any\n\n    from libzerossl.literals import {}\n\n\
         __all__ = [\n{names}]\n{classes}",
        NOTE,
        words::used_in(&classes).join(", ")
    )
}

/// The class of a nested object comes before the class that holds it.
fn collect(shape: &'static Shape, found: &mut Vec<&'static Shape>) {
    if found.iter().any(|known| known.name == shape.name) {
        return;
    }
    for field in shape.fields {
        collect_in(field.kind, found);
    }
    found.push(shape);
}

fn collect_in(kind: FieldKind, found: &mut Vec<&'static Shape>) {
    match kind {
        FieldKind::Object(shape) | FieldKind::ObjectOrNone(shape) | FieldKind::Objects(shape) => {
            collect(shape, found);
        }
        FieldKind::Map(kind) => collect_in(*kind, found),
        _ => {}
    }
}

fn class(shape: &Shape) -> String {
    let fields: String = shape
        .fields
        .iter()
        .map(|field| {
            let (annotation, kind, of) = types::of_field(shape.name, field);
            let mut arguments = vec![quoted(field.doc)];
            if !kind.is_empty() {
                arguments.push(quoted(kind));
            }
            arguments.extend(of.map(|of| format!("of={of}")));
            if field.secret {
                arguments.push("secret=True".to_owned());
            }
            let head = format!("{}: Field[{annotation}] = Field(", field.name);
            laid_out(&head, &arguments) + "\n"
        })
        .collect();
    format!(
        "\n\nclass {}(Answer):\n    \"\"\"{}\"\"\"\n\n    __slots__ = ()\n\n{fields}",
        shape.name, shape.doc
    )
}

/// Everything on one line; or the arguments on a line of their own; or each argument on its own line.
fn laid_out(head: &str, arguments: &[String]) -> String {
    let text = bracketed(4, head, arguments, ")");
    let together = format!("        {}", arguments.join(", "));
    if text.contains('\n') && together.chars().count() <= COLUMNS {
        return format!("    {head}\n{together}\n    )");
    }
    text
}
