//! What every compiler of a release is told, so that a release is the same wherever it is built: no path of the machine
//! goes into it, and its time is that of the last change.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::crates::{list, metadata};
use crate::top::{Failure, top};

/// Between two flags in `CARGO_ENCODED_RUSTFLAGS`.
const SEPARATOR: &str = "\u{1f}";

/// The variables of the environment.
pub(super) fn environment() -> Result<Vec<(&'static str, String)>, Failure> {
    // An incremental build is another one.
    let mut variables = vec![("CARGO_ENCODED_RUSTFLAGS", flags()?), ("CARGO_INCREMENTAL", "0".to_owned())];
    variables.extend(epoch()?.map(|time| ("SOURCE_DATE_EPOCH", time)));
    Ok(variables)
}

/// The caller's own flags, then ours.
fn flags() -> Result<String, Failure> {
    let metadata = metadata()?;
    let folders: BTreeSet<PathBuf> = list(&metadata, "/packages")
        .filter(|package| !package["source"].is_null())
        .filter_map(|package| Path::new(package["manifest_path"].as_str()?).ancestors().nth(2))
        .map(Path::to_path_buf)
        .collect();
    let crates = folders.iter().map(|folder| remap(folder, "/crates"));
    let given = std::env::var("RUSTFLAGS").unwrap_or_default();
    let given = given.split_whitespace().map(str::to_owned);
    let target = Path::new(metadata["target_directory"].as_str().unwrap_or_default());
    let target =
        Some(target).filter(|target| !target.starts_with(top())).map(|it| remap(it, "/libzerossl/target"));
    // The last one that fits is taken, and crates may lie below us.
    let flags = given.chain([standard_library()?, remap(&top(), "/libzerossl")]).chain(target).chain(crates);
    Ok(flags.collect::<Vec<_>>().join(SEPARATOR))
}

/// Where the component rust-src is installed, rustc names the files of the standard library as they lie there. They get
/// the names back that they have without it.
fn standard_library() -> Result<String, Failure> {
    let rustc = |argument: &[&str]| -> Result<String, Failure> {
        let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(program).current_dir(top()).args(argument).output()?;
        Ok(String::from_utf8(output.stdout)?)
    };
    let about = rustc(&["--version", "--verbose"])?;
    let commit = about.lines().find_map(|line| line.strip_prefix("commit-hash: "));
    let commit = commit.ok_or("rustc does not say of which commit it is")?;
    let sources = Path::new(rustc(&["--print", "sysroot"])?.trim()).join("lib/rustlib/src/rust");
    Ok(remap(&sources, &format!("/rustc/{commit}")))
}

fn remap(folder: &Path, name: &str) -> String {
    format!("--remap-path-prefix={}={name}", folder.display())
}

/// The time of the last change, in seconds; a source that is no checkout has none.
fn epoch() -> Result<Option<String>, Failure> {
    if let Ok(given) = std::env::var("SOURCE_DATE_EPOCH") {
        return Ok(Some(given));
    }
    if !top().join(".git").exists() {
        return Ok(None);
    }
    let output = Command::new("git").current_dir(top()).args(["log", "-1", "--format=%ct"]).output()?;
    let time = String::from_utf8(output.stdout)?.trim().to_owned();
    Ok(Some(time).filter(|time| !time.is_empty()))
}
