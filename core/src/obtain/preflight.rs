//! Looking before the service does: whether it will find what it wants to see, and if not, what to do about it.
//!
//! A failed validation costs a round with the service, which says little about why. So each file is fetched and each
//! record asked for as the service would, and CAA records are read. Nothing found here is remembered.

mod caa;
mod connect_to;
mod dns;
mod fetch;
mod file;
mod finding;
mod look;
mod policy;
mod record;
mod resolv_conf;
mod run;
mod server;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::challenge::Challenge;
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use connect_to::ConnectTo;
use dns::{DNS_PORT, Whom};
pub(crate) use finding::Finding;
use look::Subject;

/// How to look, from an operation's parameters.
#[derive(Clone, Debug)]
pub(crate) struct Preflight {
    whom: Whom,
    connect_to: ConnectTo,
    limits: Limits,
}

/// What a look heeds: the call's token and its deadline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watching<'a> {
    pub(crate) cancel: &'a CancelToken,
    pub(crate) deadline: Instant,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// A file, from connecting to its last byte.
    fetch: Duration,
    /// One question to a DNS server; it is asked twice.
    question: Duration,
    /// All waiting for servers that do not have a record yet.
    patience: Duration,
    /// Before such a server is asked again; doubled each time.
    first_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fetch: Duration::from_secs(5),
            question: Duration::from_secs(3),
            patience: Duration::from_secs(60),
            first_pause: Duration::from_secs(1),
        }
    }
}

impl Preflight {
    /// `resolver` is the DNS server to ask for everything, `ADDRESS` or `ADDRESS:PORT`; without it, the system's
    /// resolver finds the authoritative servers, and those are asked. `connect_to` is where files are fetched from
    /// instead: `HOST:PORT:TO_HOST:TO_PORT`, as curl's option of that name.
    ///
    /// A wrong one is [`Kind::InvalidArgument`](crate::Kind::InvalidArgument).
    pub(crate) fn new(resolver: Option<&str>, connect_to: &[String]) -> Result<Self> {
        let whom = match resolver {
            Some(address) => Whom::Only(server_address(address)?),
            None => Whom::Authorities { finder: None, port: DNS_PORT },
        };
        Ok(Self { whom, connect_to: ConnectTo::parse(connect_to)?, limits: Limits::default() })
    }

    /// Looks at every challenge, and at CAA records for its name. What is well is not mentioned.
    ///
    /// What cannot be looked at before the deadline is a finding that proves nothing. The one error is
    /// [`Kind::Cancelled`](crate::Kind::Cancelled).
    pub(crate) fn look(&self, watch: &Watching<'_>, challenges: &[Challenge]) -> Result<Vec<Finding>> {
        let subjects = challenges.iter().flat_map(|challenge| {
            [Subject::Challenge(challenge.clone()), Subject::Caa(challenge.domain().to_owned())]
        });
        self.run(watch, &subjects.collect::<Vec<_>>())
    }

    /// Looks at CAA records alone: they can keep an order pending without a word from the service.
    pub(crate) fn caa(&self, watch: &Watching<'_>, names: &[String]) -> Result<Vec<Finding>> {
        self.run(watch, &names.iter().cloned().map(Subject::Caa).collect::<Vec<_>>())
    }

    fn run(&self, watch: &Watching<'_>, subjects: &[Subject]) -> Result<Vec<Finding>> {
        if watch.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        let mut findings: Vec<Finding> = Vec::new();
        for finding in run::run(self, watch, subjects)? {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        Ok(findings)
    }
}

/// `ADDRESS` or `ADDRESS:PORT`; with a port, an IPv6 address is in brackets.
fn server_address(text: &str) -> Result<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().map(|address| SocketAddr::new(address, DNS_PORT));
    match address.or_else(|_| text.parse()) {
        Ok(address) if address.port() != 0 => Ok(address),
        _ => Err(Error::invalid(
            "resolver",
            "expected the address of a DNS server, with a port if it is not 53: `192.0.2.1`, `192.0.2.1:5353`, \
             `[2001:db8::1]:5353`",
        )),
    }
}
