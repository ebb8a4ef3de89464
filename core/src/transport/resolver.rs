//! Resolves names to addresses, with a cache of one minute.
//!
//! The system's resolver cannot be interrupted. So it runs on its own thread, which is abandoned if its callers give
//! up. With the cache, nearly all calls need no thread.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::watch;
use crate::thread;

const REMEMBERED_FOR: Duration = Duration::from_secs(60);
/// The size of ureq's list of addresses.
const MAX_ADDRESSES: usize = 16;

/// Uses the system's resolver and caches its answers.
#[derive(Clone, Debug, Default)]
pub(super) struct CachingResolver(Arc<Mutex<HashMap<String, Arc<Lookup>>>>);

/// One query to the system, shared by all calls that need it.
#[derive(Debug, Default)]
struct Lookup {
    answer: Mutex<Option<Resolved>>,
    answered: Condvar,
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
        self.lookups().retain(|_, lookup| lookup.answer().is_none());
    }

    fn lookups(&self) -> MutexGuard<'_, HashMap<String, Arc<Lookup>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ureq::Error> {
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
            && lookup.answer().as_ref().is_none_or(|answer| Instant::now() < answer.until)
        {
            return Ok(Arc::clone(lookup));
        }
        let lookup = Arc::new(Lookup::default());
        let (theirs, name) = (Arc::clone(&lookup), host.to_owned());
        thread::spawn("resolver", move || theirs.ask_system(&name))?;
        lookups.insert(host.to_owned(), Arc::clone(&lookup));
        Ok(lookup)
    }
}

impl Lookup {
    fn answer(&self) -> MutexGuard<'_, Option<Resolved>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask_system(&self, host: &str) {
        // The reason does not help: the resolver's texts contain numbers.
        let addresses =
            (host, 0).to_socket_addrs().into_iter().flatten().map(|address| address.ip()).collect();
        *self.answer() = Some(Resolved { until: Instant::now() + REMEMBERED_FOR, addresses });
        self.answered.notify_all();
    }

    fn wait(&self) -> io::Result<Vec<IpAddr>> {
        let mut answer = self.answer();
        loop {
            if let Some(answer) = &*answer {
                return Ok(answer.addresses.clone());
            }
            drop(answer);
            let pause = watch::check()?;
            answer = self.answer();
            if answer.is_none() {
                answer = self.answered.wait_timeout(answer, pause).unwrap_or_else(PoisonError::into_inner).0;
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
