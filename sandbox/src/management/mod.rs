//! The management interface: what a test may do to a sandbox, as JSON over
//! HTTP, on a port of its own.

mod access;
mod bodies;
mod routes;
mod script;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::call;
use crate::control::Control;
use crate::management::access::Access;
use crate::management::routes::Route;
use crate::reply::Reply;
use crate::server::{Received, Responder};

pub(crate) struct Management {
    control: Arc<Control>,
    access: Access,
}

/// Why a call is not answered: an HTTP status, and the reason.
struct Refused(u16, String);

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        Self(400, error.to_string())
    }
}

type Answer = Result<Reply, Refused>;

/// One call: what it is about, and what came with it.
struct Request<'a> {
    control: &'a Control,
    /// The part of the path that stands for a number or a token.
    part: &'a str,
    received: &'a Received,
}

impl Request<'_> {
    fn body<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        serde_json::from_slice(&self.received.body).map_err(|error| Refused(400, error.to_string()))
    }

    fn query(&self) -> BTreeMap<String, String> {
        call::decode(self.received.uri.query().unwrap_or_default().as_bytes())
    }
}

impl Management {
    pub(crate) fn new(control: Arc<Control>, hosts: Vec<String>) -> Self {
        Self { control, access: Access::new(hosts) }
    }

    fn answer(&self, received: &Received) -> Answer {
        self.access.check(&received.headers).map_err(|why| Refused(403, why))?;
        let (route, part) = Route::find(&received.method, received.uri.path())?;
        (route.run)(&Request { control: &self.control, part, received })
    }
}

impl Responder for Management {
    fn respond(&self, received: &Received) -> Reply {
        let answer = self.answer(received);
        answer.unwrap_or_else(|Refused(status, why)| Reply::json(status, json!({"error": why})))
    }
}

fn shown(value: &impl Serialize) -> Answer {
    match serde_json::to_value(value) {
        Ok(value) => Ok(Reply::json(200, value)),
        Err(error) => Err(Refused(500, error.to_string())),
    }
}

fn done() -> Answer {
    shown(&json!({"done": true}))
}

fn pem(text: impl Into<String>) -> Reply {
    Reply::text(200, text).with_header("content-type", "application/x-pem-file")
}
