//! Writes nodes as JSON, without spaces.

use zerossl::Result;

use super::node::{Value, zerossl_node};
use crate::string::no_memory;

/// The JSON text of a value, if there is memory for it.
pub(super) fn json(node: &zerossl_node) -> Result<String> {
    // Measured first: what grew would leave copies of secrets behind.
    let mut length = 0;
    write(node, &mut |piece| length += piece.len());
    let mut text = String::new();
    // And the NUL that ends a string of C.
    text.try_reserve_exact(length + 1).map_err(|_| no_memory(length))?;
    write(node, &mut |piece| text.push_str(piece));
    Ok(text)
}

/// A text as a JSON string, quotes included.
pub(crate) fn quoted(text: &str) -> String {
    let mut length = 0;
    quote(text, &mut |piece| length += piece.len());
    let mut quoted = String::with_capacity(length + 1);
    quote(text, &mut |piece| quoted.push_str(piece));
    quoted
}

fn write(node: &zerossl_node, put: &mut impl FnMut(&str)) {
    match &node.0 {
        Value::Null => put("null"),
        Value::Flag(flag) => put(if *flag { "true" } else { "false" }),
        Value::Number(number) => put(number.as_str()),
        Value::Text(text) => quote(text.as_str(), put),
        Value::Array(items) => {
            put("[");
            for (index, item) in items.iter().enumerate() {
                put(if index == 0 { "" } else { "," });
                write(item, put);
            }
            put("]");
        }
        Value::Object(members) => {
            put("{");
            for (index, member) in members.iter().enumerate() {
                put(if index == 0 { "" } else { "," });
                quote(member.key.as_str(), put);
                put(":");
                write(&member.value, put);
            }
            put("}");
        }
    }
}

fn quote(text: &str, put: &mut impl FnMut(&str)) {
    put("\"");
    let mut rest = text;
    while let Some(at) = rest.find(|c| matches!(c, '"' | '\\' | '\0'..='\u{1f}')) {
        let (plain, special) = rest.split_at(at);
        put(plain);
        match special.as_bytes().first() {
            Some(b'"') => put("\\\""),
            Some(b'\\') => put("\\\\"),
            Some(b'\n') => put("\\n"),
            Some(b'\r') => put("\\r"),
            Some(b'\t') => put("\\t"),
            Some(8) => put("\\b"),
            Some(12) => put("\\f"),
            other => put(&format!("\\u{:04x}", other.copied().unwrap_or_default())),
        }
        rest = &special[1..];
    }
    put(rest);
    put("\"");
}
