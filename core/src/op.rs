//! Ops: an operation on a thread of its own, that is watched, answered and cancelled.
//!
//! Events wait in a bounded queue until they are pulled. When it is full, logs and progress are dropped and counted;
//! pages and questions wait for the reader, so a slow reader slows the work and never fills the memory.

mod bell;

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use bell::Bell;
use nix::poll::PollFlags;

use crate::alarm::Alarm;
use crate::cancel::{CancelToken, POLL_INTERVAL};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, EventType};
use crate::per_process::MadeIn;
use crate::{parameter, thread};

/// How many events wait for the reader.
const MOST_EVENTS: usize = 256;

/// A running operation. Dropping it cancels the operation, without waiting for its end.
#[derive(Debug)]
pub struct Op {
    channel: Channel,
    thread: Mutex<Option<JoinHandle<()>>>,
    process: MadeIn,
}

/// What [`Op::next`] found.
#[derive(Debug, PartialEq)]
pub enum Next {
    /// The oldest event that was not read yet.
    Event(Event),
    /// Nothing new in the given time.
    Pending,
    /// The operation has ended and all events were read: ask for [`Op::result`].
    Done,
}

impl Op {
    /// Does the work on a thread of its own.
    pub(crate) fn start(
        cancel: &CancelToken,
        work: impl FnOnce(&Channel) -> Result<String> + Send + 'static,
    ) -> Result<Self> {
        let channel = Channel::under(cancel);
        let theirs = channel.clone();
        let thread = thread::spawn("op", move || {
            let result = catch_unwind(AssertUnwindSafe(|| work(&theirs)));
            let result = result.unwrap_or_else(|panic| Err(Error::panicked(&*panic)));
            let mut state = theirs.state();
            state.result = Some(result.map(Zeroizing::new));
            theirs.changed(&state);
        })
        .map_err(|error| Error::resource("no thread could be started", &error))?;
        Ok(Self { channel, thread: Mutex::new(Some(thread)), process: MadeIn::this_process() })
    }

    /// Waits for news; without a time-out as long as it takes.
    pub fn next(&self, timeout: Option<Duration>) -> Result<Next> {
        self.check_process()?;
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut state = self.channel.state();
        loop {
            if let Some(event) = state.take_event() {
                self.channel.changed(&state);
                return Ok(Next::Event(event));
            }
            if state.result.is_some() {
                self.channel.changed(&state);
                return Ok(Next::Done);
            }
            state = match end.map(|end| end.saturating_duration_since(Instant::now())) {
                None => self.channel.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return Ok(Next::Pending),
                Some(left) => self.channel.wait_timeout(state, left),
            };
        }
    }

    /// Answers an event that asks: `{"id": ..., "ok": true}` or `{"id": ..., "error": "why"}`. From any thread.
    pub fn reply(&self, reply: &str) -> Result<()> {
        self.check_process()?;
        let reply = parameter::parse(reply, "reply_json")?;
        let id = reply.get("id").and_then(Value::as_u64);
        let answer = match (reply.get("ok"), reply.get("error")) {
            (Some(Value::Bool(true)), None) => Ok(()),
            (None, Some(Value::String(why))) => Err(why.clone()),
            _ => return Err(Error::invalid("ok", "expected `\"ok\": true`, or `\"error\": \"why\"`")),
        };
        let mut state = self.channel.state();
        match id.and_then(|id| state.asked.get_mut(&id)) {
            Some(open @ None) => *open = Some(answer),
            _ => return Err(Error::invalid("id", "no event with this id waits for a reply")),
        }
        self.channel.changed(&state);
        Ok(())
    }

    /// Answers an event that asks with an error, for a caller who cannot do what is asked; others need no answer.
    pub fn decline(&self, event: &Event, why: &str) -> Result<()> {
        if !event.kind().asks() {
            return Ok(());
        }
        let id = parameter::parse(event.json(), "event")?.remove("id").unwrap_or_default();
        self.reply(&serde_json::json!({"id": id, "error": why}).to_string())
    }

