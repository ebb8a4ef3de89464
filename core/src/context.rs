//! The context of one call: everything that an operation needs to run.

use std::time::Instant;

use serde_json::Value;

use crate::cancel::CancelToken;
use crate::connection::Connection;
use crate::event::{Event, EventType};
use crate::limits::Limits;
use crate::log_lines::LogLines;
use crate::op::Channel;
use crate::recorder::Recorder;
use crate::shared_pause::SharedPause;

/// The client's parts, the token and the deadline of a call, and the receiver of its events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// The operation that the caller asked for.
    pub(crate) operation: &'static str,
    pub(crate) connection: &'a Connection,
    pub(crate) cancel: &'a CancelToken,
    pub(crate) deadline: Instant,
    /// Only an op has one.
    pub(crate) events: Option<&'a Channel>,
    /// The receiver of the log lines of plain calls, if there is one.
    pub(crate) lines: Option<&'a LogLines>,
    /// The receiver of what goes over the wire, if there is one.
    pub(crate) recorder: Option<&'a Recorder>,
    /// The pause that the calls of a run share.
    pub(crate) pause: Option<&'a SharedPause>,
    /// Whether a request is never sent a second time.
    pub(crate) is_single: bool,
}

impl Limits for Context<'_> {
    fn cancel(&self) -> &CancelToken {
        self.cancel
    }

    fn deadline(&self) -> Instant {
        self.deadline
    }
}

impl Context<'_> {
    /// Logs one line without secrets: to the `log` crate (target `zerossl`, level debug) for Rust programs, as a `log`
    /// event for an op, and to a binding that asked for it.
    pub(crate) fn log(&self, line: impl FnOnce() -> String) {
        self.log_with(|| (line(), []));
    }

    /// The same with data, for logs that have fields; the operation is always among them.
    pub(crate) fn log_with<const N: usize>(
        &self,
        line: impl FnOnce() -> (String, [(&'static str, Value); N]),
    ) {
        let wanted = log::log_enabled!(target: "zerossl", log::Level::Debug);
        if !wanted && self.events.is_none() && self.lines.is_none() {
            return;
        }
        let (mut line, facts) = line();
        self.connection.cleaner.clean_text(&mut line);
        log::debug!(target: "zerossl", "{line}");
        let operation = [("operation", self.operation.into())];
        let facts =
            operation.into_iter().chain(facts).map(|(name, value)| (name.to_owned(), value)).collect();
        if let Some(events) = self.events {
            events.tell(Event::new(EventType::Log, &line, facts));
        } else if let Some(LogLines(take)) = self.lines {
            take(&line, facts);
        }
    }
}
