//! Which DNS server is asked for which record.
//!
//! Unless the user names a server, the authoritative servers are asked directly. The system's resolver is only used to
//! find them, and to get CAA records where it finds no authoritative servers. It is never asked for a record that is
//! still missing: it would cache that answer.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

use super::join_all::join_all;
use super::name_server::{Failure, NameServer};
use super::resolv_conf;

pub(super) const DNS_PORT: u16 = 53;

/// The servers to ask.
#[derive(Clone, Copy, Debug)]
pub(super) enum DnsSource {
    /// One server, for everything.
    Only(SocketAddr),
    /// The authoritative servers, at this port. The system's resolver finds them, or the `finder` of a test.
    Authorities { finder: Option<SocketAddr>, port: u16 },
}

pub(super) struct Dns {
    resolver: Result<Arc<NameServer>, Failure>,
    /// The port of authoritative servers; none if the resolver is asked for everything.
    port: Option<u16>,
    timeout: Duration,
    zones: Mutex<HashMap<Name, Vec<Arc<NameServer>>>>,
}

impl Dns {
    pub(super) fn new(dns_source: DnsSource, timeout: Duration) -> Self {
        let (resolver, port) = match dns_source {
            DnsSource::Only(resolver) => (Some(resolver), None),
            DnsSource::Authorities { finder, port } => (finder, Some(port)),
        };
        let resolver = match resolver {
            Some(address) => NameServer::new(address.to_string(), &[address], true, timeout),
            None => system(timeout),
        };
        Self { resolver: resolver.map(Arc::new), port, timeout, zones: Mutex::default() }
    }

    /// The servers of the zone that a name is in.
    pub(super) async fn servers(&self, name: &Name) -> Result<Vec<Arc<NameServer>>, Failure> {
        let found = self.found_servers(name).await?;
        if found.is_empty() { Err(Failure("has no name servers".to_owned())) } else { Ok(found) }
    }

    /// Empty if the resolver finds none. That happens with a resolver that serves only a few zones of its own.
    async fn found_servers(&self, name: &Name) -> Result<Vec<Arc<NameServer>>, Failure> {
        let resolver = self.resolver.clone()?;
        let Some(port) = self.port else {
            return Ok(vec![resolver]);
        };
        let known = self.zones.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(servers) = known {
            return Ok(servers);
        }
        let found = find_servers(&resolver, name, port, self.timeout).await?;
        self.zones.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), found.clone());
        Ok(found)
    }

    /// A host's addresses, IPv4 first.
    pub(super) async fn addresses(&self, host: &Name) -> Result<Vec<IpAddr>, Failure> {
        let resolver = self.resolver.clone()?;
        addresses(&resolver, host).await
    }

    /// The records of a name, or of the name that it is an alias of. They come from the first server of the zone that
    /// answers, or from the resolver if no server is known.
    pub(super) async fn records(&self, name: &Name, kind: RecordType) -> Result<Vec<Record>, Failure> {
        /// As many aliases as resolvers follow.
        const MAX_ALIASES: usize = 8;
        let mut at = name.clone();
        for _ in 0..MAX_ALIASES {
            let mut servers = self.found_servers(&at).await?;
            if servers.is_empty() {
                servers.push(self.resolver.clone()?);
            }
            let answers = first_answer(&servers, &at, kind).await?;
            let end = end_of_chain(&answers, &at);
            let (found, aliases): (Vec<_>, Vec<_>) =
                answers.into_iter().partition(|record| record.record_type() == kind);
            // A recursive server has followed the aliases itself.
            if !found.is_empty() || aliases.is_empty() || end == at || self.port.is_none() {
                return Ok(found);
            }
            at = end;
        }
        Err(Failure("has too long a chain of aliases".to_owned()))
    }
}

/// The servers of `/etc/resolv.conf`.
fn system(timeout: Duration) -> Result<NameServer, Failure> {
    let address = |server| SocketAddr::new(server, DNS_PORT);
    let addresses: Vec<_> = resolv_conf::servers()?.into_iter().map(address).collect();
    NameServer::new("the system's resolver".to_owned(), &addresses, true, timeout)
}

/// Goes up from a name until one has name servers. Empty if it reaches the root.
async fn find_servers(
    resolver: &NameServer,
    name: &Name,
    port: u16,
    timeout: Duration,
) -> Result<Vec<Arc<NameServer>>, Failure> {
    let mut at = name.clone();
    while !at.is_root() {
        let answers = resolver.ask(&at, RecordType::NS).await?;
        // If the name is an alias, the servers of its target belong to another zone.
        let of_this_name = answers.into_iter().filter(|record| record.name == at);
        let names = of_this_name.filter_map(|record| match record.data {
            RData::NS(server) => Some(server.0),
            _ => None,
        });
        let reached = join_all(names.map(|server| reach(resolver, server, port, timeout))).await;
        let servers = reached.into_iter().collect::<Result<Vec<_>, _>>()?;
        if !servers.is_empty() {
            return Ok(servers);
        }
        at = at.base_name();
    }
    Ok(Vec::new())
}

/// A server without a known address cannot be reached. A question to it returns that as its failure.
async fn reach(
    resolver: &NameServer,
    server: Name,
    port: u16,
    timeout: Duration,
) -> Result<Arc<NameServer>, Failure> {
    let found = addresses(resolver, &server).await.unwrap_or_default();
    let found: Vec<_> = found.into_iter().map(|address| SocketAddr::new(address, port)).collect();
    NameServer::new(shown(&server), &found, false, timeout).map(Arc::new)
}

async fn addresses(resolver: &NameServer, host: &Name) -> Result<Vec<IpAddr>, Failure> {
    let (v4, v6) = (resolver.ask(host, RecordType::A).await, resolver.ask(host, RecordType::AAAA).await);
    let found: Vec<_> = [&v4, &v6].into_iter().flatten().flatten().filter_map(address).collect();
    // Only if both answers are empty, there is no address.
    if found.is_empty() { v4.and(v6).map(|_| found) } else { Ok(found) }
}

pub(super) fn address(record: &Record) -> Option<IpAddr> {
    match record.data {
        RData::A(address) => Some(address.0.into()),
        RData::AAAA(address) => Some(address.0.into()),
        _ => None,
    }
}

async fn first_answer(
    servers: &[Arc<NameServer>],
    name: &Name,
    kind: RecordType,
) -> Result<Vec<Record>, Failure> {
    let mut last = Failure("cannot be reached".to_owned());
    for server in servers {
        match server.ask(name, kind).await {
            Ok(answers) => return Ok(answers),
            Err(failure) => last = Failure(format!("({}) {failure}", server.name)),
        }
    }
    Err(last)
}

/// Where the aliases of an answer end.
fn end_of_chain(answers: &[Record], from: &Name) -> Name {
    let mut at = from;
    for _ in answers {
        let next = answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == *at => Some(&target.0),
            _ => None,
        });
        at = next.unwrap_or(at);
    }
    at.clone()
}

/// A fully qualified name: no search domain is appended to it.
pub(super) fn absolute(name: &str) -> Option<Name> {
    Name::from_ascii(format!("{}.", name.trim_end_matches('.'))).ok().filter(|name| !name.is_root())
}

/// Without the dot at the end.
pub(super) fn shown(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_owned()
}
