//! The settings of the preflight checks, from an operation's parameters.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::connect_to::ConnectTo;
use super::dns::{DNS_PORT, DnsSource};
use crate::cancel::CancelToken;
use crate::error::{Error, Result};

/// DNS servers, redirected addresses, and time limits.
#[derive(Clone, Debug)]
pub(crate) struct Preflight {
    pub(super) dns_source: DnsSource,
    pub(super) connect_to: ConnectTo,
    pub(super) limits: Limits,
}

/// What ends the checks: the call's token and its deadline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watching<'a> {
    pub(crate) cancel: &'a CancelToken,
    pub(crate) deadline: Instant,
}

/// Time limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// A file, from connecting to its last byte.
    pub(super) fetch: Duration,
    /// One query to a DNS server. It is sent twice.
    pub(super) question: Duration,
    /// All waiting for servers that do not have a record yet.
    pub(super) record_wait: Duration,
    /// Before such a server is asked again. Doubled each time.
    pub(super) first_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fetch: Duration::from_secs(5),
            question: Duration::from_secs(3),
            record_wait: Duration::from_secs(60),
            first_pause: Duration::from_secs(1),
        }
    }
}

impl Preflight {
    /// `resolver` is the DNS server for all queries, `ADDRESS` or `ADDRESS:PORT`. Without it, the system's resolver
    /// finds the authoritative servers, and those are asked. `connect_to` is where files are fetched from instead:
    /// `HOST:PORT:TO_HOST:TO_PORT`, like curl's option with that name.
    ///
    /// A wrong value is [`Kind::InvalidArgument`](crate::Kind::InvalidArgument).
    pub(crate) fn new(resolver: Option<&str>, connect_to: &[String]) -> Result<Self> {
        let dns_source = match resolver {
            Some(address) => DnsSource::Only(server_address(address)?),
            None => DnsSource::Authorities { finder: None, port: DNS_PORT },
        };
        Ok(Self { dns_source, connect_to: ConnectTo::parse(connect_to)?, limits: Limits::default() })
    }
}

/// `ADDRESS` or `ADDRESS:PORT`. With a port, an IPv6 address is in brackets.
pub(super) fn server_address(text: &str) -> Result<SocketAddr> {
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
