//! Names and documentation as JavaScript has them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use zerossl::{FieldKind, OPERATIONS, SETTINGS, Shape};

use crate::generate::text::wrap;

/// The longest line.
const COLUMNS: usize = 110;

/// `validity_days` as `validityDays`.
pub(in crate::generate) fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &capitalized(word))
}

/// `get_certificate` as `GetCertificate`.
pub(in crate::generate) fn pascal(name: &str) -> String {
    name.split('_').map(capitalized).collect()
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A comment above something, with the names in it as JavaScript has them.
pub(super) fn comment(indent: usize, text: &str) -> String {
    let space = " ".repeat(indent);
    let text = translated(text);
    let one = format!("{space}/** {text} */");
    if one.chars().count() <= COLUMNS && !text.contains('\n') {
        return one + "\n";
    }
    let lines = text.lines().flat_map(|line| wrap(line, COLUMNS - indent - 3));
    let lines: String = lines.map(|line| format!("{space} * {line}").trim_end().to_owned() + "\n").collect();
    format!("{space}/**\n{lines}{space} */\n")
}

/// The names of the table inside a text: `reuse_key` as `reuseKey`. Words of the service stay.
fn translated(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(place, part)| {
        if place % 2 == 1 && KNOWN.contains(part) { camel(part) } else { part.to_owned() }
    });
    parts.collect::<Vec<_>>().join("`")
}

static KNOWN: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let mut known: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    for operation in OPERATIONS {
        known.insert(operation.name);
        known.extend(operation.parameters.iter().map(|parameter| parameter.name));
    }
    known.extend(shapes().into_iter().flat_map(|shape| shape.fields).map(|field| field.name));
    known
});

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
