//! `serve_challenges`: answers for the whole fleet.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::expected;
use crate::answers::Extra;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::event::{Event, EventType};
use crate::obtain::env::Env;
use crate::obtain::interface::{ServeChallenges, Served};
use crate::obtain::publish::listen_for_all;
use crate::parameter::Arguments;

/// Longer than any process lives.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

pub(crate) fn serve_challenges(
    context: &Context<'_>,
    env: &Env<'_>,
    arguments: &Arguments,
) -> Result<Served> {
    let wanted: ServeChallenges = arguments.read()?;
    let fleet = expected(env)?;
    let address = address(&wanted.listen)?;
    // What is wrong with the store is told now, and not by requests without an answer.
    fleet.records.id(context)?;
    let serving = listen_for_all(address, fleet)?;
    report(context, serving.address);
    context.cancel.sleep_until(Instant::now() + FOR_EVER);
    Ok(Served { served: serving.served(), extra: Extra::default() })
}

fn address(text: &str) -> Result<SocketAddr> {
    let all = |port: u16| SocketAddr::from(([0_u16; 8], port));
    let address = text.parse::<u16>().ok().map(all).or_else(|| text.parse().ok());
    address.ok_or_else(|| {
        let why = "expected an address and a port, such as `0.0.0.0:80` or `[::]:80`, or a port alone";
        Error::invalid("listen", why)
    })
}

fn report(context: &Context<'_>, address: SocketAddr) {
    let message = format!("listening on {address}");
    context.log(|| message.clone());
    let Some(events) = context.events else { return };
    let fields = [("address", address.to_string().into()), ("port", address.port().into())];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    events.tell(Event::new(EventType::Progress, &message, serde_json::Map::from_iter(fields)));
}
