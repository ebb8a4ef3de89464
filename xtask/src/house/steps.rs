//! docs/design.md lists the steps of `obtain`; the code has to have the same steps.

use std::fs;

use syn::{Item, ItemEnum};

use crate::top::top;

const CODE: &str = "core/src/obtain/decide.rs";
const PAGE: &str = "docs/design.md";
/// Where the page lists them.
const HEADING: &str = "## What obtain does next";

pub(crate) fn problems() -> Vec<String> {
    let read = |path: &str| fs::read_to_string(top().join(path)).unwrap_or_default();
    let drawn = drawn(&read(PAGE));
    let decided = decided(&read(CODE));
    if decided.is_empty() {
        return vec![format!("{CODE}: no `enum Step`")];
    }
    if drawn == decided {
        return Vec::new();
    }
    vec![format!("{PAGE} draws the steps {}, and {CODE} has {}", drawn.join(", "), decided.join(", "))]
}

/// The first column of the table under the heading.
fn drawn(page: &str) -> Vec<String> {
    let section = page.split_once(HEADING).map_or("", |(_, after)| after);
    let section = section.split("\n## ").next().unwrap_or_default();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    cells.map(str::to_owned).collect()
}

fn decided(code: &str) -> Vec<String> {
    let items = syn::parse_file(code).map(|file| file.items).unwrap_or_default();
    let is_step = |item: Item| match item {
        Item::Enum(ItemEnum { ident, variants, .. }) if ident == "Step" => Some(variants),
        _ => None,
    };
    let variants = items.into_iter().find_map(is_step).into_iter().flatten();
    variants.map(|variant| variant.ident.to_string()).collect()
}
