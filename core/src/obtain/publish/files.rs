//! What the listener serves.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::elsewhere::Elsewhere;
use super::file::is_file_name;
use super::question::{Finding, Found};
use crate::obtain::challenge::FOLDER;

/// The files of all sessions that share a server.
#[derive(Debug, Default)]
pub(super) struct Files {
    here: Mutex<Vec<Served>>,
    pub(super) elsewhere: Elsewhere,
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

    /// Forgets all of a session's.
    pub(super) fn forget(&self, session: u64) {
        self.lock().retain(|file| file.session != session);
        self.elsewhere.forget(session);
    }

    /// How many requests got a file.
    pub(super) fn found(&self) -> u64 {
        self.found.load(Ordering::Relaxed)
    }

    /// One more has got a file.
    pub(super) fn count(&self) {
        self.found.fetch_add(1, Ordering::Relaxed);
    }

    /// What there is for this path and this Host header.
    pub(super) fn find(&self, path: &str, host: Option<&str>) -> Found {
        let host = host.map(host_name).unwrap_or_default();
        if let Some(content) = self.find_here(path, host) {
            return Found::Now(Finding::Content(content));
        }
        match path.strip_prefix(FOLDER).filter(|file| is_file_name(file)) {
            Some(file) => self.elsewhere.ask(host, file),
            None => Found::Now(Finding::Absent),
        }
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
}

/// A Host header's name: without port and the dot at the end.
fn host_name(host: &str) -> &str {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.strip_suffix('.').unwrap_or(name)
}
