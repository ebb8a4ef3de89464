//! Brings the image of an entry into the folder.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use crate::error::{Error, Kind, Result};
use crate::ledger::fleet::Fleet;
use crate::ledger::records::{At, Of, Read};
use crate::limits::Within;
use crate::obtain::store::entry::{Entry, PRIVATE, PUBLIC};
use crate::obtain::store::files::{CERT, CHAIN, COMBINED, FULLCHAIN, KEY, combined};
use crate::obtain::store::folder::JOURNAL;
use crate::obtain::store::journal::{Installed, Journal};
use crate::obtain::store::shared::Shared;
use crate::obtain::store::shared::image::{Image, Lease, REQUESTS};
use crate::obtain::store::shared::mark::{LeaseSeen, MARK, Mark};
use crate::secret::Secret;
use crate::time::Time;

/// How often to look at the lease of another host.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Whether this host may work on the entry.
#[derive(Debug)]
pub(crate) enum Joined {
    Ready,
    /// Another host works on it. The error says so.
    Leased(Error),
}

impl<'a> Entry<'a> {
    /// Brings what the shared store has of the entry, if there is a store. Waits while another host works on it.
    pub(crate) fn join(&mut self, end: Option<Instant>) -> Result<()> {
        let pause = self.env.fleet.map_or(RETRY_INTERVAL, |fleet| RETRY_INTERVAL.min(fleet.lease / 4));
        loop {
            let Joined::Leased(busy) = self.try_join()? else { return Ok(()) };
            let next = self.env.clock.instant() + pause;
            if end.is_some_and(|end| next >= end) {
                return Err(busy);
            }
            if !self.env.clock.sleep_until(next, self.context.cancel) {
                return Err(Error::cancelled());
            }
        }
    }

    /// Joins, and waits for another host no longer than this.
    pub(crate) fn join_for(&mut self, patience: Duration) -> Result<Joined> {
        match self.join(Some(self.env.clock.instant() + patience)) {
            Ok(()) => Ok(Joined::Ready),
            Err(busy) if busy.kind() == Kind::Busy => Ok(Joined::Leased(busy)),
            Err(error) => Err(error),
        }
    }

    /// Brings what the shared store has, whoever works on the entry. This host only installs it.
    pub(crate) fn bring_only(&mut self) -> Result<()> {
        self.join_once(false).map(drop)
    }

    fn try_join(&mut self) -> Result<Joined> {
        self.join_once(true)
    }

    fn join_once(&mut self, heeds_lease: bool) -> Result<Joined> {
        let Some(fleet) = self.env.fleet else { return Ok(Joined::Ready) };
        // What is there is good as long as it is good.
        if self.is_read_only() {
            return Ok(Joined::Ready);
        }
        let call = self.call();
        let store = fleet.records.id(&call)?;
        let mark = self.ledger_mark(store)?;
        let found = fleet.records.read::<Image>(&call, Of::Entry, &self.name, None)?;
        let (image, at) = match found {
            Read::Found(image, at) => (image, at),
            Read::Absent | Read::Unchanged => {
                if mark.as_ref().is_some_and(|mark| mark.revision > 0) {
                    return Err(self.vanished(&fleet));
                }
                self.take_part(fleet, mark.map_or_else(|| Mark::new(store), Ok)?, None);
                return Ok(Joined::Ready);
            }
        };
        if image.foreign_file().is_some() {
            let place = fleet.records.place(Of::Entry, &self.name);
            let why = "the record has a file that no entry has, so somebody else has written it; nothing of it is used; \
                       restore the record";
            return Err(Error::storage(place, why));
        }
        // What a call has begun that was killed at once is none.
        let is_begun = || self.journal().is_ok_and(|journal| journal == Journal::default());
        let has_own = self.read(JOURNAL)?.is_some() && !is_begun();
        let mut mark = match mark {
            Some(mark) if mark.revision > at.revision => return Err(self.restored(&fleet)),
            Some(mark) => mark,
            None if has_own && !image.removed => return Err(self.has_two(&fleet)),
            // An entry that was here before the store is brought there in the place of one that was removed.
            None if has_own => {
                let mut journal = self.journal()?;
                journal.last_serial = journal.last_serial.max(image.journal.last_serial);
                self.write_json(JOURNAL, &journal)?;
                self.take_part(fleet, Mark::new(store)?, Some((image, at)));
                return Ok(Joined::Ready);
            }
            None => Mark::new(store)?,
        };
        if heeds_lease
            && let Some(lease) = &image.lease
            && self.is_live(&mut mark, lease, &at)?
        {
            return Ok(Joined::Leased(self.leased(&fleet, lease)));
        }
        self.bring(&mut mark, &image, &at)?;
        let is_under_way = image.journal.is_under_way();
        self.take_part(fleet, mark, Some((image, at)));
        // Before anything is asked of the service: other hosts may have found the same.
        match if heeds_lease && is_under_way { self.take_lease() } else { Ok(()) } {
            Err(busy) if busy.kind() == Kind::Busy => Ok(Joined::Leased(busy)),
            outcome => outcome.map(|()| Joined::Ready),
        }
    }

