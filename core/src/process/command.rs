//! A command, and its result.

use std::time::Duration;

/// How long a command may take to end after SIGTERM, and again after SIGKILL.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// The command to run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command<'a> {
    /// The program (a path, or a name that is searched in `PATH`) and its arguments.
    pub(crate) argv: &'a [String],
    /// Variables that are added to the inherited environment, or replace inherited ones.
    pub(crate) environment: &'a [(String, String)],
    /// Inherited variables that it gets although they may hold secrets.
    pub(crate) passed: &'a [String],
    pub(crate) timeout: Duration,
}

/// The result of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Whether it exited with status 0 and in time.
    pub(crate) success: bool,
    /// In words: `exit status 3`.
    pub(crate) how: String,
    /// Its standard output and standard error, in the order in which they were written. If they are long, only the end.
    pub(crate) output: String,
}
