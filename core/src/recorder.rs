//! Exchanges with the service as they went over the wire, for programs that record them.

use std::fmt;
use std::sync::Arc;

use ureq::http::header;

use crate::connection::Connection;
use crate::settings::Auth;
use crate::transport::{Incoming, Outgoing};

/// A request and its answer, unchanged, but without the access key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange {
    /// The HTTP method.
    pub method: &'static str,
    /// The path after the base URL, with its percent-encoding.
    pub path: String,
    /// The query after the `?`, with its percent-encoding and without the access key.
    pub query: String,
    /// Where the access key was; none if it was not sent.
    pub key: Option<Auth>,
    /// The body of the request: JSON, or nothing.
    pub body: Vec<u8>,
    /// The HTTP status.
    pub status: u16,
    /// The body of the answer.
    pub answer: Vec<u8>,
}

/// The callback that gets each exchange, on the thread of the call.
#[derive(Clone)]
pub(crate) struct Recorder(pub(crate) Arc<dyn Fn(Exchange) + Send + Sync>);

impl Recorder {
    pub(crate) fn take(&self, connection: &Connection, outgoing: &Outgoing, incoming: &Incoming) {
        let rest = outgoing.url.strip_prefix(connection.base_url.as_str()).unwrap_or_default();
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let is_key = |pair: &&str| pair.starts_with("access_key=");
        let key = if outgoing.headers.iter().any(|(name, _)| name == header::AUTHORIZATION) {
            Some(Auth::Header)
        } else {
            query.split('&').any(|pair| is_key(&pair)).then_some(Auth::Query)
        };
        let query: Vec<_> = query.split('&').filter(|pair| !is_key(pair)).collect();
        (self.0)(Exchange {
            method: outgoing.method,
            path: path.to_owned(),
            query: query.join("&"),
            key,
            body: outgoing.body.clone().unwrap_or_default(),
            status: incoming.status,
            answer: incoming.body.clone(),
        });
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}