    /// A file descriptor for poll, epoll and event loops: readable while [`Op::next`] has news.
    ///
    /// It is made at the first call, belongs to the op and lives as long. Reading from it does no harm; closing it is
    /// forbidden.
    pub fn fd(&self) -> Result<RawFd> {
        self.with_bell(|bell| Ok(bell.fd().as_raw_fd()))
    }

    /// The same descriptor again, for a runtime that closes what it is given. It outlives the op, and is then readable
    /// for ever.
    pub fn dup_fd(&self) -> Result<OwnedFd> {
        self.with_bell(|bell| {
            let dup = bell.fd().try_clone_to_owned();
            dup.map_err(|error| Error::resource("the op's descriptor could not be duplicated", &error))
        })
    }

    fn with_bell<T>(&self, work: impl FnOnce(&Bell) -> Result<T>) -> Result<T> {
        self.check_process()?;
        let mut state = self.channel.state();
        let bell = match state.bell.take() {
            Some(bell) => bell,
            None => Bell::new()
                .map_err(|error| Error::resource("no socket pair for the op could be made", &error))?,
        };
        bell.set(state.has_news());
        work(state.bell.insert(bell))
    }

    /// Cancels: from any thread, and from a signal handler. The operation ends soon, with an error of kind `cancelled`
    /// unless it was done before.
    pub fn cancel(&self) {
        self.channel.0.cancel.cancel();
    }

    /// The answer, or why there is none; as often as wanted. Kind `not_ready` while the operation runs.
    pub fn result(&self) -> Result<String> {
        self.check_process()?;
        let not_ready =
            || Error::new(Kind::NotReady, "the operation still runs; read its events until it is done");
        match &self.channel.state().result {
            Some(result) => result.as_ref().map(|answer| answer.to_string()).map_err(Error::clone),
            None => Err(not_ready()),
        }
    }

    /// Waits until the op's thread is gone, which after [`Next::Done`] takes no time. For bindings that leave no thread behind.
    #[doc(hidden)]
    pub fn join(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Its panics are in the result.
        let _ = thread.map(JoinHandle::join);
    }

    /// Passes over the events until the end, and gives the result. Events that ask are not answered: for operations
    /// that have none.
    pub fn finish(&self) -> Result<String> {
        while self.next(None)? != Next::Done {}
        self.result()
    }

    fn check_process(&self) -> Result<()> {
        if self.process.is_this_process() {
            return Ok(());
        }
        Err(Error::new(Kind::Forked, "this op was started before the process forked; start one in the child"))
    }
}

impl Drop for Op {
    fn drop(&mut self) {
        self.cancel();
        if self.check_process().is_ok() {
            // Now, though the thread may still be at it: the number is free for the host's next file.
            self.channel.state().bell = None;
        } else {
            // To drop the handle would detach the thread that has its number in this process.
            mem::forget(self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        }
    }
}

/// What the op's owner and its thread share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Channel(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    cancel: CancelToken,
    state: Mutex<State>,
    /// Anything in the state has changed.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Event>,
    dropped: usize,
    last_id: u64,
    /// Questions without an answer, and answers that were not fetched yet.
    asked: HashMap<u64, Option<Result<(), String>>>,
    /// Wiped with the op, since it may be a secret.
    result: Option<Result<Zeroizing<String>>>,
    bell: Option<Bell>,
    /// Wakes the op's thread. Made when it waits for long.
    alarm: Option<Arc<Alarm>>,
}

impl State {
    /// Whether `next` would find something.
    fn has_news(&self) -> bool {
        !self.queue.is_empty() || self.dropped > 0 || self.result.is_some()
    }

    fn take_event(&mut self) -> Option<Event> {
        if self.dropped > 0 && self.queue.len() < MOST_EVENTS {
            let message = format!("{} events were dropped, since they were not read in time", self.dropped);
            self.dropped = 0;
            self.queue.push_back(Event::new(EventType::Log, &message, Map::new()));
        }
        self.queue.pop_front()
    }
}

