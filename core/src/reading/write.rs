//! Writing JSON: texts, and what stands for an absent value.

use crate::shape::{Field, FieldKind, Shape};

/// Writes a text whose characters need no escaping: it stood in JSON without an escape.
pub(super) fn plain(out: &mut String, text: &str) {
    out.push('"');
    out.push_str(text);
    out.push('"');
}

/// Writes any text.
pub(super) fn escaped(out: &mut String, text: &str) {
    out.push('"');
    let mut kept = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[kept..at]);
        kept = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => out.extend(["\\u00", &format!("{byte:02x}")]),
        }
    }
    out.push_str(&text[kept..]);
    out.push('"');
}

pub(super) fn name(out: &mut String, field: &Field) {
    plain(out, field.name);
    out.push(':');
}

/// Writes what stands for "none".
pub(super) fn absent(out: &mut String, kind: FieldKind) {
    match kind {
        FieldKind::Names | FieldKind::Lines | FieldKind::Objects(_) => out.push_str("[]"),
        FieldKind::Map(_) => out.push_str("{}"),
        FieldKind::Object(shape) => absent_object(out, shape),
        FieldKind::Text | FieldKind::Time | FieldKind::Flag | FieldKind::Count | FieldKind::Any => {
            out.push_str("null");
        }
    }
}

pub(super) fn absent_object(out: &mut String, shape: &Shape) {
    out.push('{');
    for (index, field) in shape.fields.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        name(out, field);
        absent(out, field.kind);
    }
    out.push('}');
}
