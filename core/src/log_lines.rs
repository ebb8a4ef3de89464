//! The receiver of the log lines of plain calls, besides the `log` crate.

use std::fmt;
use std::sync::Arc;

/// The callback of a binding that has its own log.
#[derive(Clone)]
pub(crate) struct LogLines(pub(crate) Arc<dyn Fn(&str) + Send + Sync>);

impl fmt::Debug for LogLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogLines")
    }
}
