//! Fetches one file from given addresses like the service: redirects are not followed and certificates are not
//! verified.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use ureq::config::Config;
use ureq::http::{Uri, header};
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

/// Much more than the three lines of a validation file.
pub(super) const MAX_BODY: u64 = 4096;

/// An answer with any status.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// The header `Location`.
    pub(super) redirect: Option<String>,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    /// Not read, because the status is not 200.
    Unread,
    Whole(Vec<u8>),
    TooLarge,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    TooSlow,
    Refused,
    /// This machine has no route, which says nothing about other machines.
    Unreachable(io::ErrorKind),
    BrokenOff(io::ErrorKind),
    Tls(String),
    NotHttp,
}

/// Blocks for at most `limit`.
pub(super) fn fetch(url: &str, addresses: Vec<SocketAddr>, limit: Duration) -> Result<Reply, Trouble> {
    let mut answer = agent(addresses, limit).get(url).call().map_err(trouble)?;
    let status = answer.status().as_u16();
    let redirect = answer.headers().get(header::LOCATION);
    let redirect = redirect.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
    let body = match status {
        200 => match answer.body_mut().with_config().limit(MAX_BODY).read_to_vec() {
            Ok(body) => Body::Whole(body),
            Err(Error::BodyExceedsLimit(_)) => Body::TooLarge,
            Err(error) => return Err(trouble(error)),
        },
        _ => Body::Unread,
    };
    Ok(Reply { status, redirect, body })
}

fn agent(addresses: Vec<SocketAddr>, limit: Duration) -> Agent {
    // The service is not known to require a trusted certificate. A host that still needs one may have none.
    let tls = TlsConfig::builder()
        .disable_verification(true)
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .build();
    let config = Config::builder()
        .tls_config(tls)
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .max_idle_connections(0)
        .timeout_global(Some(limit))
        .user_agent(concat!("libzerossl/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::with_parts(config, DefaultConnector::default(), Addresses(addresses))
}

/// The addresses that were checked before: a new query could return others.
#[derive(Debug)]
struct Addresses(Vec<SocketAddr>);

impl Resolver for Addresses {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        /// More addresses than can be tried within the limit, and as many as fit.
        const MAX_ADDRESSES: usize = 8;
        let mut found = self.empty();
        self.0.iter().take(MAX_ADDRESSES).for_each(|address| found.push(*address));
        Ok(found)
    }
}

fn trouble(error: Error) -> Trouble {
    let error = match error {
        Error::Timeout(_) => return Trouble::TooSlow,
        Error::ConnectionFailed => return Trouble::Refused,
        Error::Rustls(error) => return Trouble::Tls(error.to_string()),
        Error::Tls(why) => return Trouble::Tls(why.to_owned()),
        Error::Io(error) => error,
        _ => return Trouble::NotHttp,
    };
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return Trouble::Tls(tls.to_string());
    }
    match error.kind() {
        io::ErrorKind::TimedOut => Trouble::TooSlow,
        io::ErrorKind::ConnectionRefused => Trouble::Refused,
        kind @ (io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::AddrNotAvailable
        | io::ErrorKind::NetworkDown) => Trouble::Unreachable(kind),
        kind => Trouble::BrokenOff(kind),
    }
}