    /// Whether the entry was removed from the shared store.
    pub(crate) fn is_removed(&self) -> bool {
        let seen = self.shared.as_ref().map(|shared| shared.seen.borrow());
        seen.is_some_and(|seen| seen.as_ref().is_some_and(|(image, _)| image.removed))
    }

    /// Whether joining has brought another certificate than the one that was here.
    pub(crate) fn has_brought_certificate(&self) -> bool {
        self.has_brought_certificate.get()
    }

    fn take_part(&mut self, fleet: Fleet<'a>, mark: Mark, seen: Option<(Image, At)>) {
        self.shared = Some(Shared {
            fleet,
            mark: RefCell::new(mark),
            seen: RefCell::new(seen),
            has_lease: Cell::new(false),
            pushed: Cell::new(self.env.clock.instant()),
        });
    }

    fn call(&self) -> Within<'a> {
        Within { cancel: self.context.cancel, deadline: Instant::now() + self.context.connection.timeout }
    }

    /// Whether a lease of another host still counts: as long as the image changes within its time, by our own clock.
    fn is_live(&self, mark: &mut Mark, lease: &Lease, at: &At) -> Result<bool> {
        if lease.copy == mark.copy {
            return Ok(false);
        }
        let now = self.env.clock.now();
        if let Some(seen) = &mark.lease_seen
            && seen.version == at.version
            && let Some(since) = seen.since.to_system_time()
            // Unless our clock was set back.
            && let Ok(age) = now.duration_since(since)
        {
            return Ok(age < Duration::from_secs(lease.seconds));
        }
        mark.lease_seen = Some(LeaseSeen { version: at.version.clone(), since: Time::from(now) });
        self.write_json(MARK, mark)?;
        Ok(true)
    }

    /// Makes the folder say what the image says. What does is left alone.
    fn bring(&self, mark: &mut Mark, image: &Image, at: &At) -> Result<()> {
        let local = self.journal_or_new()?;
        let journal = image.journal.with_installed(brought(&local, image));
        let mut files = image.files.clone();
        for serial in image.serials() {
            add_derived(&mut files, serial);
        }
        let mut missing = Vec::new();
        for (name, content) in &files {
            if self.read_text(name).ok().flatten().map(Secret::from).as_ref() != Some(content) {
                missing.push((name, content));
            }
        }
        let absent = REQUESTS.into_iter().filter(|name| !files.contains_key(*name));
        let superfluous: Vec<&str> =
            absent.filter(|name| self.path.join(name).symlink_metadata().is_ok()).collect();
        let is_same = missing.is_empty() && superfluous.is_empty() && local == journal;
        let is_seen = |seen: &LeaseSeen| image.lease.is_some() && seen.version == at.version;
        let is_kept = mark.lease_seen.as_ref().is_none_or(is_seen);
        if is_same && is_kept && mark.version.as_ref() == Some(&at.version) {
            return Ok(());
        }
        // Whatever a crash leaves is brought again.
        mark.version = None;
        mark.revision = at.revision;
        self.write_json(MARK, mark)?;
        if local != journal {
            self.write_json(JOURNAL, &journal)?;
        }
        for serial in image.serials() {
            self.make_version(serial)?;
        }
        for (name, content) in missing {
            self.write(name, content.reveal().as_bytes(), mode(name))?;
        }
        for name in superfluous {
            self.remove(name)?;
        }
        let serial = |journal: &Journal| journal.installed.as_ref().map(|installed| installed.serial);
        if serial(&local) != serial(&journal) {
            if let (Some(old), Some(new)) = (serial(&local), serial(&journal)) {
                self.take_over_attributes(old, new)?;
            }
            self.has_brought_certificate.set(serial(&journal).is_some());
        }
        mark.version = Some(at.version.clone());
        // A dead host's lease is not younger because its image was installed here.
        mark.lease_seen = mark.lease_seen.take().filter(is_seen);
        self.write_json(MARK, mark)
    }

    /// The journal, also where a crash came before it was first brought.
    fn journal_or_new(&self) -> Result<Journal> {
        if self.read(JOURNAL)?.is_none() { Ok(Journal::default()) } else { self.journal() }
    }

    /// The mark of the folder, if it is a working copy of this store.
    fn ledger_mark(&self, store: &str) -> Result<Option<Mark>> {
        let Some(mark) = Mark::read(&self.folder())? else { return Ok(None) };
        if mark.store != store {
            let why = "the entry is a copy from another shared store; use another `directory` for this one, or move the \
                       entry's folder away";
            return Err(Error::storage(&self.path, why));
        }
        Ok(Some(mark))
    }

    fn leased(&self, fleet: &Fleet<'_>, lease: &Lease) -> Error {
        let message = format!(
            "the host {} works on the entry `{}` ({}); call again when it is done: if it is gone, its lease ends {} seconds \
             after its last change",
            lease.host,
            self.name,
            fleet.records.place(Of::Entry, &self.name),
            lease.seconds
        );
        Error::new(Kind::Busy, message)
    }

    fn vanished(&self, fleet: &Fleet<'_>) -> Error {
        let why = format!(
            "the shared store has lost the entry ({}), and this folder is a copy of it; restore the store from a backup, or \
             remove {MARK} here, and the next call brings this copy to the store",
            fleet.records.place(Of::Entry, &self.name)
        );
        Error::storage(&self.path, why)
    }

    fn restored(&self, fleet: &Fleet<'_>) -> Error {
        let why = format!(
            "the shared store has an older state of the entry than this folder ({}): it was restored from a backup, or \
             somebody wrote an old record; put the newer one back, or move this folder away to go on with the older one",
            fleet.records.place(Of::Entry, &self.name)
        );
        Error::storage(&self.path, why)
    }

    fn has_two(&self, fleet: &Fleet<'_>) -> Error {
        let why = format!(
            "the folder has an entry of its own, and the shared store has another one of this name ({}); move the folder \
             away, and the next call brings the one of the store",
            fleet.records.place(Of::Entry, &self.name)
        );
        Error::storage(&self.path, why)
    }
}

