//! What clients asked: kept for tests, without any access key.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;

/// One request that reached the sandbox.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The number of the TCP connection it came over, from 1.
    pub connection: u64,
    /// The operation, if method and path are those of one.
    pub operation: Option<&'static str>,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The parameters of query and body together, never the access key.
    pub parameters: BTreeMap<String, String>,
    /// Where the access key was.
    pub key: KeyPlace,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// When the request arrived.
    pub at: Instant,
    /// The HTTP status of the answer; 0 when none is sent.
    pub status: u16,
}

/// Where a client put its access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyPlace {
    /// The query parameter `access_key`.
    Query,
    /// `Authorization: ApiKey ...`.
    Header,
    /// Nowhere that the service looks.
    None,
}

pub(crate) struct Journal {
    started: Instant,
    asked: Mutex<Vec<Asked>>,
}

/// One request as JSON.
#[derive(Serialize)]
pub(crate) struct Entry {
    connection: u64,
    operation: Option<&'static str>,
    method: String,
    path: String,
    parameters: BTreeMap<String, String>,
    key: KeyPlace,
    user_agent: Option<String>,
    /// Seconds since the sandbox was started.
    at: f64,
    status: u16,
}

impl Default for Journal {
    fn default() -> Self {
        Self { started: Instant::now(), asked: Mutex::default() }
    }
}

impl Journal {
    pub(crate) fn add(&self, asked: Asked) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        let entry = |asked: Asked| Entry {
            connection: asked.connection,
            operation: asked.operation,
            method: asked.method,
            path: asked.path,
            parameters: asked.parameters,
            key: asked.key,
            user_agent: asked.user_agent,
            at: asked.at.saturating_duration_since(self.started).as_secs_f64(),
            status: asked.status,
        };
        self.all().into_iter().map(entry).collect()
    }

    pub(crate) fn clear(&self) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn all(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
