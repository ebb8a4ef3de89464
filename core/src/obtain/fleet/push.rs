//! Replaces the image of an entry in the store: the fence.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::error::{Error, Kind, Result};
use crate::event::EventType;
use crate::ledger::fleet::Fleet;
use crate::ledger::records::Of;
use crate::limits::Within;
use crate::obtain::events::{Stage, emit};
use crate::obtain::store::entry::Entry;
use crate::obtain::store::journal::Journal;
use crate::obtain::store::shared::Shared;
use crate::obtain::store::shared::image::{Image, Lease, OF_VERSION, REQUESTS, for_all, serials};
use crate::obtain::store::shared::mark::MARK;

/// A write is not cancelled: what it says has happened already. This is how long it may take all the same.
const MAX_WRITE: Duration = Duration::from_secs(10);

impl Entry<'_> {
    /// Writes the image of the folder with this journal, if it says something new. With it goes our lease.
    pub(crate) fn push(&self, journal: &Journal) -> Result<()> {
        let Some(shared) = &self.shared else { return Ok(()) };
        let image = self.image(journal, Some(our_lease(shared)))?;
        let is_new = match &*shared.seen.borrow() {
            Some((seen, _)) => !seen.says(&image),
            None => image.journal != Journal::default() || !image.files.is_empty(),
        };
        if is_new { self.replace(shared, image) } else { Ok(()) }
    }

    /// Takes the lease without anything new to say.
    pub(super) fn take_lease(&self) -> Result<()> {
        let Some(shared) = &self.shared else { return Ok(()) };
        let image = shared.seen.borrow().as_ref().map(|(image, _)| image.clone());
        image.map_or(Ok(()), |image| self.replace(shared, Image { lease: Some(our_lease(shared)), ..image }))
    }

    /// Tells the other hosts that this one still works on the entry.
    pub(crate) fn keep_lease(&self) -> Result<()> {
        let Some(shared) = &self.shared else { return Ok(()) };
        if !shared.has_lease.get() || self.env.clock.instant() < shared.pushed.get() + shared.fleet.lease / 4
        {
            return Ok(());
        }
        let image = shared.seen.borrow().as_ref().map(|(image, _)| image.clone());
        image.map_or(Ok(()), |image| self.replace(shared, image))
    }

    /// How long to wait at most before [`Entry::keep_lease`].
    pub(crate) fn longest_pause(&self) -> Option<Duration> {
        let shared = self.shared.as_ref().filter(|shared| shared.has_lease.get())?;
        Some(shared.fleet.lease / 3)
    }

    /// Gives the lease back, with what the folder has now. A failure is a warning: the lease ends by itself.
    pub(crate) fn release(&self, journal: &Journal) {
        self.give_back(|_| self.image(journal, None));
    }

    /// Gives back the lease that joining took, before any work.
    pub(crate) fn leave(&self) {
        self.give_back(|seen| Ok(Image { lease: None, ..seen }));
    }

    fn give_back(&self, image: impl FnOnce(Image) -> Result<Image>) {
        let Some(shared) = self.shared.as_ref().filter(|shared| shared.has_lease.get()) else { return };
        let Some(seen) = shared.seen.borrow().as_ref().map(|(image, _)| image.clone()) else { return };
        let released =
            image(seen).and_then(|image| self.replace(shared, image)).and_then(|()| self.write_mark(shared));
        match released {
            Ok(()) => {}
            // Another host has taken over already.
            Err(error) if error.kind() == Kind::Busy => {}
            Err(error) => {
                let message = format!(
                    "the shared store could not be told that the work is done ({error}); other hosts see it {} seconds later",
                    shared.fleet.lease.as_secs()
                );
                emit(&self.context, &self.name, EventType::Warning, Stage::Done, &message, []);
            }
        }
    }

    /// Says in the store that the entry is removed.
    pub(crate) fn push_removal(&self) -> Result<()> {
        let Some(shared) = &self.shared else { return Ok(()) };
        let seen = shared.seen.borrow().as_ref().map(|(image, _)| (image.journal.clone(), image.removed));
        match seen {
            None | Some((_, true)) => Ok(()),
            Some((journal, false)) => self.replace(shared, Image::removed(&journal)),
        }
    }

    /// The image of a folder with this journal.
    fn image(&self, journal: &Journal, lease: Option<Lease>) -> Result<Image> {
        let mut files = BTreeMap::new();
        let versions = serials(journal);
        let of_versions =
            versions.iter().flat_map(|serial| OF_VERSION.map(|file| Self::in_version(*serial, file)));
        for name in REQUESTS.map(str::to_owned).into_iter().chain(of_versions) {
            if let Some(content) = self.read_text(&name)? {
                files.insert(name, content.into());
            }
        }
        Ok(Image { journal: for_all(journal), files, lease, removed: false })
    }

    fn replace(&self, shared: &Shared<'_>, image: Image) -> Result<()> {
        // The lease names the copy, so the copy's name must not be lost.
        if shared.mark.borrow().revision == 0 {
            self.write_mark(shared)?;
        }
        let never = CancelToken::never();
        let left = MAX_WRITE.min(self.context.connection.timeout);
        let call = Within { cancel: &never, deadline: Instant::now() + left };
        let at = shared.seen.borrow().as_ref().map(|(_, at)| at.clone());
        // Before the call: a pause in it counts.
        let began = self.env.clock.instant();
        let swapped = shared.fleet.records.swap(&call, Of::Entry, &self.name, &image, at.as_ref())?;
        let at = swapped.ok_or_else(|| self.taken_over(&shared.fleet))?;
        shared.has_lease.set(image.lease.is_some());
        shared.pushed.set(began);
        {
            let mut mark = shared.mark.borrow_mut();
            mark.revision = at.revision;
            mark.version = Some(at.version.clone());
            mark.lease_seen = None;
        }
        shared.seen.replace(Some((image, at)));
        Ok(())
    }

    /// Stores which state the folder is a copy of.
    pub(crate) fn keep_mark(&self) -> Result<()> {
        self.shared.as_ref().map_or(Ok(()), |shared| self.write_mark(shared))
    }

    fn write_mark(&self, shared: &Shared<'_>) -> Result<()> {
        let mark = shared.mark.borrow();
        if self.read_json(MARK).ok().flatten().as_ref() == Some(&*mark) {
            return Ok(());
        }
        self.write_json(MARK, &*mark)
    }

    fn taken_over(&self, fleet: &Fleet<'_>) -> Error {
        let message = format!(
            "another host has taken over the entry `{}` ({}); nothing more was done here, call again",
            self.name,
            fleet.records.place(Of::Entry, &self.name)
        );
        Error::new(Kind::Busy, message)
    }
}

fn our_lease(shared: &Shared<'_>) -> Lease {
    let copy = shared.mark.borrow().copy.clone();
    Lease { copy, host: host(), seconds: shared.fleet.lease.as_secs().max(1) }
}

/// The name of this host, for people who read it in a lease.
fn host() -> String {
    let name = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    name.unwrap_or_else(|| "without a name".to_owned())
}
