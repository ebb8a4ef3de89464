//! The events that the caller gets during the work.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::context::Context;
pub(crate) use crate::event::Stage;
use crate::event::{Event, EventType};

/// The members of an event besides its message.
pub(crate) type Facts<const N: usize> = [(&'static str, Value); N];

/// Sends an event about an entry.
pub(crate) fn emit<const N: usize>(
    context: &Context<'_>,
    entry: &str,
    kind: EventType,
    stage: Stage,
    message: &str,
    facts: Facts<N>,
) {
    context.log_with(|| {
        let facts = [("entry", entry.into()), ("stage", stage.as_str().into())];
        (format!("{entry} ({stage}): {message}"), facts)
    });
    let Some(events) = context.events else { return };
    let mut fields: Map<String, Value> =
        facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    fields.insert("stage".to_owned(), stage.as_str().into());
    fields.insert("entry".to_owned(), entry.into());
    let mut message = message.to_owned();
    context.connection.cleaner.clean_text(&mut message);
    events.tell(Event::new(kind, &message, fields));
}

/// A member of an event, as JSON.
pub(crate) fn fact<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
