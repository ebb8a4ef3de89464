//! The crates below ours, as cargo knows them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::process::Command;

use serde_json::Value;

use crate::top::{Failure, top};

/// What cargo says of the workspace and of all crates below it.
pub(crate) fn metadata() -> Result<Value, Failure> {
    ask(&["--all-features", "--filter-platform", &host()?])
}

/// The names of the crates that are written in a manifest of ours, and are not ours.
pub(crate) fn direct() -> Result<BTreeSet<String>, Failure> {
    let metadata = ask(&["--no-deps"])?;
    let dependencies = list(&metadata, "/packages").flat_map(|package| list(package, "/dependencies"));
    let names =
        dependencies.filter(|dependency| dependency["path"].is_null()).map(|other| other["name"].as_str());
    Ok(names.flatten().map(str::to_owned).collect())
}

fn ask(options: &[&str]) -> Result<Value, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let always = ["metadata", "--format-version", "1", "--locked"];
    let output = Command::new(cargo).current_dir(top()).args(always).args(options).output()?;
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

/// The ids of the packages that end up in what is built from this one, and are not for its build or tests alone.
pub(crate) fn linked(metadata: &Value, package: &str) -> Result<BTreeSet<String>, Failure> {
    let nodes: BTreeMap<&str, &Value> =
        list(metadata, "/resolve/nodes").filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let is_ours =
        |id: &&&str| list(metadata, "/packages").any(|other| other["id"] == **id && other["name"] == package);
    let start = nodes.keys().find(|id| is_ours(id)).ok_or("this is no package of the workspace")?;
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

/// The array at a place of this JSON.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}
