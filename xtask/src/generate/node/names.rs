//! Names and documentation as JavaScript has them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use zerossl::{OPERATIONS, SETTINGS};

use crate::generate::shapes::shapes;
use crate::generate::text::{camel, wrap};

/// The longest line.
const COLUMNS: usize = 110;

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