fn mode(name: &str) -> u32 {
    let is_public = [CERT, CHAIN, FULLCHAIN].iter().any(|file| name.ends_with(&format!("/{file}")));
    if is_public { PUBLIC } else { PRIVATE }
}

/// The certificate in use, as this host sees it: what it knows of it already, or that it has yet to be put in place.
fn brought(local: &Journal, image: &Image) -> Option<Installed> {
    let of_all = image.journal.installed.clone()?;
    let Some(here) = &local.installed else {
        return Some(Installed { deployed: false, awaits_post_hook: true, ..of_all });
    };
    if here.serial == of_all.serial && here.id == of_all.id {
        return Some(Installed {
            deployed: here.deployed,
            deployed_for: here.deployed_for.clone(),
            predecessor: here.predecessor,
            rolled_back: here.rolled_back,
            awaits_post_hook: here.awaits_post_hook,
            ..of_all
        });
    }
    // A version that the hook refused is not a version to go back to. Whether this one is good is seen then.
    let predecessor = if here.rolled_back { here.predecessor } else { Some(here.serial) };
    Some(Installed { deployed: false, predecessor, awaits_post_hook: true, ..of_all })
}

/// The files of a version that are made of others.
fn add_derived(files: &mut std::collections::BTreeMap<String, Secret>, serial: u32) {
    let read = |file: &str| files.get(&Entry::in_version(serial, file)).cloned();
    let (Some(leaf), Some(issuers)) = (read(CERT), read(CHAIN)) else { return };
    let whole = [leaf.reveal(), issuers.reveal()].concat();
    if let Some(key) = read(KEY) {
        files.insert(Entry::in_version(serial, COMBINED), combined(&key, &whole));
    }
    files.insert(Entry::in_version(serial, FULLCHAIN), whole.into());
}
