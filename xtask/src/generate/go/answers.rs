//! `answers_gen.go`: a struct for each object in an answer.

use zerossl::{FieldKind, OPERATIONS, Shape};

use super::docs::{continued, prose};
use super::names::exported;
use super::structs::{Member, declared};
use super::types;

const HEAD: &str = "\nimport (\n\t\"encoding/json\"\n\t\"time\"\n)\n";
const EXTRA: &str = "\t// What the service has sent besides.\n\tExtra Extra `json:\"-\"`\n";
/// The answer of operations that have nothing to say: in Go, an error that is nil.
pub(super) const NOTHING: &str = "Success";

pub(super) fn text() -> String {
    let mut shapes = Vec::new();
    for operation in OPERATIONS {
        collect(operation.answer, &mut shapes);
    }
    let shapes = shapes.iter().filter(|shape| shape.name != NOTHING);
    HEAD.to_owned() + &shapes.map(|shape| one(shape)).collect::<String>()
}

fn collect(shape: &'static Shape, found: &mut Vec<&'static Shape>) {
    if found.iter().any(|known| known.name == shape.name) {
        return;
    }
    found.push(shape);
    for field in shape.fields {
        collect_in(field.kind, found);
    }
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

fn one(shape: &Shape) -> String {
    let name = exported(shape.name);
    let fields: Vec<&str> = shape.fields.iter().map(|field| field.name).collect();
    let members: Vec<Member> = shape
        .fields
        .iter()
        .map(|field| Member {
            name: exported(field.name),
            go_type: types::of_field(shape.name, field),
            tag: field.name.to_owned(),
            doc: prose(field.doc, &fields),
        })
        .collect();
    let doc = format!("{name} is {}", continued(&prose(shape.doc, &fields)));
    let receiver = name[..1].to_lowercase();
    declared(&name, &doc, &members, EXTRA)
        + &format!(
            "\n// UnmarshalJSON reads the JSON form of the library.\n\
             func ({receiver} *{name}) UnmarshalJSON(data []byte) error {{\n\
             \treturn readFields(data, {receiver}, &{receiver}.Extra)\n}}\n\
             \n// MarshalJSON writes the JSON form of the library.\n\
             func ({receiver} {name}) MarshalJSON() ([]byte, error) {{\n\
             \treturn writeFields({receiver}, {receiver}.Extra)\n}}\n"
        )
}
