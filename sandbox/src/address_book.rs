//! The addresses of names. The sandbox connects to no other addresses.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};

use crate::options::Options;

#[derive(Clone, Debug)]
pub(crate) struct AddressBook {
    pub(crate) http_port: u16,
    pub(crate) https_port: u16,
    entries: HashMap<String, SocketAddr>,
}

impl AddressBook {
    pub(crate) fn new(options: &Options) -> Self {
        Self { http_port: options.http_port, https_port: options.https_port, entries: HashMap::new() }
    }

    pub(crate) fn enter(&mut self, name: &str, address: SocketAddr) {
        self.entries.insert(name.to_ascii_lowercase(), address);
    }

    /// All entries.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, SocketAddr)> {
        self.entries.iter().map(|(name, address)| (name.as_str(), *address))
    }

    /// The server of a name: its entry, or else this host.
    pub(crate) fn find(&self, name: &str, https: bool) -> SocketAddr {
        let port = if https { self.https_port } else { self.http_port };
        self.entries
            .get(&name.to_ascii_lowercase())
            .copied()
            .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }
}
