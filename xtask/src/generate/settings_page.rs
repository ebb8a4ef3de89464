//! `docs/settings.md`: the settings of a client.

use std::path::PathBuf;

use zerossl::SETTINGS;

use super::operation_pages::parameter_table;
use super::text::NOTE;

pub(super) fn file() -> (PathBuf, String) {
    let intro = "A JSON object in C, keyword arguments in Python, `Client::builder()` in Rust.";
    (
        "docs/settings.md".into(),
        format!("{NOTE}\n# Settings of a client\n\n{intro}\n\n{}", parameter_table(SETTINGS)),
    )
}
