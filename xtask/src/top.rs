//! The location of the repository, and the result type of a task.

use std::error::Error;
use std::path::{Path, PathBuf};

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// The repository's top folder.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}
