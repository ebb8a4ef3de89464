//! The requests of clients, kept for tests. Access keys and long values are left out.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Serialize;

use crate::ring::Ring;

/// One request that reached the sandbox.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    /// The number of the request, from 1. If the first request in the list has a higher number, older ones
    /// were dropped: [`Settings::log_size`](crate::Settings::log_size) says how many are kept.
    pub number: u64,
    /// The number of its TCP connection, from 1.
    pub connection: u64,
    /// The operation, if method and path match one.
    pub operation: Option<&'static str>,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The parameters of query and body together, never the access key. Parameters that are too long are in
    /// [`left_out`](Self::left_out) instead.
    pub parameters: BTreeMap<String, String>,
    /// The parameters that are too long to be kept, with the length of each.
    pub left_out: BTreeMap<String, usize>,
    /// The length of the body, in bytes.
    pub body_length: usize,
    /// Where the access key was.
    pub key: KeyPlace,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// When the request arrived.
    #[serde(skip)]
    pub at: Instant,
    /// The HTTP status of the answer; 0 if no answer is sent.
    pub status: u16,
    /// The error code in the answer, such as 2803. `None` for a success, for an answer that does not have the
    /// service's format, and if no answer is sent.
    pub code: Option<i64>,
}

/// Where a client put its access key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyPlace {
    /// The query parameter `access_key`.
    Query,
    /// `Authorization: ApiKey ...`.
    Header,
    /// Not in a place that the service reads.
    #[default]
    None,
}

pub(crate) struct Journal {
    started: Instant,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    asked: Ring<Asked>,
    /// The number of requests so far.
    last: u64,
}

/// One request as JSON.
#[derive(Serialize)]
pub(crate) struct Entry {
    #[serde(flatten)]
    asked: Asked,
    /// Seconds since the sandbox was started.
    at: f64,
}

impl Default for Journal {
    fn default() -> Self {
        Self { started: Instant::now(), log: Mutex::default() }
    }
}

impl Asked {
    /// Leaves out long values, so that no request takes much memory.
    fn shortened(mut self) -> Self {
        /// Bytes for all parameters of a request, names included.
        const ROOM: usize = 16 * 1024;
        /// Bytes for the names of the parameters that are left out.
        const NAMES: usize = 4 * 1024;
        const LINE: usize = 2 * 1024;
        let (mut room, mut names) = (ROOM, NAMES);
        for (name, value) in std::mem::take(&mut self.parameters) {
            if let Some(left) = room.checked_sub(name.len() + value.len()) {
                room = left;
                self.parameters.insert(name, value);
            } else if let Some(left) = names.checked_sub(name.len()) {
                names = left;
                self.left_out.insert(name, value.len());
            }
        }
        cut(&mut self.path, LINE);
        if let Some(agent) = &mut self.user_agent {
            cut(agent, LINE);
        }
        self
    }
}

fn cut(text: &mut String, length: usize) {
    if text.len() > length {
        let end = (0..=length).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or_default());
        text.push('…');
    }
}

impl Journal {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a request, and gives it a number.
    pub(crate) fn add(&self, asked: Asked, size: usize) {
        let mut log = self.log();
        log.last += 1;
        let asked = Asked { number: log.last, ..asked.shortened() };
        log.asked.add(asked, size);
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        let entry = |asked: Asked| {
            let at = asked.at.saturating_duration_since(self.started).as_secs_f64();
            Entry { asked, at }
        };
        self.all().into_iter().map(entry).collect()
    }

    pub(crate) fn clear(&self) {
        self.log().asked.clear();
    }

    /// Empties the journal; the next request has the number 1.
    pub(crate) fn reset(&self) {
        *self.log() = Log::default();
    }

    pub(crate) fn all(&self) -> Vec<Asked> {
        self.log().asked.all()
    }
}
