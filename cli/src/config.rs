//! The file of `--config`: settings of the client, in TOML.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::{Map, Value};
use zerossl::SETTINGS;

use crate::failure::{Failure, Result};

/// Reading and writing, by the group and by others.
const OTHERS: u32 = 0o066;

/// The settings in the file. One with a secret has to belong to its owner alone.
pub(crate) fn read(path: &Path) -> Result<Map<String, Value>> {
    let failed = |error| Failure::file(path, error);
    let mut file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.mode();
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(failed)?;
    let settings: Map<String, Value> = toml::from_str(&text).map_err(|error| {
        // Its own text would quote the file, and so the key.
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        Failure::usage(format!("{}: line {line}: {}", path.display(), error.message()))
    })?;
    if mode & OTHERS != 0 && settings.iter().any(|(name, value)| is_secret(name, value)) {
        let path = path.display();
        let why = "others may read it, and it holds a secret";
        return Err(Failure::usage(format!("{path}: {why}; `chmod 600 {path}`, and change the secret")));
    }
    Ok(settings)
}

fn is_secret(name: &str, value: &Value) -> bool {
    let has_user_part = || value.as_str().is_some_and(|text| text.contains("://") && text.contains('@'));
    SETTINGS.iter().any(|setting| setting.name == name && setting.secret) || has_user_part()
}
