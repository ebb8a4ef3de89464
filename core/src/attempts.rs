//! Sending a request until it is answered, within the one deadline: which failures are tried again, and when.

use std::time::{Duration, Instant};

use crate::backoff::Backoff;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::reading;
use crate::shared_pause::Cause;
use crate::transport::{Incoming, Outgoing, Watch};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const MAX_PAUSE: Duration = Duration::from_secs(8);

/// An answer, and how often we had to ask.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) answer: Incoming,
    pub(crate) attempts: u32,
    /// Whether the request could be sent again without harm.
    pub(crate) harmless: bool,
}

impl Context<'_> {
    /// Sends a request. Tried again: what surely was not carried out (no connection, 429), and, where a repeat does no
    /// harm, what may have been (connection lost, 5xx).
    ///
    /// `shown` is the path for the log, without ids and query.
    pub(crate) fn attempt(&self, outgoing: &Outgoing, shown: &str, harmless: bool) -> Result<Delivered> {
        let mut attempts = 0;
        let mut backoff = Backoff::new(FIRST_PAUSE, 2.0, MAX_PAUSE);
        loop {
            let pass = self.pause.map(|pause| pause.wait(self.cancel, self.deadline)).transpose()?;
            self.connection.pace.wait(self.cancel, self.deadline)?;
            attempts += 1;
            let started = Instant::now();
            let outcome =
                self.connection.transport.exchange(outgoing, Watch::new(self.cancel.clone(), self.deadline));
            self.log_with(|| {
                let took = started.elapsed();
                let what = match &outcome {
                    Ok(answer) => format!("HTTP {}, {} bytes", answer.status, answer.body.len()),
                    Err(error) => error.to_string(),
                };
                let (method, millis) = (outgoing.method, took.as_millis());
                let line = format!("{method} {shown} (attempt {attempts}, {millis} ms): {what}");
                let facts = [
                    ("method", method.to_string().into()),
                    ("path", shown.into()),
                    ("attempt", attempts.into()),
                    ("duration", took.as_secs_f64().into()),
                    ("http_status", outcome.as_ref().ok().map(|answer| answer.status).into()),
                    ("error", outcome.as_ref().err().map(|error| error.kind().name()).into()),
                ];
                (line, facts)
            });

            if let (Some(recorder), Ok(answer)) = (self.recorder, &outcome) {
                recorder.take(self.connection, outgoing, answer);
            }
            let asked_pause = outcome.as_ref().ok().and_then(|answer| answer.retry_after);
            // A server that asks for none, or for one that is over, is not to be hammered either.
            let pause = asked_pause.unwrap_or_default().max(backoff.uneven_pause());
            let cause = cause(&outcome);
            let may_try_again = match (&cause, &outcome) {
                (Some(Cause::RateLimit), _) => true,
                (Some(Cause::Down(..)), Err(error)) => harmless || !error.is_uncertain(),
                (Some(Cause::Down(..)), Ok(_)) => harmless,
                (None, _) => false,
            };
            match (pass, cause) {
                (Some(pass), Some(cause)) => pass.failed(cause, pause),
                (Some(pass), None) if outcome.is_ok() => pass.answered(),
                // Nothing is known, and another call may find out.
                (Some(_), None) | (None, _) => {}
            }
            if !may_try_again {
                return finish(outcome, attempts, harmless);
            }
            // A pause beyond the deadline would only hide what went wrong.
            let next = Instant::now().checked_add(pause).filter(|next| *next < self.deadline);
            let most = if self.is_single { 0 } else { self.connection.max_retries };
            let Some(next) = next.filter(|_| attempts <= most) else {
                return finish(outcome, attempts, harmless);
            };
            self.log_with(|| {
                let line = format!("trying {shown} again in {} ms", pause.as_millis());
                (line, [("path", shown.into()), ("pause", pause.as_secs_f64().into())])
            });
            if !self.cancel.sleep_until(next) {
                return Err(Error::cancelled());
            }
        }
    }
}

fn finish(outcome: Result<Incoming>, attempts: u32, harmless: bool) -> Result<Delivered> {
    match outcome {
        Ok(answer) => Ok(Delivered { answer, attempts, harmless }),
        Err(error) => Err(error.repeatable_if(harmless)),
    }
}

/// The failure, if it concerns all calls.
fn cause(outcome: &Result<Incoming>) -> Option<Cause> {
    match outcome {
        // Seen with HTTP 200, too.
        Ok(answer) if answer.status == 429 || reading::is_rate_limit(&answer.body) => Some(Cause::RateLimit),
        Ok(answer) if answer.status >= 500 => {
            Some(Cause::Down(Kind::Response, format!("the service is in trouble (HTTP {})", answer.status)))
        }
        Err(error) if matches!(error.kind(), Kind::Network | Kind::Timeout) => {
            Some(Cause::Down(error.kind(), error.message().to_owned()))
        }
        _ => None,
    }
}
