//! Writes JSON: texts, and the values for "none".

use crate::shape::{Field, FieldKind, Shape};

/// A piece of JSON unchanged, but on one line: line breaks in JSON are only white space.
pub(super) fn as_it_came(out: &mut String, json: &str) {
    for (index, line) in json.split('\n').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        out.push_str(line);
    }
}

/// Writes a text that needs no escaping, because it had no escape in the original JSON.
pub(super) fn plain(out: &mut String, text: &str) {
    out.push('"');
    out.push_str(text);
    out.push('"');
}

/// Writes any text.
pub(super) fn escaped(out: &mut String, text: &str) {
    // The whole text is checked first: nearly no text needs an escape, and this loop processes many bytes at once.
    if !text.bytes().fold(false, |found, byte| found | needs_escape(byte)) {
        return plain(out, text);
    }
    out.push('"');
    let mut kept = 0;
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| needs_escape(*byte)) {
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

/// RFC 8259, section 7.
#[expect(clippy::needless_bitwise_bool, reason = "without branches it runs on many bytes at once")]
fn needs_escape(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

pub(super) fn name(out: &mut String, field: &Field) {
    plain(out, field.name);
    out.push(':');
}

/// Writes the value for "none".
pub(super) fn absent(out: &mut String, kind: FieldKind) {
    match kind {
        FieldKind::Names | FieldKind::Lines | FieldKind::Objects(_) => out.push_str("[]"),
        FieldKind::Map(_) => out.push_str("{}"),
        FieldKind::Object(shape) => absent_object(out, shape),
        FieldKind::Text
        | FieldKind::Pem
        | FieldKind::Time
        | FieldKind::Flag
        | FieldKind::Count
        | FieldKind::ObjectOrNone(_)
        | FieldKind::Any => {
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
