//! Sends requests to the server of a bucket, again where that is safe.

use rusty_s3::Method;
use ureq::http::header;
use zeroize::Zeroizing;

use super::answer::Answer;
use super::endpoint::Endpoint;
use super::keyring::Keyring;
use super::refusal::Refusal;
use super::request::Request;
use crate::error::{Error, Kind, Result};
use crate::ledger::attempts::Patience;
use crate::ledger::environment::Environment;
use crate::ledger::failure;
use crate::limits::Limits;
use crate::settings::ClientBuilder;
use crate::transport::{Outgoing, Watch};

/// The server of a bucket, and how it is spoken to.
#[derive(Debug)]
pub(super) struct Server {
    endpoint: Endpoint,
    /// Of the keys of all objects. Empty, or ends in a slash.
    pub(super) prefix: String,
    keyring: Keyring,
    patience: Patience,
}

impl Server {
    pub(super) fn new(
        settings: &ClientBuilder,
        bucket: &str,
        prefix: &str,
        environment: Environment,
    ) -> Result<Self> {
        Ok(Self {
            endpoint: Endpoint::new(settings, bucket, &environment)?,
            prefix: prefix.to_owned(),
            keyring: Keyring::new(environment),
            patience: Patience::of(settings),
        })
    }

    /// Where a record is, for messages.
    pub(super) fn place(&self, name: &str) -> String {
        format!("s3://{}/{}{name}", self.endpoint.bucket.name(), self.prefix)
    }

    /// Sends a request until it is answered.
    ///
    /// Sent again: a read after any failure that may pass; a write only if it was surely not carried out.
    pub(super) fn send(&self, limits: &dyn Limits, mut request: Request<'_>) -> Result<Answer> {
        let place = self.place(request.name);
        let failed = |error| failure::of(&place, error);
        let is_read = request.method == Method::Get;
        let mut attempts = self.patience.begin(limits);
        let deadline = attempts.deadline;
        let mut headers: Vec<_> =
            request.condition.iter().cloned().map(|(name, value)| (name, value.into())).collect();
        if request.body.is_some() {
            headers.push((header::CONTENT_TYPE, "application/octet-stream".to_owned().into()));
        }
        let mut outgoing = Outgoing {
            method: request.method.to_str(),
            url: Zeroizing::default(),
            headers,
            body: request.body.take(),
        };
        loop {
            let keys = self.keyring.keys(limits, deadline).map_err(failed)?;
            outgoing.url = request
                .signed(&self.endpoint.bucket, &keys)
                .ok_or_else(|| Error::storage(&place, "the name cannot be part of a URL"))?;
            let outcome =
                self.endpoint.transport.exchange(&outgoing, Watch::new(limits.cancel().clone(), deadline));
            let (may_repeat, asked_pause) = match &outcome {
                Err(error) => (may_pass(error) && (is_read || !error.is_uncertain()), None),
                Ok(answer) => {
                    let refusal = Refusal::read(answer);
                    if refusal.is_about_keys() {
                        self.keyring.forget(&keys);
                    }
                    (refusal.may_pass() && (is_read || refusal.is_certain()), answer.retry_after)
                }
            };
            if !(may_repeat && attempts.is_next(asked_pause)?) {
                let incoming = outcome.map_err(failed)?;
                return Ok(Answer { incoming, place, keys, setting: self.endpoint.setting, is_read });
            }
        }
    }
}

fn may_pass(error: &Error) -> bool {
    matches!(error.kind(), Kind::Network | Kind::Timeout)
}
