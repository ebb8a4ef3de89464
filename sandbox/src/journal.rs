//! What clients asked: kept for tests, without any access key.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// The query parameter `access_key`.
    Query,
    /// `Authorization: ApiKey ...`.
    Header,
    /// Nowhere that the service looks.
    None,
}

#[derive(Default)]
pub(crate) struct Journal(Mutex<Vec<Asked>>);

impl Journal {
    pub(crate) fn add(&self, asked: Asked) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    }

    pub(crate) fn all(&self) -> Vec<Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
