//! Every crate that is depended on directly has a word in docs/why.md, and no other has one.

use std::collections::BTreeSet;
use std::fs;

use crate::crates;
use crate::top::top;

const PAGE: &str = "docs/why.md";
const HEADING: &str = "## What is each crate for?";

pub(super) fn problems() -> Vec<String> {
    let used = match crates::direct() {
        Ok(used) => used,
        Err(error) => return vec![format!("the dependencies cannot be read: {error}")],
    };
    let page = fs::read_to_string(top().join(PAGE)).unwrap_or_default();
    let section =
        page.split_once(HEADING).map_or("", |(_, rest)| rest.split("\n## ").next().unwrap_or_default());
    let first_cells = section.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    let explained: BTreeSet<String> =
        first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect();
    let without = used.difference(&explained).map(|name| format!("{PAGE} has no word for the crate {name}"));
    let stale = explained
        .difference(&used)
        .map(|name| format!("{PAGE} explains {name}, which no crate of ours uses"));
    without.chain(stale).collect()
}
