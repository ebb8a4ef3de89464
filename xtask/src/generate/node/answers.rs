//! `answers.ts`: an interface for each object in an answer.

use zerossl::{FieldKind, Shape};

use super::names::comment;
use super::types;
use crate::generate::shapes::shapes;
use crate::generate::text::camel;

const HEAD: &str = "\
/**
 * The answers of the operations. Texts, numbers and flags are null where the service says nothing, lists and
 * maps are empty. Fields that this version does not know are passed on under the service's own names.
 *
 * @module
 */
";

pub(super) fn text() -> String {
    let interfaces: String = shapes().into_iter().map(interface).collect();
    format!("{HEAD}{interfaces}")
}

fn interface(shape: &Shape) -> String {
    let fields: Vec<String> = shape
        .fields
        .iter()
        .map(|field| {
            let more = match field.kind {
                FieldKind::Time => " RFC 3339 in UTC, or as it came if it cannot be read.",
                _ => "",
            };
            let doc = comment(2, &format!("{}{more}", field.doc));
            format!("{doc}  {}: {};\n", camel(field.name), types::of_field(shape.name, field))
        })
        .collect();
    format!("\n{}export interface {} {{\n{}}}\n", comment(0, shape.doc), shape.name, fields.concat())
}
