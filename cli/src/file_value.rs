//! Values that are given as `@FILE`, or as `-` for standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::{Failure, Result};

/// More is no parameter.
const MAX_BYTES: u64 = 1 << 20;

/// The content of what the text names; the text itself if it names nothing.
pub(crate) fn read(text: &str) -> Result<String> {
    read_named(text).unwrap_or_else(|| Ok(text.to_owned()))
}

/// The same for a secret, which is never the text itself. The text is not shown, since it may be one all the same.
pub(crate) fn read_secret(flag: &str, text: &str) -> Result<String> {
    let secret = read_named(text).unwrap_or_else(|| {
        let why = "a secret on the command line can be seen by every user of the machine";
        Err(Failure::usage(format!("--{flag}: {why}; give a file as `@FILE`, or `-` for standard input")))
    })?;
    Ok(secret.trim_end_matches(['\r', '\n']).to_owned())
}

fn read_named(text: &str) -> Option<Result<String>> {
    if text == "-" {
        return Some(read_all(io::stdin().lock(), Path::new("standard input")));
    }
    let path = Path::new(text.strip_prefix('@')?);
    Some(match File::open(path) {
        Ok(file) => read_all(file, path),
        Err(error) => Err(Failure::file(path, error)),
    })
}

fn read_all(from: impl Read, path: &Path) -> Result<String> {
    let mut text = String::new();
    from.take(MAX_BYTES).read_to_string(&mut text).map_err(|error| Failure::file(path, error))?;
    Ok(text)
}
