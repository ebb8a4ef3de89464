//! What the listener serves.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::file::is_file_name;
use crate::ledger::challenges::Lookup;
use crate::obtain::challenge::FOLDER;

/// The files of all sessions that share a server.
#[derive(Debug, Default)]
pub(super) struct Files {
    here: Mutex<Vec<Served>>,
    /// Where a file is looked for that is not here, by the session that has brought it.
    elsewhere: Mutex<Vec<(u64, Arc<Lookup>)>>,
    found: AtomicU64,
}

/// One file of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Served {
    /// Whose it is.
    pub(super) session: u64,
    pub(super) domain: String,
    pub(super) path: String,
    pub(super) content: String,
}

impl Files {
    /// Adds it, or puts it in the place of what this session had there.
    pub(super) fn add(&self, file: Served) {
        let mut files = self.lock();
        let place = |file: &Served| (file.session, file.domain.clone(), file.path.clone());
        files.retain(|other| place(other) != place(&file));
        files.push(file);
    }

    pub(super) fn add_lookup(&self, session: u64, lookup: Arc<Lookup>) {
        self.lookups().push((session, lookup));
    }

    /// Forgets all of a session's.
    pub(super) fn forget(&self, session: u64) {
        self.lock().retain(|file| file.session != session);
        self.lookups().retain(|(of, _)| *of != session);
    }

    /// How many requests got a file.
    pub(super) fn found(&self) -> u64 {
        self.found.load(Ordering::Relaxed)
    }

    /// The content for this path and this Host header.
    pub(super) fn find(&self, path: &str, host: Option<&str>) -> Option<String> {
        let host = host.map(host_name).unwrap_or_default();
        let found = self.find_here(path, host).or_else(|| self.find_elsewhere(path, host))?;
        self.found.fetch_add(1, Ordering::Relaxed);
        Some(found)
    }

    fn find_elsewhere(&self, path: &str, host: &str) -> Option<String> {
        let file = path.strip_prefix(FOLDER).filter(|file| is_file_name(file))?;
        let lookup = self.lookups().first().map(|(_, lookup)| Arc::clone(lookup))?;
        lookup.find(host, file)
    }

    /// A proxy before us may put its own name into the Host header, so for an unknown name the path decides, if it has
    /// the same content everywhere.
    fn find_here(&self, path: &str, host: &str) -> Option<String> {
        let files = self.lock();
        let mut here = files.iter().filter(|file| file.path == path);
        // The newest, should two sessions have the same name.
        let named = here.clone().rfind(|file| file.domain.eq_ignore_ascii_case(host));
        let found = match named {
            Some(file) => file,
            None => here.next().filter(|first| here.all(|other| other.content == first.content))?,
        };
        Some(found.content.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Served>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lookups(&self) -> MutexGuard<'_, Vec<(u64, Arc<Lookup>)>> {
        self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A Host header's name: without port and the dot at the end.
fn host_name(host: &str) -> &str {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.strip_suffix('.').unwrap_or(name)
}
