//! The servers of this process: whoever wants the same address shares one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::files::{Files, Served};
use super::server::Server;

/// A share of a server. With the last one the server goes.
#[derive(Debug)]
pub(super) struct Session {
    id: u64,
    registry: &'static Registry,
    wanted: SocketAddr,
    /// Where the server listens: with the port that the system chose.
    pub(super) address: SocketAddr,
    files: Arc<Files>,
}

/// The servers of one process. A child of fork has none of its parent's threads, and may find the parent's lock taken
/// for ever: so it has the next one in this list for itself.
#[derive(Debug)]
struct Registry {
    process: u32,
    open: Mutex<Open>,
    next: OnceLock<Box<Registry>>,
}

#[derive(Debug, Default)]
struct Open {
    /// By the address that was asked for: with port 0, too, there is one.
    servers: HashMap<SocketAddr, Shared>,
    last_id: u64,
}

#[derive(Debug)]
struct Shared {
    server: Server,
    sessions: usize,
}

static FIRST: OnceLock<Registry> = OnceLock::new();

impl Registry {
    fn new() -> Self {
        Self { process: std::process::id(), open: Mutex::default(), next: OnceLock::new() }
    }

    fn of_this_process() -> &'static Self {
        let mut registry = FIRST.get_or_init(Self::new);
        while !registry.is_ours() {
            registry = registry.next.get_or_init(|| Box::new(Self::new()));
        }
        registry
    }

    fn is_ours(&self) -> bool {
        self.process == std::process::id()
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Joins the server at this address; the first one starts it.
    pub(super) fn new(wanted: SocketAddr) -> io::Result<Self> {
        let registry = Registry::of_this_process();
        let open = &mut *registry.open();
        let shared = match open.servers.entry(wanted) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => place.insert(Shared { server: Server::start(wanted)?, sessions: 0 }),
        };
        shared.sessions += 1;
        open.last_id += 1;
        let (address, files) = (shared.server.address, Arc::clone(&shared.server.files));
        Ok(Self { id: open.last_id, registry, wanted, address, files })
    }

    /// False in a child of fork, where the server is not.
    pub(super) fn is_ours(&self) -> bool {
        self.registry.is_ours()
    }

    pub(super) fn serve(&self, domain: &str, path: String, content: &str) {
        let (domain, content) = (domain.to_owned(), content.to_owned());
        self.files.add(Served { session: self.id, domain, path, content });
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.is_ours() {
            return;
        }
        self.files.forget(self.id);
        // Under the lock to the end, or somebody would find the port taken by a server that is going.
        let mut open = self.registry.open();
        if let Entry::Occupied(mut there) = open.servers.entry(self.wanted) {
            there.get_mut().sessions -= 1;
            if there.get().sessions == 0 {
                there.remove();
            }
        }
    }
}
