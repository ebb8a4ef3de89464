//! Names to addresses, remembered for a minute.
//!
//! The system's resolver cannot be interrupted, so it runs on a thread of its own, which is left behind when the
//! caller gives up. Remembering keeps that thread off the path of nearly all calls.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::watch;
use crate::thread;

const REMEMBERED_FOR: Duration = Duration::from_secs(60);
/// As many as ureq's list of addresses takes.
const MOST_ADDRESSES: usize = 16;

/// Resolves with the system's resolver and remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct CachingResolver(Arc<Mutex<HashMap<String, Remembered>>>);

#[derive(Debug)]
struct Remembered {
    until: Instant,
    addresses: Vec<IpAddr>,
}

impl CachingResolver {
    /// Forgets everything: the addresses did not answer.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ureq::Error> {
        if let Ok(address) = host.trim_matches(['[', ']']).parse() {
            return Ok(vec![address]);
        }
        // Never asked for (RFC 6761, section 6.3): plain HTTP is allowed to this name.
        if host.eq_ignore_ascii_case("localhost") {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(host)
            && Instant::now() < known.until
        {
            return Ok(known.addresses.clone());
        }
        let addresses = ask_system(host.to_owned())?;
        let remembered = Remembered { until: Instant::now() + REMEMBERED_FOR, addresses: addresses.clone() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned(), remembered);
        Ok(addresses)
    }
}

fn ask_system(host: String) -> Result<Vec<IpAddr>, ureq::Error> {
    let (answer, asked) = sync_channel(1);
    thread::spawn("resolver", move || {
        let found = (host.as_str(), 0).to_socket_addrs();
        // Nobody listens any more if the caller gave up.
        let _ = answer.send(found.map(|found| found.map(|address| address.ip()).collect::<Vec<_>>()));
    })?;
    loop {
        match asked.recv_timeout(watch::look()?) {
            Ok(Ok(addresses)) if !addresses.is_empty() => return Ok(addresses),
            Ok(_) => return Err(ureq::Error::HostNotFound),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(io::Error::other("the resolver's thread ended").into());
            }
        }
    }
}

impl Resolver for CachingResolver {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        let mut found = self.empty();
        for address in self.addresses(host)?.into_iter().take(MOST_ADDRESSES) {
            found.push(SocketAddr::new(address, port));
        }
        Ok(found)
    }
}
