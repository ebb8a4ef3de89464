//! A record for each object in an answer.

use zerossl::{Field, Shape};

use super::docs::{comment, prose, tag};
use super::source::Source;
use super::types;
use crate::generate::shapes::shapes;
use crate::generate::text::camel;

/// The answer of operations that have nothing to say.
pub(super) const NOTHING: &str = "Success";

pub(super) fn sources() -> Vec<Source> {
    let shapes = shapes().into_iter().filter(|shape| shape.name != NOTHING);
    shapes.map(|shape| Source { name: shape.name.to_owned(), text: record(shape) }).collect()
}

fn record(shape: &Shape) -> String {
    let name = shape.name;
    let fields: Vec<&str> = shape.fields.iter().map(|field| field.name).collect();
    let mut tags: Vec<String> =
        shape.fields.iter().map(|field| tag(&camel(field.name), &prose(field.doc, &fields))).collect();
    tags.push("@param extra what the service has sent besides, by its own names".to_owned());
    let doc = comment(0, &prose(shape.doc, &fields), &tags);
    let of: Vec<(String, String)> = shape.fields.iter().map(|field| types::of_field(shape, field)).collect();
    let components: Vec<String> = shape
        .fields
        .iter()
        .zip(&of)
        .map(|(field, (of, _))| format!("        {of} {},\n", camel(field.name)))
        .collect();
    let read: Vec<String> = of.iter().map(|(_, read)| format!("                fields.{read},\n")).collect();
    format!(
        "{doc}public record {name}(\n{}        Map<String, Object> extra) {{\n\
         \x20   static {name} from(Fields fields) {{\n\
         \x20       return new {name}(\n{}                fields.rest());\n    }}\n{}}}\n",
        components.concat(),
        read.concat(),
        shown(shape),
    )
}

/// A record with a secret is printed without it.
fn shown(shape: &Shape) -> String {
    if !shape.has_secret() {
        return String::new();
    }
    let part = |field: &Field| {
        let name = camel(field.name);
        if field.secret {
            format!("{name}=\" + ({name} == null ? null : \"[secret]\")")
        } else {
            format!("{name}=\" + {name}")
        }
    };
    let parts: Vec<String> = shape.fields.iter().map(part).collect();
    format!(
        "\n    /** {{@return the fields, without the secret}} */\n    @Override\n    public String toString() {{\n\
         \x20       return \"{}[{}\n                + \"]\";\n    }}\n",
        shape.name,
        parts.join("\n                + \", ")
    )
}
