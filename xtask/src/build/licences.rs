//! The licences of all crates that are linked into the C library or the command, with their texts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::crates::{linked, list, metadata};
use crate::top::Failure;

const HEAD: &str = "\
libzerossl is under MIT or Apache-2.0 (LICENSE-MIT, LICENSE-APACHE). Linked into it are the standard library of Rust
(MIT or Apache-2.0, https://www.rust-lang.org) and these crates, whose licences follow; those for S3 and PostgreSQL only
if it was built with shared stores.
";

/// The file for what is built from this crate of ours, from what cargo knows.
pub(super) fn text(package: &str) -> Result<String, Failure> {
    let metadata = metadata()?;
    let packages: BTreeMap<&str, &Value> =
        list(&metadata, "/packages").filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let mut text = HEAD.to_owned();
    let mut shared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut linked: Vec<&Value> =
        linked(&metadata, package)?.iter().filter_map(|id| packages.get(id.as_str()).copied()).collect();
    linked.retain(|package| !package["source"].is_null());
    linked.sort_by_key(|package| (package["name"].as_str(), package["version"].as_str()));
    text.push('\n');
    for package in linked {
        let word = |name: &str| package[name].as_str().unwrap_or_default();
        let title = format!("{} {}", word("name"), word("version"));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{title}: {} ({})", word("license"), word("repository"));
        let folder = Path::new(word("manifest_path")).parent().ok_or("a crate has a folder")?;
        for licence in texts(folder)? {
            shared.entry(licence).or_default().push(title.clone());
        }
    }
    for (licence, titles) in shared {
        let _ = write!(text, "\n{}\n{}\n\n{}\n", "-".repeat(80), titles.join(", "), licence.trim());
    }
    Ok(text)
}

/// The licence files of a crate.
fn texts(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        let is_licence = ["LICEN", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"]
            .iter()
            .any(|word| name.starts_with(word));
        if is_licence && path.is_file() {
            texts.push(String::from_utf8_lossy(&fs::read(&path)?).replace("\r\n", "\n"));
        }
    }
    texts.sort();
    Ok(texts)
}