impl Channel {
    /// A channel with a token of its own, that is cancelled with this one too.
    fn under(cancel: &CancelToken) -> Self {
        Self(Arc::new(Shared { cancel: cancel.child(), ..Shared::default() }))
    }

    /// The token that everything the op does looks at.
    pub(crate) fn cancel_token(&self) -> &CancelToken {
        &self.0.cancel
    }

    /// Tells something; never waits.
    pub(crate) fn tell(&self, event: Event) {
        let mut state = self.state();
        if event.kind().may_drop() && state.queue.len() >= MOST_EVENTS {
            state.dropped += 1;
            return;
        }
        state.queue.push_back(event);
        self.changed(&state);
    }

    /// Tells something large; waits until everything of its kind was read.
    pub(crate) fn hand_over(&self, event: Event) -> Result<()> {
        let mut state = self.when_read(event.kind())?;
        state.queue.push_back(event);
        self.changed(&state);
        Ok(())
    }

    /// Waits until all events of this kind were read.
    pub(crate) fn until_read(&self, kind: EventType) -> Result<()> {
        self.when_read(kind).map(drop)
    }

    fn when_read(&self, kind: EventType) -> Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        loop {
            if self.0.cancel.is_cancelled() {
                return Err(Error::cancelled());
            }
            if state.queue.iter().all(|waiting| waiting.kind() != kind) {
                return Ok(state);
            }
            state = self.wait(state, None);
        }
    }

    /// Asks the caller and waits for the reply; the caller's `error` comes back as text.
    pub(crate) fn ask(
        &self,
        kind: EventType,
        message: &str,
        mut fields: Map<String, Value>,
        deadline: Option<Instant>,
    ) -> Result<Result<(), String>> {
        let mut state = self.state();
        state.last_id += 1;
        let id = state.last_id;
        fields.insert("id".to_owned(), id.into());
        state.asked.insert(id, None);
        state.queue.push_back(Event::new(kind, message, fields));
        self.changed(&state);
        loop {
            if let Some(Some(_)) = state.asked.get(&id) {
                return state.asked.remove(&id).flatten().ok_or_else(Error::cancelled);
            }
            if self.0.cancel.is_cancelled() {
                state.asked.remove(&id);
                return Err(Error::cancelled());
            }
            if deadline.is_some_and(|end| Instant::now() >= end) {
                state.asked.remove(&id);
                let message = "the deadline came before a reply to the event; call again";
                return Err(Error::new(Kind::Timeout, message));
            }
            state = self.wait(state, deadline);
        }
    }

    /// Tells whoever waits, in whatever way.
    fn changed(&self, state: &State) {
        if let Some(bell) = &state.bell {
            bell.set(state.has_news());
        }
        if let Some(alarm) = &state.alarm {
            alarm.ring();
        }
        self.0.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits on the op's thread: for a change, a cancel or the deadline, or without any of these for a short while. So
    /// the caller looks again, whatever ended it.
    fn wait<'a>(&'a self, state: MutexGuard<'a, State>, deadline: Option<Instant>) -> MutexGuard<'a, State> {
        let Some(alarm) = state.alarm.clone() else {
            // Most waits are short, and need no descriptors.
            let waited = self.0.changed.wait_timeout(state, POLL_INTERVAL);
            let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
            if waited.timed_out() {
                // For the next wait, and not for this one: something may have changed after the time was over.
                state.alarm = Alarm::new().ok().map(Arc::new);
            }
            return state;
        };
        // Under the lock, so the caller has seen what has changed until now.
        alarm.clear();
        drop(state);
        self.0.cancel.wait(Some((alarm.ear(), PollFlags::POLLIN)), deadline);
        self.state()
    }

    fn wait_timeout<'a>(&self, state: MutexGuard<'a, State>, left: Duration) -> MutexGuard<'a, State> {
        self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod stress;
#[cfg(test)]
mod tests;
