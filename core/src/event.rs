//! The events of an op.

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
    /// A problem that needs attention, although the operation continues.
    Warning,
    /// Requests, answers and the reasons for pauses; for developers.
    Log,
    /// A page of a list. `results` has the entries that no earlier page had.
    Page,
    /// The caller is asked to publish something and to [`reply`](crate::Op::reply).
    Publish,
    /// The caller is asked to remove it again and to [`reply`](crate::Op::reply).
    Cleanup,
}

words! {
    /// The current step of `obtain`: the member `stage` of its events.
    pub enum Stage {
        /// The key and the CSR are made.
        Key = "key",
        /// The order is made, or an earlier one is searched.
        Order = "order",
        /// Files and records are published or removed.
        Publish = "publish",
        /// The library checks files and records before the service does.
        Preflight = "preflight",
        /// The service is asked to validate.
        Verify = "verify",
        /// The library waits until the certificate is issued.
        Wait = "wait",
        /// The certificate is downloaded.
        Download = "download",
        /// The certificate is checked and installed.
        Install = "install",
        /// The deploy hook runs.
        Deploy = "deploy",
        /// The call has ended.
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

    /// Whether the event needs a reply.
    #[must_use]
    pub const fn asks(self) -> bool {
        matches!(self, Self::Publish | Self::Cleanup)
    }

    /// Whether the event may be dropped if nobody reads it.
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

    /// An event with the members that `write` adds, of about this length.
    pub(crate) fn with_members(kind: EventType, length: usize, write: impl FnOnce(&mut String)) -> Self {
        // For what is not counted, and for the NUL of a C string.
        let mut json = String::with_capacity(length + 256);
        json.extend([r#"{"type":""#, kind.name(), "\","]);
        write(&mut json);
        json.push('}');
        Self { kind, json }
    }

    /// Its type.
    #[must_use]
    pub fn kind(&self) -> EventType {
        self.kind
    }

    /// The event as a JSON object: `type`, `message`, and the members of the type.
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
