//! The location of the repository, and the result types of a task.

use std::error::Error;
use std::path::PathBuf;

pub(crate) type Failure = Box<dyn Error>;
pub(crate) type Outcome = Result<(), Failure>;

/// The repository's top folder.
pub(crate) fn top() -> PathBuf {
    xtask_lists::top()
}
