//! Our own log: to the `log` crate (target `zerossl`, level debug) for Rust programs, as events of type `log` for
//! whoever runs an op, and line by line for a binding that asked for it.

use std::fmt;
use std::sync::Arc;

use serde_json::Map;

use crate::context::Context;
use crate::event::{Event, EventType};

impl Context<'_> {
    /// Logs one line, cleaned of secrets.
    pub(crate) fn log(&self, line: impl FnOnce() -> String) {
        let wanted = log::log_enabled!(target: "zerossl", log::Level::Debug);
        if !wanted && self.events.is_none() && self.lines.is_none() {
            return;
        }
        let mut line = line();
        self.core.cleaner.clean_text(&mut line);
        log::debug!(target: "zerossl", "{line}");
        if let Some(events) = self.events {
            events.tell(Event::new(EventType::Log, &line, Map::new()));
        } else if let Some(LogLines(take)) = self.lines {
            take(&line);
        }
    }
}

/// Where the log lines of plain calls go, beside the `log` crate.
#[derive(Clone)]
pub(crate) struct LogLines(pub(crate) Arc<dyn Fn(&str) + Send + Sync>);

impl fmt::Debug for LogLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogLines")
    }
}
