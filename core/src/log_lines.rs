//! Where the log lines of plain calls go, beside the `log` crate.

use std::fmt;
use std::sync::Arc;

/// What a binding that has a log of its own gave us.
#[derive(Clone)]
pub(crate) struct LogLines(pub(crate) Arc<dyn Fn(&str) + Send + Sync>);

impl fmt::Debug for LogLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogLines")
    }
}
