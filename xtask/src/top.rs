//! Where the repository is, and how a task ends.

use std::error::Error;
use std::path::PathBuf;

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// The repository's top folder.
pub(crate) fn top() -> PathBuf {
    xtask_lists::top()
}
