//! Finds parts that were forgotten in a change: generated files, and the parts of each operation.

use std::fs;
use std::path::Path;

use serde_json::Value;
use zerossl::OPERATIONS;

use crate::top::{Failure, Outcome, top};
use crate::{generate, house};

const MUTATIONS: &str = "tests/mutations/mutations.json";

/// The operation whose request the caller chooses.
const ANY_ENDPOINT: &str = "request";

pub(crate) fn check() -> Outcome {
    let mut problems = Vec::new();
    let generated = generate::files()?;
    for (path, text) in &generated {
        if fs::read_to_string(top().join(path)).ok().as_deref() != Some(text) {
            problems.push(format!("{} is not as generated; run `make gen`", path.display()));
        }
    }
    for folder in ["docs/operations", generate::java::FOLDER] {
        for name in names_in(&top().join(folder)) {
            if !generated.contains_key(&Path::new(folder).join(&name)) {
                problems.push(format!("{folder}/{name} is generated no more; remove it"));
            }
        }
    }
    let read = |path: &str| fs::read_to_string(top().join(path));
    let sandbox = read("sandbox/src/routes.rs")? + &read("sandbox/src/operation.rs")?;
    for name in xtask_lists::endpoints()? {
        if !OPERATIONS.iter().any(|operation| operation.name == name) {
            problems.push(format!("{name}: it has no line in the table, core/src/operations.rs"));
        }
        if name != ANY_ENDPOINT && !sandbox.contains(&format!("\"{name}\"")) {
            problems.push(format!("{name}: the sandbox has no route for it, sandbox/src/routes.rs"));
        }
    }
    for operation in OPERATIONS {
        let name = operation.name;
        if names_in(&top().join("tests/cases").join(name)).is_empty() {
            problems.push(format!("{name}: it has no case in tests/cases/{name}"));
        }
    }
    for folder in names_in(&top().join("tests/cases")) {
        if folder != "README.md" && !OPERATIONS.iter().any(|operation| operation.name == folder) {
            problems.push(format!("tests/cases/{folder} belongs to no operation"));
        }
    }
    problems.extend(outdated_mutations()?);
    problems.extend(house::problems());
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// Changes that the code has moved away from: each is found at one place.
fn outdated_mutations() -> Result<Vec<String>, Failure> {
    let mutations: Vec<Value> = serde_json::from_str(&fs::read_to_string(top().join(MUTATIONS))?)?;
    let mut problems = Vec::new();
    for mutation in &mutations {
        let [promise, file, from] =
            ["promise", "file", "from"].map(|name| mutation[name].as_str().unwrap_or_default());
        if fs::read_to_string(top().join(file))?.matches(from).count() != 1 {
            problems.push(format!("{MUTATIONS}: {promise}: {file} does not have its text at one place"));
        }
    }
    Ok(problems)
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
