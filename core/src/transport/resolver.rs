//! Resolves names to addresses, with a cache of one minute.
//!
//! The system's resolver cannot be interrupted. So it runs on its own thread, which is abandoned if its callers give
//! up. With the cache, nearly all calls need no thread.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, mem};

use nix::poll::PollFlags;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::watch;
use crate::alarm::Alarm;
use crate::thread;

const REMEMBERED_FOR: Duration = Duration::from_secs(60);
/// The size of ureq's list of addresses.
const MAX_ADDRESSES: usize = 16;

/// Uses the system's resolver and caches its answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct CachingResolver(Arc<Mutex<HashMap<String, Arc<Lookup>>>>);

/// One query to the system, shared by all calls that need it.
#[derive(Debug)]
struct Lookup(Mutex<State>);

#[derive(Clone, Debug)]
enum State {
    /// Rings when there is an answer, for everybody who waits.
    Asking(Arc<Alarm>),
    Answered(Resolved),
}

#[derive(Clone, Debug)]
struct Resolved {
    until: Instant,
    /// Empty if the name has no address.
    addresses: Vec<IpAddr>,
}

impl CachingResolver {
    /// Clears the cache, because the addresses did not answer.
    pub(super) fn forget(&self) {
        self.lookups().retain(|_, lookup| matches!(*lookup.state(), State::Asking(_)));
    }

    fn lookups(&self) -> MutexGuard<'_, HashMap<String, Arc<Lookup>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ureq::Error> {
        if let Ok(address) = host.trim_matches(['[', ']']).parse() {
            return Ok(vec![address]);
        }
        // Never resolved (RFC 6761, section 6.3), because plain HTTP is allowed for this name.
        if host.eq_ignore_ascii_case("localhost") {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        let addresses = self.lookup(host)?.wait()?;
        if addresses.is_empty() {
            self.lookups().remove(host);
            return Err(ureq::Error::HostNotFound);
        }
        Ok(addresses)
    }

    /// The query for this host: a known or running one, or a new one on its own thread.
    fn lookup(&self, host: &str) -> io::Result<Arc<Lookup>> {
        let mut lookups = self.lookups();
        if let Some(lookup) = lookups.get(host)
            && lookup.is_current()
        {
            return Ok(Arc::clone(lookup));
        }
        let lookup = Arc::new(Lookup(Mutex::new(State::Asking(Arc::new(Alarm::new()?)))));
        let (theirs, name) = (Arc::clone(&lookup), host.to_owned());
        thread::spawn("resolver", move || theirs.ask_system(&name))?;
        lookups.insert(host.to_owned(), Arc::clone(&lookup));
        Ok(lookup)
    }
}

impl Lookup {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_current(&self) -> bool {
        match &*self.state() {
            State::Asking(_) => true,
            State::Answered(answer) => Instant::now() < answer.until,
        }
    }

    fn ask_system(&self, host: &str) {
        // The reason does not help: the resolver's texts contain numbers.
        let addresses =
            (host, 0).to_socket_addrs().into_iter().flatten().map(|address| address.ip()).collect();
        let answer = State::Answered(Resolved { until: Instant::now() + REMEMBERED_FOR, addresses });
        if let State::Asking(alarm) = mem::replace(&mut *self.state(), answer) {
            alarm.ring();
        }
    }

    fn wait(&self) -> io::Result<Vec<IpAddr>> {
        loop {
            let state = self.state().clone();
            match state {
                State::Answered(answer) => return Ok(answer.addresses),
                State::Asking(alarm) => watch::wait(alarm.ear(), PollFlags::POLLIN, None)?,
            }
        }
    }
}

impl Resolver for CachingResolver {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        let mut found = self.empty();
        for address in self.addresses(host)?.into_iter().take(MAX_ADDRESSES) {
            found.push(SocketAddr::new(address, port));
        }
        Ok(found)
    }
}
