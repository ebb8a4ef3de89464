//! Sends requests to the server of a bucket, again where that is safe.

use std::time::{Duration, Instant};

use rusty_s3::Method;
use ureq::http::header;
use zeroize::Zeroizing;

use super::answer::Answer;
use super::endpoint::Endpoint;
use super::keyring::Keyring;
use super::keys::Environment;
use super::refusal::Refusal;
use super::request::Request;
use crate::backoff::Backoff;
use crate::error::{Error, Kind, Result};
use crate::ledger::failure;
use crate::limits::Limits;
use crate::settings::{ClientBuilder, MAX_RETRIES, TIMEOUT};
use crate::transport::{Outgoing, Watch};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// The server of a bucket, and how it is spoken to.
#[derive(Debug)]
pub(super) struct Server {
    endpoint: Endpoint,
    /// Of the keys of all objects. Empty, or ends in a slash.
    pub(super) prefix: String,
    keyring: Keyring,
    /// The time limit of a call, with its retries.
    timeout: Duration,
    max_retries: u32,
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
            timeout: settings.timeout.unwrap_or(TIMEOUT),
            max_retries: settings.max_retries.unwrap_or(MAX_RETRIES),
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
        let deadline = limits.deadline().min(Instant::now() + self.timeout);
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
        let mut backoff = Backoff::new(FIRST_PAUSE, 2.0, MAX_PAUSE);
        let mut attempts = 0;
        loop {
            let keys = self.keyring.keys(limits, deadline).map_err(failed)?;
            outgoing.url = request
                .signed(&self.endpoint.bucket, &keys)
                .ok_or_else(|| Error::storage(&place, "the name cannot be part of a URL"))?;
            attempts += 1;
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
            let pause = asked_pause.unwrap_or_default().max(backoff.uneven_pause());
            // A pause beyond the deadline would only hide what went wrong.
            let next = Instant::now()
                .checked_add(pause)
                .filter(|next| may_repeat && attempts <= self.max_retries && *next < deadline);
            let Some(next) = next else {
                let incoming = outcome.map_err(failed)?;
                return Ok(Answer { incoming, place, keys, setting: self.endpoint.setting, is_read });
            };
            if !limits.cancel().sleep_until(next) {
                return Err(Error::cancelled());
            }
        }
    }
}

fn may_pass(error: &Error) -> bool {
    matches!(error.kind(), Kind::Network | Kind::Timeout)
}
