//! One call of the management interface, and its answer.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::call;
use crate::reply::Reply;
use crate::sandbox::Sandbox;
use crate::server::Received;

/// Why a call fails: an HTTP status, and the reason.
pub(super) struct Refused(pub(super) u16, pub(super) String);

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        Self(400, error.to_string())
    }
}

pub(super) type Answer = Result<Reply, Refused>;

/// One call, with its path, query and body.
pub(super) struct Request<'a> {
    pub(super) sandbox: &'a Sandbox,
    /// The variable part of the path: a number or a token.
    pub(super) part: &'a str,
    pub(super) received: &'a Received,
}

impl Request<'_> {
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        serde_json::from_slice(&self.received.body).map_err(|error| Refused(400, error.to_string()))
    }

    pub(super) fn query(&self) -> BTreeMap<String, String> {
        call::decode(self.received.uri.query().unwrap_or_default().as_bytes())
    }
}

pub(super) fn shown(value: &impl Serialize) -> Answer {
    match serde_json::to_value(value) {
        Ok(value) => Ok(Reply::json(200, value)),
        Err(error) => Err(Refused(500, error.to_string())),
    }
}

pub(super) fn done() -> Answer {
    shown(&json!({"done": true}))
}

pub(super) fn pem(text: impl Into<String>) -> Reply {
    Reply::text(200, text).with_header("content-type", "application/x-pem-file")
}
