//! Our own log: to the `log` crate (target `zerossl`, level debug) for Rust programs, and as events of type `log`
//! for whoever runs an op.

use serde_json::Map;

use crate::context::Context;
use crate::event::{Event, EventType};

impl Context<'_> {
    /// Logs one line, cleaned of secrets.
    pub(crate) fn log(&self, line: impl FnOnce() -> String) {
        let wanted = log::log_enabled!(target: "zerossl", log::Level::Debug);
        if !wanted && self.events.is_none() {
            return;
        }
        let mut line = line();
        self.core.cleaner.clean_text(&mut line);
        log::debug!(target: "zerossl", "{line}");
        if let Some(events) = self.events {
            events.tell(Event::new(EventType::Log, &line, Map::new()));
        }
    }
}
