//! A command, and how it ended.

use std::time::Duration;

/// How often the caller looks at its token, and the thread at the command.
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// How long a command may take to end when it is asked to, and again when it is made to.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// What to run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command<'a> {
    /// The program, as a path or to be found in `PATH`, and its arguments.
    pub(crate) argv: &'a [String],
    /// Added to the environment that is inherited, or put in the place of what is there.
    pub(crate) environment: &'a [(String, String)],
    pub(crate) timeout: Duration,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// It exited with status 0 and in time.
    pub(crate) success: bool,
    /// In words: `exit status 3`.
    pub(crate) how: String,
    /// What it printed to standard output and standard error, in the order in which it came; the end of it, if it is long.
    pub(crate) output: String,
}
