//! What an op tells while it runs.

use serde_json::{Map, Value};

use crate::words::words;

/// One event: a JSON object whose `type` is the [`EventType`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    kind: EventType,
    json: String,
}

/// The types of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventType {
    /// A step was taken.
    Progress,
    /// Something that needs attention, though the work goes on.
    Warning,
    /// What happens on the wire and why we wait; for developers.
    Log,
    /// A page of a list; `results` holds the entries that no earlier page had.
    Page,
    /// The caller is asked to publish something and to [`reply`](crate::Op::reply).
    Publish,
    /// The caller is asked to take it away again and to [`reply`](crate::Op::reply).
    Cleanup,
}

words! {
    /// Where `obtain` is: the member `stage` of its events.
    pub enum Stage {
        /// Making the key and the CSR.
        Key = "key",
        /// Ordering, and looking for what may have been ordered.
        Order = "order",
        /// Putting files and records in place, and taking them away.
        Publish = "publish",
        /// Looking before the service does.
        Preflight = "preflight",
        /// Asking the service to look.
        Verify = "verify",
        /// Waiting for it to issue.
        Wait = "wait",
        /// Fetching the certificate.
        Download = "download",
        /// Checking it and putting it in place.
        Install = "install",
        /// Telling those who use it.
        Deploy = "deploy",
        /// The end.
        Done = "done",
    }
}

impl EventType {
    /// The word in the JSON form.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Progress => "progress",
            Self::Warning => "warning",
            Self::Log => "log",
            Self::Page => "page",
            Self::Publish => "publish",
            Self::Cleanup => "cleanup",
        }
    }

    /// Whether somebody waits for a reply.
    #[must_use]
    pub const fn asks(self) -> bool {
        matches!(self, Self::Publish | Self::Cleanup)
    }

    /// Whether the event may be dropped when nobody reads.
    pub(crate) const fn may_drop(self) -> bool {
        matches!(self, Self::Progress | Self::Log)
    }
}

impl Event {
    pub(crate) fn new(kind: EventType, message: &str, mut fields: Map<String, Value>) -> Self {
        fields.insert("type".to_owned(), kind.name().into());
        fields.insert("message".to_owned(), message.into());
        Self { kind, json: Value::Object(fields).to_string() }
    }

    /// An event from the JSON of an object's members.
    pub(crate) fn with_members(kind: EventType, members: &str) -> Self {
        Self { kind, json: format!(r#"{{"type":"{}",{members}}}"#, kind.name()) }
    }

    /// Its type.
    #[must_use]
    pub fn kind(&self) -> EventType {
        self.kind
    }

    /// The event as a JSON object: `type`, `message`, and what the type adds.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The JSON text.
    #[must_use]
    pub fn into_json(self) -> String {
        self.json
    }
}
