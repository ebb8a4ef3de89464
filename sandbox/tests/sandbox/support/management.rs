//! A client of the management interface.

use serde_json::Value;
use zerossl_sandbox::{Options, Sandbox};

use crate::support::{Client, agent, read};

pub(crate) struct Manager {
    url: String,
}

/// A sandbox with a management interface.
pub(crate) fn start_managed() -> (Sandbox, Client, Manager) {
    let management = Some("127.0.0.1:0".parse().expect("an address"));
    let (sandbox, client) = crate::support::start_with(Options { management, ..Options::default() });
    let manager = Manager::of(&sandbox);
    (sandbox, client, manager)
}

impl Manager {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        Self { url: sandbox.management_url().expect("a management interface").to_owned() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        read(agent().get(self.url(path)).call().expect("an answer"))
    }

    pub(crate) fn text(&self, path: &str) -> String {
        let mut response = agent().get(self.url(path)).call().expect("an answer");
        response.body_mut().read_to_string().expect("text")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        read(agent().post(self.url(path)).send(body.to_string()).expect("an answer"))
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Value {
        read(agent().patch(self.url(path)).send(body.to_string()).expect("an answer"))
    }

    pub(crate) fn delete(&self, path: &str) -> Value {
        read(agent().delete(self.url(path)).call().expect("an answer"))
    }

    /// Sends a POST request that has to succeed.
    #[track_caller]
    pub(crate) fn does(&self, path: &str, body: &Value) {
        let answer = self.post(path, body);
        assert!(answer["error"].is_null(), "{path} {body}: {answer}");
    }
}
