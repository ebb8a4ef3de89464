//! Publishing by the caller of the op: an event asks, `Op::reply` answers.

use serde_json::{Map, Value};

use super::publishing::{Action, Publishing, nobody};
use crate::error::{Error, Kind, Result};
use crate::event::EventType;
use crate::excerpt::one_line;
use crate::json;
use crate::obtain::challenge::Challenge;

pub(super) fn ask(how: &Publishing<'_>, action: Action, challenge: &Challenge) -> Result<()> {
    let Some(events) = how.context.events else { return Err(nobody(challenge)) };
    let location = challenge.location();
    let (event, message, failed) = match action {
        Action::Present => (EventType::Publish, format!("publish {location} and reply"), "published"),
        Action::Cleanup => {
            (EventType::Cleanup, format!("take {location} away again and reply"), "taken away")
        }
    };
    let reply = events.ask(event, &message, fields(how, challenge)?, how.end)?;
    reply.map_err(|why| {
        let message = format!("{}: it was not {failed}: {}", challenge.domain(), one_line(&why, 500));
        Error::new(Kind::Validation, message)
    })
}

/// The challenge's own members, and the entry and domain.
fn fields(how: &Publishing<'_>, challenge: &Challenge) -> Result<Map<String, Value>> {
    let mut fields: Map<String, Value> = json::decode(&json::encoded(challenge)?)?;
    let ours = [
        ("stage", "publish"),
        ("method", how.method.as_str()),
        ("entry", how.entry),
        ("order", how.order_id),
    ];
    fields.extend(ours.map(|(name, value)| (name.to_owned(), value.into())));
    Ok(fields)
}
