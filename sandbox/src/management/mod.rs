//! The management interface: it lets a test control a sandbox with JSON over HTTP, on its own port.

mod access;
mod bodies;
mod request;
mod routes;
mod script;

use serde_json::json;

use crate::management::access::Access;
use crate::management::request::{Answer, Refused, Request};
use crate::management::routes::Route;
use crate::reply::Reply;
use crate::sandbox::Sandbox;
use crate::server::{Received, Responder};

pub(crate) struct Management {
    sandbox: Sandbox,
    access: Access,
}

impl Management {
    pub(crate) fn new(sandbox: Sandbox, hosts: Vec<String>) -> Self {
        Self { sandbox, access: Access::new(hosts) }
    }

    fn answer(&self, received: &Received) -> Answer {
        self.access.check(&received.headers).map_err(|why| Refused(403, why))?;
        let (route, part) = Route::find(&received.method, received.uri.path())?;
        (route.run)(&Request { sandbox: &self.sandbox, part, received })
    }
}

impl Responder for Management {
    fn respond(&self, received: &Received) -> Reply {
        let answer = self.answer(received);
        answer.unwrap_or_else(|Refused(status, why)| Reply::json(status, json!({"error": why})))
    }
}
