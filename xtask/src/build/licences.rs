//! The licences of all crates that are linked into the C library, with their texts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::top::top;

type Failure = Box<dyn std::error::Error>;

const PACKAGE: &str = "zerossl-ffi";
const HEAD: &str = "\
libzerossl is under MIT or Apache-2.0 (LICENSE-MIT, LICENSE-APACHE). Linked into it are the standard library of Rust
(MIT or Apache-2.0, https://www.rust-lang.org) and these crates, whose licences follow; those for S3 and PostgreSQL only
if it was built with shared stores.
";

/// The file, from what cargo knows.
pub(super) fn text() -> Result<String, Failure> {
    let metadata = metadata()?;
    let packages: BTreeMap<&str, &Value> =
        list(&metadata, "/packages").filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let mut text = HEAD.to_owned();
    let mut shared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut linked: Vec<&Value> =
        linked(&metadata)?.iter().filter_map(|id| packages.get(id.as_str()).copied()).collect();
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

fn metadata() -> Result<Value, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let host = host()?;
    let options =
        ["metadata", "--format-version", "1", "--locked", "--all-features", "--filter-platform", &host];
    let output = Command::new(cargo).current_dir(top()).args(options).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn host() -> Result<String, Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc does not say for which machine it compiles")?.to_owned())
}

/// The ids of the packages that end up in the library: neither tests nor builds need others of it.
fn linked(metadata: &Value) -> Result<BTreeSet<String>, Failure> {
    let nodes: BTreeMap<&str, &Value> =
        list(metadata, "/resolve/nodes").filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let is_ours = |id: &&&str| {
        list(metadata, "/packages").any(|package| package["id"] == **id && package["name"] == PACKAGE)
    };
    let start = nodes.keys().find(|id| is_ours(id)).ok_or("the C library is no package of the workspace")?;
    let mut found = BTreeSet::new();
    let mut waiting = VecDeque::from([(*start).to_owned()]);
    while let Some(id) = waiting.pop_front() {
        if !found.insert(id.clone()) {
            continue;
        }
        let node = nodes.get(id.as_str()).ok_or("cargo does not know a dependency")?;
        for dependency in list(node, "/deps") {
            let is_linked = list(dependency, "/dep_kinds").any(|kind| kind["kind"].is_null());
            if let Some(id) = dependency["pkg"].as_str().filter(|_| is_linked) {
                waiting.push_back(id.to_owned());
            }
        }
    }
    Ok(found)
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
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
