//! `shapes.ts`: what the reader of answers has to know about them.

use zerossl::{OPERATIONS, Shape};

use super::types::BYTES;
use crate::generate::shapes::{inside, shapes};
use crate::generate::text::{camel, wrap};

/// The longest list on one line.
const COLUMNS: usize = 96;

const HEAD: &str = r#"import { mapOf } from "./reading.js";
import type { Shape } from "./reading.js";
import type { Operations } from "./operations.js";
"#;

pub(super) fn text() -> String {
    let shapes: String = shapes().into_iter().map(shape).collect();
    let operations: Vec<String> = OPERATIONS
        .iter()
        .map(|operation| {
            let (name, answer) = (operation.name, operation.answer.name);
            format!("  {}: {{ name: \"{name}\", answer: {answer} }},\n", camel(name))
        })
        .collect();
    format!(
        "{HEAD}{shapes}\n/** Each operation: its name in the library, and the shape of its answer. */\n\
         export const OPERATIONS: Readonly<Record<keyof Operations, {{ name: string; answer: Shape }}>> = \
         {{\n{}}};\n",
        operations.concat()
    )
}

fn shape(shape: &'static Shape) -> String {
    let name = shape.name;
    let fields = list(shape.fields.iter().map(|field| field.name).collect());
    let fields = match wrap(&fields, COLUMNS).as_slice() {
        [one] => one.to_owned(),
        lines => format!("\n    {},\n  ", lines.join("\n    ")),
    };
    let nested: Vec<String> = shape
        .fields
        .iter()
        .filter_map(|field| {
            let (inner, is_map) = inside(field.kind)?;
            let inner = if is_map { format!("mapOf({})", inner.name) } else { inner.name.to_owned() };
            Some(format!("{}: {inner}", field.name))
        })
        .collect();
    let bytes = BYTES.iter().filter(|(of, _)| *of == name).map(|(_, field)| *field).collect();
    let secrets = shape.fields.iter().filter(|field| field.secret).map(|field| field.name).collect();
    format!(
        "\nexport const {name}: Shape = {{\n  fields: [{fields}],\n{}{}{}}};\n",
        member("inside", "{ ", &nested.join(", "), " }"),
        member("bytes", "[", &list(bytes), "]"),
        member("secrets", "[", &list(secrets), "]"),
    )
}

fn list(names: Vec<&str>) -> String {
    names.into_iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// A member of a shape, unless there is nothing in it.
fn member(name: &str, head: &str, items: &str, tail: &str) -> String {
    if items.is_empty() { String::new() } else { format!("  {name}: {head}{items}{tail},\n") }
}
