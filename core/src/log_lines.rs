//! The receiver of the log lines of plain calls, besides the `log` crate.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

/// The callback of a binding that has its own log: it gets a line, and the same as data.
#[derive(Clone)]
pub(crate) struct LogLines(pub(crate) Arc<Take>);

type Take = dyn Fn(&str, Map<String, Value>) + Send + Sync;

impl fmt::Debug for LogLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogLines")
    }
}
