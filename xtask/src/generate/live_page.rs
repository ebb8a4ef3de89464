//! `docs/live-service.md`: how much is known of each operation, from the sources of the cases.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use zerossl::OPERATIONS;

use super::text::NOTE;
use crate::top::top;

/// As in the README of the cases, the most certain first.
const SOURCES: [&str; 6] = ["live", "raw", "typed", "client", "documented", "inferred"];

const TEXT: &str = "# What works with the live service

The library was **never run against the live service**. It is built on the vendor's documentation, and on answers that
other people saw and published. The tests of all languages play [the cases](../tests/cases/README.md), and each case
says where it comes from. This page counts them.

`zerossl record` runs the harmless calls with your key, cleans the answers of everything personal, shows them, and writes
them as cases. If you send such a case, this page says `live` for it.

| source | the exchange is |
| --- | --- |
| `live` | what was seen in a test against the service |
| `raw` | a body that a user of the service quoted |
| `typed` | what a working, strictly typed client must have received |
| `client` | what a client expects, and the client works for its author |
| `documented` | what the vendor's documentation says |
| `inferred` | our own conclusion |
";

pub(super) fn file() -> Result<(PathBuf, String), Box<dyn Error>> {
    let mut text = format!("{NOTE}\n{TEXT}\n| operation |");
    for source in SOURCES {
        // Writing to a String cannot fail.
        let _ = write!(text, " `{source}` |");
    }
    text.push_str("\n| --- |");
    text.push_str(&" ---: |".repeat(SOURCES.len()));
    for operation in OPERATIONS {
        let name = operation.name;
        let counts = counts(&top().join("tests/cases").join(name))?;
        let _ = write!(text, "\n| [`{name}`](operations/{name}.md) |");
        for source in SOURCES {
            let _ = match counts.get(source) {
                Some(count) => write!(text, " {count} |"),
                None => write!(text, " |"),
            };
        }
    }
    text.push('\n');
    Ok(("docs/live-service.md".into(), text))
}

/// How many cases of an operation come from each source. An operation may have none.
fn counts(folder: &Path) -> Result<BTreeMap<String, usize>, Box<dyn Error>> {
    let mut counts = BTreeMap::new();
    if !folder.exists() {
        return Ok(counts);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let case: Value = serde_json::from_str(&fs::read_to_string(&path)?)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let source = case["source"].as_str().ok_or_else(|| format!("{}: no source", path.display()))?;
        *counts.entry(source.to_owned()).or_default() += 1;
    }
    Ok(counts)
}
