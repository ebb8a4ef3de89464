//! The objects in the answers.

use zerossl::{FieldKind, OPERATIONS, Shape};

/// Every shape of an answer, after those inside it.
pub(super) fn shapes() -> Vec<&'static Shape> {
    let mut found = Vec::new();
    for operation in OPERATIONS {
        collect(operation.answer, &mut found);
    }
    found
}

fn collect(shape: &'static Shape, found: &mut Vec<&'static Shape>) {
    if found.iter().any(|known| known.name == shape.name) {
        return;
    }
    for field in shape.fields {
        if let Some((inner, _)) = inside(field.kind) {
            collect(inner, found);
        }
    }
    found.push(shape);
}

/// The shape of the objects in a field, and whether they are the values of a map.
pub(super) fn inside(kind: FieldKind) -> Option<(&'static Shape, bool)> {
    match kind {
        FieldKind::Object(shape) | FieldKind::ObjectOrNone(shape) | FieldKind::Objects(shape) => {
            Some((shape, false))
        }
        FieldKind::Map(kind) => inside(*kind).map(|(shape, _)| (shape, true)),
        _ => None,
    }
}
