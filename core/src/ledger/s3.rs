//! Objects of an S3 bucket, written under conditions (`If-None-Match`, `If-Match`). The version of a record is the
//! ETag of its object.

mod answer;
mod endpoint;
mod keyring;
mod keys;
mod refusal;
mod request;
mod server;
#[cfg(test)]
mod tests;
mod xml;

use std::sync::atomic::{AtomicBool, Ordering};

use rusty_s3::Method;
use ureq::http::{HeaderName, header};

use super::environment::Environment;
use super::{Fetched, Ledger, Swap, Version};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::settings::ClientBuilder;
use answer::Page;
use refusal::Refusal;
use request::Request;
use server::Server;

/// The part of a bucket below a prefix.
#[derive(Debug)]
pub(super) struct S3 {
    server: Server,
    /// Whether the server was seen to obey conditions.
    obeys: AtomicBool,
}

/// No object has this ETag.
const NOBODYS: &str = "00000000000000000000000000000000";
/// No record has this name: it is what the server is tried with.
const PROBE: &str = "zerossl-probe";

impl S3 {
    /// Checks the settings; nothing is sent.
    pub(super) fn new(
        settings: &ClientBuilder,
        bucket: &str,
        prefix: &str,
        environment: Environment,
    ) -> Result<Self> {
        let server = Server::new(settings, bucket, prefix, environment)?;
        Ok(Self { server, obeys: AtomicBool::new(false) })
    }

    fn request<'a>(&self, method: Method, name: &'a str) -> Request<'a> {
        let key = format!("{}{name}", self.server.prefix);
        Request { method, key, name, query: Vec::new(), condition: None, body: None }
    }

    /// Writes an object under a condition.
    fn put(
        &self,
        limits: &dyn Limits,
        name: &str,
        condition: (HeaderName, String),
        bytes: &[u8],
    ) -> Result<Swap> {
        let mut request = self.request(Method::Put, name);
        request.condition = Some(condition);
        request.body = Some(bytes.to_vec());
        let answer = self.server.send(limits, request)?;
        match answer.status() {
            200..300 => Ok(Swap::Done(answer.version()?)),
            412 => Ok(Swap::Refused),
            // The object that was to be replaced is gone.
            404 if answer.refusal().is(Refusal::NO_SUCH_KEY) => Ok(Swap::Refused),
            _ => Err(answer.into_error()),
        }
    }

    /// Some servers ignore a condition that they do not know, and then two hosts would both win. So a write whose
    /// condition cannot hold goes first.
    fn check_conditions(&self, limits: &dyn Limits) -> Result<()> {
        if self.obeys.load(Ordering::Relaxed) {
            return Ok(());
        }
        match self.put(limits, PROBE, (header::IF_MATCH, quoted(NOBODYS)), b"")? {
            Swap::Refused => self.obeys.store(true, Ordering::Relaxed),
            Swap::Done(_) => {
                let why = "the S3 server ignores the condition of a write (`If-Match`), so two hosts could replace one \
                           record; use one that has conditional writes";
                return Err(Error::storage(self.place(PROBE), why));
            }
        }
        Ok(())
    }
}

impl Ledger for S3 {
    fn get(&self, limits: &dyn Limits, name: &str, knows: Option<&Version>) -> Result<Fetched> {
        let mut request = self.request(Method::Get, name);
        request.condition = knows.map(|version| (header::IF_NONE_MATCH, quoted(&version.0)));
        let answer = self.server.send(limits, request)?;
        match answer.status() {
            200 => {
                let version = answer.version()?;
                Ok(Fetched::Record { content: answer.incoming.body, version })
            }
            304 => Ok(Fetched::Unchanged),
            // A 404 with another code, or with none, does not say that the record is absent.
            404 if answer.refusal().is(Refusal::NO_SUCH_KEY) => Ok(Fetched::Absent),
            _ => Err(answer.into_error()),
        }
    }

    fn put_if(
        &self,
        limits: &dyn Limits,
        name: &str,
        content: &[u8],
        replaces: Option<&Version>,
    ) -> Result<Swap> {
        self.check_conditions(limits)?;
        let condition = match replaces {
            None => (header::IF_NONE_MATCH, "*".to_owned()),
            Some(version) => (header::IF_MATCH, quoted(&version.0)),
        };
        self.put(limits, name, condition, content)
    }

    fn list(&self, limits: &dyn Limits, prefix: &str) -> Result<Vec<(String, Version)>> {
        let mut found = Vec::new();
        let mut token = None;
        loop {
            let mut request = self.request(Method::Get, prefix);
            let wanted = std::mem::take(&mut request.key);
            // In the order of their names, as the signature wants them.
            request.query.extend(token.clone().map(|token| ("continuation-token", token)));
            request.query.extend([("list-type", "2".to_owned()), ("prefix", wanted)]);
            let answer = self.server.send(limits, request)?;
            if answer.status() != 200 {
                return Err(answer.into_error());
            }
            let Page { objects, next } = answer.page()?;
            let names = objects.into_iter().filter_map(|(key, etag)| {
                Some((key.strip_prefix(&self.server.prefix)?.to_owned(), Version(etag)))
            });
            found.extend(names);
            match next {
                None => return Ok(found),
                Some(next) if token.as_ref() == Some(&next) => {
                    return Err(answer.unusable("its pages do not come to an end"));
                }
                Some(next) => token = Some(next),
            }
        }
    }

    fn delete(&self, limits: &dyn Limits, name: &str) -> Result<()> {
        let answer = self.server.send(limits, self.request(Method::Delete, name))?;
        match answer.status() {
            200..300 => Ok(()),
            404 if answer.refusal().is(Refusal::NO_SUCH_KEY) => Ok(()),
            _ => Err(answer.into_error()),
        }
    }

    fn place(&self, name: &str) -> String {
        self.server.place(name)
    }
}

/// An ETag as a condition has it.
fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}
