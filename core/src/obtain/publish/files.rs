//! What the listener serves.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The files of all sessions that share a server.
#[derive(Debug, Default)]
pub(super) struct Files(Mutex<Vec<Served>>);

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
    }

    /// The content for this path and this Host header. A proxy before us may put its own name there, so for an unknown
    /// name the path decides, if it has the same content everywhere.
    pub(super) fn find(&self, path: &str, host: Option<&str>) -> Option<String> {
        let files = self.lock();
        let mut here = files.iter().filter(|file| file.path == path);
        let host = host.map(host_name).unwrap_or_default();
        // The newest, should two sessions have the same name.
        let named = here.clone().rfind(|file| file.domain.eq_ignore_ascii_case(host));
        let found = match named {
            Some(file) => file,
            None => here.next().filter(|first| here.all(|other| other.content == first.content))?,
        };
        Some(found.content.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Served>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
