//! One pause for all calls of a run, while the service asks for one or is down.
//!
//! Without it, each of 300 entries would find out by itself, with its own retries. Here, the first failure stops all calls
//! until its pause is over. Then one call goes first, as a probe, and the others wait for its outcome.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::error::{Error, Kind, Result};

/// How often the others check whether the probe has its answer.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// No run waits for longer.
const MAX_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// What the service says to all.
#[derive(Clone, Debug)]
pub(crate) enum Cause {
    /// "Too many requests".
    RateLimit,
    /// It does not answer, or is in trouble. With the failure in words.
    Down(Kind, String),
}

impl Cause {
    fn is_like(&self, other: &Self) -> bool {
        matches!((self, other), (Self::RateLimit, Self::RateLimit) | (Self::Down(..), Self::Down(..)))
    }
}

#[derive(Debug)]
pub(crate) struct SharedPause {
    /// How long a service that is down is waited for. Then calls fail at once.
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// None: all is well.
    pause: Option<Pause>,
    /// How many pauses there were. A call that was sent before a pause says nothing about its end.
    number: u64,
}

#[derive(Debug)]
struct Pause {
    cause: Cause,
    /// When it began to fail, over all pauses without a success between them.
    since: Instant,
    until: Instant,
    /// Whether a call is on its way to find out.
    is_probed: bool,
}

/// The right to send one call. A probe that ends without an answer leaves its place to the next.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    shared: &'a SharedPause,
    number: u64,
}

impl SharedPause {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience, state: Mutex::default() }
    }

    /// Waits until a call may be sent. An error if that is too late for it.
    pub(crate) fn wait(&self, cancel: &CancelToken, deadline: Instant) -> Result<Pass<'_>> {
        loop {
            let next = self.state().next(Instant::now(), deadline, self.patience)?;
            match next {
                Next::Send(number) => return Ok(Pass { shared: self, number }),
                Next::Wait(until) if cancel.sleep_until(until) => {}
                Next::Wait(_) => return Err(Error::cancelled()),
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The call was answered, and the answer concerns nobody else.
    pub(crate) fn answered(self) {
        let mut state = self.shared.state();
        if state.number == self.number {
            state.pause = None;
        }
    }

    /// The call failed in a way that concerns all.
    pub(crate) fn failed(self, cause: Cause, pause: Duration) {
        let until = Instant::now() + pause.min(MAX_PAUSE);
        let mut state = self.shared.state();
        let (cause, since, until) = match state.pause.take() {
            // Several were on their way. The longest pause counts, with its reason.
            Some(old) if state.number != self.number && old.until > until => {
                (old.cause, old.since, old.until)
            }
            Some(old) if old.cause.is_like(&cause) => (cause, old.since, until),
            _ => (cause, Instant::now(), until),
        };
        state.number += 1;
        state.pause = Some(Pause { cause, since, until, is_probed: false });
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if state.number == self.number
            && let Some(pause) = &mut state.pause
        {
            pause.is_probed = false;
        }
    }
}

enum Next {
    Send(u64),
    Wait(Instant),
}

impl State {
    fn next(&mut self, now: Instant, deadline: Instant, patience: Duration) -> Result<Next> {
        let number = self.number;
        let Some(pause) = &mut self.pause else { return Ok(Next::Send(number)) };
        if !pause.is_probed && now >= pause.until {
            pause.is_probed = true;
            return Ok(Next::Send(number));
        }
        let is_hopeless =
            matches!(pause.cause, Cause::Down(..)) && now.duration_since(pause.since) >= patience;
        let until = if pause.is_probed { now + POLL_INTERVAL } else { pause.until };
        if is_hopeless || until >= deadline {
            return Err(pause.error(now));
        }
        Ok(Next::Wait(until))
    }
}

impl Pause {
    /// The error of a call that is not sent.
    fn error(&self, now: Instant) -> Error {
        match &self.cause {
            Cause::RateLimit => {
                // In whole seconds, as the service says it.
                let left = self.until.saturating_duration_since(now).as_secs_f64().ceil();
                let message = "not sent: the service said \"too many requests\" to another call, and its pause is not over";
                Error::new(Kind::RateLimited, message).with_retry_after(Some(Duration::from_secs_f64(left)))
            }
            Cause::Down(kind, message) => {
                Error::new(*kind, format!("not sent, because another call failed: {message}")).retryable(true)
            }
        }
    }
}
