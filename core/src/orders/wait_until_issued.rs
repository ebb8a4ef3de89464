//! `wait_until_issued`: polls an order until its certificate is issued.

use std::time::{Duration, Instant};

use serde_json::Map;

use crate::answers::{CERTIFICATE, Certificate};
use crate::backoff::Backoff;
use crate::context::Context;
use crate::declare::request;
use crate::endpoints::GetCertificate;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, EventType, Stage};
use crate::json;
use crate::operation::Run;
use crate::parameter::Arguments;

request! {
    /// Waits until an order is issued, after `verify_domains`. The order is polled, less and less often.
    #[in_rust = "An order that ends in another way (cancelled, say) is an error of kind `api`; the deadline one of kind `timeout`."]
    pub struct WaitUntilIssued -> Certificate {
        required {
            /// The certificate's id.
            id: String = Id;
        }
        optional {
            /// Seconds for the whole call; 1800 by default.
            deadline: f64 = Seconds;
            /// Seconds between two polls at first, growing to 30; 2 by default.
            poll_interval: f64 = Seconds;
        }
    }
    OPERATION: wait_until_issued {
        source: "ZeroSSL REST API, Get Certificate",
        answer: &CERTIFICATE,
        run: Run::Steps(run),
    }
}

impl WaitUntilIssued {
    /// The order with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self::with(id.into())
    }
}

const DEADLINE: f64 = 1800.0;
const POLL_INTERVAL: f64 = 2.0;
/// Polling without a pause would only get the account blocked.
const MIN_POLL_INTERVAL: Duration = Duration::from_millis(10);
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(30);

fn run(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let wanted: WaitUntilIssued = arguments.read()?;
    let end = Instant::now().checked_add(Duration::from_secs_f64(wanted.deadline.unwrap_or(DEADLINE)));
    let first = Duration::from_secs_f64(wanted.poll_interval.unwrap_or(POLL_INTERVAL));
    let mut polls = Backoff::new(first.max(MIN_POLL_INTERVAL), 1.5, MAX_POLL_INTERVAL);
    let mut last = None;
    loop {
        let now = Instant::now();
        let left = end.map(|end| end.saturating_duration_since(now));
        if left == Some(Duration::ZERO) {
            return Err(out_of_time(&wanted.id, last));
        }
        let time = left.map_or(context.connection.timeout, |left| left.min(context.connection.timeout));
        let poll = Context { deadline: now + time, ..*context };
        let mut pause = polls.pause();
        match poll.send(&GetCertificate::new(&wanted.id)) {
            Ok(order) if order.is_issued() => return json::encoded(&order),
            Ok(order) if !order.is_live() => return Err(ended(&order)),
            Ok(order) => {
                tell(context, &order, pause);
                last = Some(Ok(order));
            }
            // What passes by itself is no reason to stop waiting.
            Err(error) if error.is_retryable() && error.kind() != Kind::Cancelled => {
                context.log(|| format!("wait_until_issued: {error}; polling again"));
                pause = pause.max(error.retry_after().unwrap_or_default());
                last = Some(Err(error));
            }
            Err(error) => return Err(error),
        }
        let next = Instant::now()
            + end.map_or(pause, |end| pause.min(end.saturating_duration_since(Instant::now())));
        if !context.cancel.sleep_until(next) {
            return Err(Error::cancelled());
        }
    }
}

fn tell(context: &Context<'_>, order: &Certificate, pause: Duration) {
    let Some(events) = context.events else { return };
    let status = order.status.as_deref().unwrap_or("in no state");
    let mut fields = Map::new();
    fields.insert("stage".to_owned(), Stage::Wait.as_str().into());
    fields.insert("id".to_owned(), order.id.as_str().into());
    fields.insert("next_poll".to_owned(), pause.as_secs_f64().into());
    events.tell(Event::new(EventType::Progress, &format!("the order is {status}"), fields));
}

fn ended(order: &Certificate) -> Error {
    let status = order.status.as_deref().unwrap_or_default();
    let message = format!("order {} is {status} and will not be issued; order again", order.id);
    Error::new(Kind::Api, message).retryable(false)
}

fn out_of_time(id: &str, last: Option<Result<Certificate>>) -> Error {
    let why = match last {
        Some(Ok(order)) if order.is_draft() => {
            "it is still a draft: call `verify_domains` first, and see that it succeeds".to_owned()
        }
        Some(Ok(_)) => "the service still validates or issues: call again".to_owned(),
        Some(Err(error)) => format!("the last poll failed ({error}): call again"),
        None => "there was no time to poll it: give a longer `deadline`".to_owned(),
    };
    Error::new(Kind::Timeout, format!("the deadline passed before order {id} was issued; {why}"))
}
