//! Names that were replaced by plainer ones, and are not to come back.

use std::fs;

use crate::files;

/// What was said, and what is said now.
const REPLACED: [(&str, &str); 16] = [
    ("Wish", "OrderSpec"),
    ("KeyWish", "KeySpec"),
    ("World", "Env"),
    ("telling", "events"),
    ("Guest", "Connection"),
    ("nudged", "reverify"),
    ("let_go", "schedule_cleanup"),
    ("Untold", "Unknown"),
    ("Held", "Quarantined"),
    ("take_held", "release_quarantined"),
    ("look_at_held", "recheck_quarantined"),
    ("check_unknown_creates", "check_create_limit"),
    ("LogEvents", "LogLines"),
    ("is_api", "Error::is"),
    ("told", "receiver"),
    ("brake", "create limit"),
];
const FOLDERS: [&str; 4] = ["core/src", "ffi/src", "python/src", "sandbox/src"];

pub(crate) fn problems() -> Vec<String> {
    let mut problems = Vec::new();
    for path in FOLDERS.iter().flat_map(|folder| files::below(&crate::top().join(folder), "rs")) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let words: Vec<&str> =
            code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_')).collect();
        for (old, new) in REPLACED {
            if words.contains(&old) {
                let shown = path.strip_prefix(crate::top()).unwrap_or(&path);
                problems.push(format!("{}: `{old}` is called `{new}` now", shown.display()));
            }
        }
    }
    problems
}
