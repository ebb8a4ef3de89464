//! The location of the repository, and the result type of a task.

use std::error::Error;
use std::path::PathBuf;

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// The repository's top folder.
pub(crate) fn top() -> PathBuf {
    xtask_lists::top()
}
