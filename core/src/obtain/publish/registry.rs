//! The servers of this process. Calls with the same address share one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::files::{Files, Served};
use super::server::Server;
use crate::ledger::challenges::Lookup;
use crate::per_process::{Own, PerProcess};

/// A share of a server. The server stops when the last share is dropped.
#[derive(Debug)]
pub(crate) struct Serving {
    id: u64,
    registry: &'static Own<Registry>,
    wanted: SocketAddr,
    /// The address that the server listens on, with the port that the system chose.
    pub(crate) address: SocketAddr,
    files: Arc<Files>,
}

/// The servers of one process. A forked child has none of its parent's threads.
#[derive(Debug, Default)]
struct Registry(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    /// By the requested address. With port 0, too, there is one server.
    servers: HashMap<SocketAddr, SharedServer>,
    last_id: u64,
}

#[derive(Debug)]
struct SharedServer {
    server: Server,
    sessions: usize,
}

static REGISTRY: PerProcess<Registry> = PerProcess::new();

impl Registry {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Serving {
    /// Joins the server at this address. The first one starts it.
    pub(super) fn new(wanted: SocketAddr) -> io::Result<Self> {
        let registry = REGISTRY.get();
        let open = &mut *registry.open();
        let shared = match open.servers.entry(wanted) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => {
                place.insert(SharedServer { server: Server::start(wanted)?, sessions: 0 })
            }
        };
        shared.sessions += 1;
        open.last_id += 1;
        let (address, files) = (shared.server.address, Arc::clone(&shared.server.shared.files));
        Ok(Self { id: open.last_id, registry, wanted, address, files })
    }

    /// Looks elsewhere for the files that nobody here has published.
    pub(super) fn answer_for_all(&self, lookup: Lookup) -> io::Result<()> {
        let mut open = self.registry.open();
        let shared = open.servers.get_mut(&self.wanted);
        shared.map_or(Ok(()), |shared| shared.server.look_elsewhere(self.id, lookup))
    }

    /// How many requests got a file.
    pub(crate) fn served(&self) -> u64 {
        self.files.found()
    }

    /// False in a forked child, which has no server.
    pub(super) fn is_ours(&self) -> bool {
        self.registry.is_ours()
    }

    pub(super) fn serve(&self, domain: &str, path: String, content: &str) {
        let (domain, content) = (domain.to_owned(), content.to_owned());
        self.files.add(Served { session: self.id, domain, path, content });
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if !self.is_ours() {
            return;
        }
        self.files.forget(self.id);
        // The lock is held until the end. Otherwise another call would find the port still taken by a server that is
        // stopping.
        let mut open = self.registry.open();
        if let Entry::Occupied(mut there) = open.servers.entry(self.wanted) {
            there.get_mut().sessions -= 1;
            if there.get().sessions == 0 {
                there.remove();
            }
        }
    }
}
