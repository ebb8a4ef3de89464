//! One idea per file: files that are not generated stay short.

use std::fs;

use crate::files;
use crate::top::top;

const MAX_LINES: usize = 400;
const FOLDERS: [&str; 14] = [
    "bindings/go",
    "bindings/java",
    "bindings/node/src",
    "bindings/node/test",
    "cli",
    "core",
    "examples",
    "ffi",
    "include",
    "packaging",
    "python",
    "sandbox",
    "tests",
    "xtask",
];
const ENDINGS: [&str; 10] = ["rs", "py", "pyi", "c", "cpp", "go", "h", "hpp", "java", "ts"];

pub(crate) fn problems() -> Vec<String> {
    let mut problems = Vec::new();
    for path in FOLDERS
        .iter()
        .flat_map(|folder| ENDINGS.iter().flat_map(move |ending| files::below(&top().join(folder), ending)))
    {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let lines = text.lines().count();
        if lines > MAX_LINES && !is_generated(&text) {
            let shown = path.strip_prefix(top()).unwrap_or(&path);
            problems.push(format!("{}: {lines} lines; {MAX_LINES} at most", shown.display()));
        }
    }
    problems
}

fn is_generated(text: &str) -> bool {
    text.lines().take(5).any(|line| line.contains("enerated by"))
}
