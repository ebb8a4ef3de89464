//! Which DNS server is asked for which record.
//!
//! Unless the user names a server, the authoritative servers are asked directly. The system's resolver is only used to
//! find them, and to get CAA records where it finds no authoritative servers. It is never asked for a record that is
//! still missing: it would cache that answer.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::join_all::join_all;
use super::name_server::{Delegation, Failure, MAX_SERVERS, NameServer, Reply};
use super::reactor::Reactor;
use super::resolv_conf;

/// Of a server.
const MAX_ADDRESSES: usize = 4;

pub(super) const DNS_PORT: u16 = 53;

/// The servers to ask.
#[derive(Clone, Copy, Debug)]
pub(super) enum DnsSource {
    /// One server, for everything.
    Only(SocketAddr),
    /// The authoritative servers, at this port. The system's resolver finds them, or the `finder` of a test.
    Authorities { finder: Option<SocketAddr>, port: u16 },
}

/// A zone, and the servers that answer for it.
#[derive(Clone)]
pub(super) struct Zone {
    /// None if one server is asked for everything.
    pub(super) name: Option<Name>,
    pub(super) servers: Vec<Rc<NameServer>>,
}

pub(super) struct Dns {
    resolver: Result<Rc<NameServer>, Failure>,
    /// The port of authoritative servers; none if the resolver is asked for everything.
    port: Option<u16>,
    timeout: Duration,
    zones: RefCell<HashMap<Name, Zone>>,
    reactor: Rc<Reactor>,
}

impl Dns {
    pub(super) fn new(reactor: &Rc<Reactor>, dns_source: DnsSource, timeout: Duration) -> Self {
        let (resolver, port) = match dns_source {
            DnsSource::Only(resolver) => (Some(resolver), None),
            DnsSource::Authorities { finder, port } => (finder, Some(port)),
        };
        let resolver = match resolver {
            Some(address) => Ok((address.to_string(), vec![address])),
            None => system().map(|addresses| ("the system's resolver".to_owned(), addresses)),
        };
        let resolver = resolver
            .map(|(name, addresses)| Rc::new(NameServer::new(reactor, name, addresses, true, timeout)));
        Self { resolver, port, timeout, zones: RefCell::default(), reactor: Rc::clone(reactor) }
    }

    /// The zone that a name is in, as far as the resolver knows: a delegation may be newer than what it has cached.
    pub(super) async fn zone(&self, name: &Name) -> Result<Zone, Failure> {
        let found = self.found_zone(name).await?;
        if found.servers.is_empty() { Err(Failure("has no name servers".to_owned())) } else { Ok(found) }
    }

    /// The zone that servers of `above` have delegated and that a name is in.
    pub(super) async fn delegated(
        &self,
        above: &Zone,
        name: &Name,
        delegation: Delegation,
    ) -> Result<Zone, Failure> {
        let Delegation { zone, servers } = delegation;
        let is_below = above.name.as_ref().is_some_and(|above| above.zone_of(&zone) && *above != zone);
        // Servers that are not responsible at all refer to the root.
        let Some(port) = self.port.filter(|_| is_below && zone.zone_of(name)) else {
            return Err(Failure::elsewhere());
        };
        let resolver = self.resolver.clone()?;
        let servers = self.reach_all(&resolver, servers, port).await;
        Ok(Zone { name: Some(zone), servers })
    }

    /// Without servers if the resolver finds none. That happens with a resolver that serves only a few zones of its own.
    async fn found_zone(&self, name: &Name) -> Result<Zone, Failure> {
        let resolver = self.resolver.clone()?;
        let Some(port) = self.port else {
            return Ok(Zone { name: None, servers: vec![resolver] });
        };
        let known = self.zones.borrow().get(name).cloned();
        if let Some(zone) = known {
            return Ok(zone);
        }
        let found = self.find_zone(&resolver, name, port).await?;
        self.zones.borrow_mut().insert(name.clone(), found.clone());
        Ok(found)
    }

    /// Goes up from a name until one has name servers. Without servers if it reaches the root.
    async fn find_zone(&self, resolver: &NameServer, name: &Name, port: u16) -> Result<Zone, Failure> {
        let mut at = name.clone();
        let mut failed = None;
        while !at.is_root() {
            match resolver.ask(&at, RecordType::NS).await {
                Ok(answers) => {
                    // If the name is an alias, the servers of its target belong to another zone.
                    let of_this_name = answers.into_iter().filter(|record| record.name == at);
                    let names = of_this_name.take(MAX_SERVERS).filter_map(|record| match record.data {
                        RData::NS(server) => Some(server.0),
                        _ => None,
                    });
                    let servers = self.reach_all(resolver, names, port).await;
                    if !servers.is_empty() {
                        return Ok(Zone { name: Some(at), servers });
                    }
                }
                // A resolver fails where the servers of a zone do. The zone above knows which those are.
                Err(failure) if failed.is_none() => failed = Some(failure),
                Err(_) => break,
            }
            at = at.base_name();
        }
        failed.map_or(Ok(Zone { name: None, servers: Vec::new() }), Err)
    }

    /// The servers with their addresses. A server without a known address cannot be reached: a question to it returns
    /// that as its failure.
    async fn reach_all(
        &self,
        resolver: &NameServer,
        servers: impl IntoIterator<Item = Name>,
        port: u16,
    ) -> Vec<Rc<NameServer>> {
        let reached = servers.into_iter().map(async |server| {
            let found = addresses(resolver, &server).await.unwrap_or_default();
            let found = found.into_iter().take(MAX_ADDRESSES);
            let found = found.map(|address| SocketAddr::new(address, port)).collect();
            Rc::new(NameServer::new(&self.reactor, shown(&server), found, false, self.timeout))
        });
        join_all(reached).await
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
            let mut zone = self.found_zone(&at).await?;
            if zone.servers.is_empty() {
                zone.servers.push(self.resolver.clone()?);
            }
            let answers = self.first_answer(zone, &at, kind).await?;
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

    /// From the first server that answers, of the zone or of one that is delegated from it.
    async fn first_answer(
        &self,
        mut zone: Zone,
        name: &Name,
        kind: RecordType,
    ) -> Result<Vec<Record>, Failure> {
        let mut last = Failure("cannot be reached".to_owned());
        let mut servers = zone.servers.clone().into_iter();
        while let Some(server) = servers.next() {
            match server.reply(name, kind).await {
                Ok(Reply::Records(records)) => return Ok(records),
                Ok(Reply::Nothing { .. }) => return Ok(Vec::new()),
                // The zone gets longer each time.
                Ok(Reply::Delegated(delegation)) => match self.delegated(&zone, name, delegation).await {
                    Ok(below) => {
                        servers = below.servers.clone().into_iter();
                        zone = below;
                    }
                    Err(failure) => last = Failure(format!("({}) {failure}", server.name)),
                },
                Err(failure) => last = Failure(format!("({}) {failure}", server.name)),
            }
        }
        Err(last)
    }
}

/// The servers of `/etc/resolv.conf`.
fn system() -> Result<Vec<SocketAddr>, Failure> {
    let servers = resolv_conf::servers()?;
    Ok(servers.into_iter().map(|server| SocketAddr::new(server, DNS_PORT)).collect())
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
