//! `remove_entry`, and what a revocation leaves in use.

use std::fs;

use super::actions::{ENTRIES, Removal};
use super::in_use::InUse;
use super::rules::{GOOD_KEY, REVOKED_FIRST};
use super::trouble::Trouble;
use super::world::{Revoked, Scene, Violation, broken};
use crate::error::Error;
use crate::obtain::interface::RemoveEntry;
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::CERT;
use crate::obtain::store::journal::Journal;
use crate::operation::Request;
use crate::time::Time;

impl Scene {
    pub(super) fn remove(
        &mut self,
        host: usize,
        entry: usize,
        how: Removal,
        trouble: &Trouble,
    ) -> Result<(), Violation> {
        let good = self.good_keys_of(host, entry)?;
        let (issued, installed) = (self.issued(entry)?, self.installed_in_use(entry)?);
        let stays = how == Removal::Careful && good.is_some();
        if !stays {
            self.may_leave_orders[entry] |=
                *trouble != Trouble::None || self.journals(entry)?.iter().any(has_unknown_create);
            self.has_one.iter_mut().for_each(|of_host| of_host[entry] = false);
            self.forget_revoked(entry);
        }
        let wanted = RemoveEntry {
            force: (how == Removal::Force).then_some(true),
            revoke: (how == Removal::Revoke).then_some(true),
            ..RemoveEntry::new(self.folder(host), ENTRIES[entry])
        };
        let work = crate::obtain::removal::remove_entry;
        let done = self.call(host, entry, trouble, RemoveEntry::OPERATION, &wanted, work);
        let is_left = |error: &Error| !error.message().contains("there is no entry");
        self.is_removing[entry] |= !stays && done.outcome.as_ref().is_err_and(is_left);
        let outcome =
            self.settle(&format!("remove_entry for {} ({how:?})", ENTRIES[entry]), done, trouble)?;
        if let Some((id, in_use)) = installed
            && how == Removal::Revoke
            && self.order(&id)?.is_revoked()
        {
            self.note_revoked(entry, in_use, false);
        }
        // Another process may have made a new one meanwhile.
        if outcome.is_err() || matches!(trouble, Trouble::Meanwhile { .. }) {
            return Ok(());
        }
        self.is_removing[entry] = false;
        match (how, good) {
            (Removal::Careful, Some(good)) => return broken(GOOD_KEY, good),
            (Removal::Careful, None) => self.count("removed without `force`"),
            (Removal::Force, _) => {}
            (Removal::Revoke, _) => {
                for id in issued {
                    let certificate = self.order(&id)?;
                    if certificate.is_live() {
                        return broken(REVOKED_FIRST, format!("{certificate:?}"));
                    }
                }
                self.count("removed and revoked");
            }
        }
        Ok(())
    }

    /// Of the certificate that was installed last: its id, and what hosts have in use with its key. After a rollback that is
    /// another one, and stays. What another host has in use stays there until it is called.
    pub(super) fn installed_in_use(&self, entry: usize) -> Result<Option<(String, Vec<InUse>)>, Violation> {
        let Some(installed) = self.journals(entry)?.into_iter().find_map(|journal| journal.installed) else {
            return Ok(None);
        };
        let file = Entry::in_version(installed.serial, CERT);
        let read = |host| fs::read_to_string(self.folder(host).join(ENTRIES[entry]).join(&file)).ok();
        let pem = self.hosts().find_map(read);
        let in_use = self.hosts().map(|host| self.in_use(host, entry));
        let mut in_use: Vec<_> = in_use.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        let it = in_use.iter().find(|in_use| Some(&in_use.pem) == pem.as_ref());
        let public_key = it.map(|it| it.leaf.public_key.clone());
        in_use.retain(|in_use| Some(&in_use.leaf.public_key) == public_key.as_ref());
        Ok(Some((installed.id, in_use)))
    }

    pub(super) fn note_revoked(&mut self, entry: usize, in_use: Vec<InUse>, is_known: bool) {
        let revoked =
            |in_use: InUse| Revoked { entry, pem: in_use.pem, public_key: in_use.leaf.public_key, is_known };
        self.revoked.extend(in_use.into_iter().map(revoked));
    }

    /// A certificate that can be used, and whose key goes with the entry: in use on this host, or of the journal.
    fn good_keys_of(&self, host: usize, entry: usize) -> Result<Option<String>, Violation> {
        let journals = self.journals(entry)?;
        let is_given_up = |key: &String| {
            let is_revoked = self.revoked.iter().any(|revoked| revoked.public_key == *key);
            is_revoked || journals.iter().any(|journal| journal.revoked_keys.contains(key))
        };
        if let Some(in_use) = self.in_use(host, entry)?
            && in_use.leaf.lifetime.not_after > self.now()
            && !is_given_up(&in_use.leaf.public_key)
        {
            return Ok(Some(in_use.pem));
        }
        // With a key that was given up, none is good.
        if journals.iter().any(|journal| !journal.revoked_keys.is_empty()) {
            return Ok(None);
        }
        for id in self.issued(entry)? {
            let certificate = self.order(&id)?;
            let end = certificate.expires.as_ref().and_then(Time::to_system_time);
            if certificate.status.as_deref() == Some("issued") && end.is_some_and(|end| end > self.now()) {
                return Ok(Some(format!("{certificate:?}")));
            }
        }
        Ok(None)
    }

    /// The ids of the journal, also of what is not issued yet.
    fn issued(&self, entry: usize) -> Result<Vec<String>, Violation> {
        let of_journal = |journal: &Journal| {
            let installed = journal.installed.as_ref().map(|installed| installed.id.clone());
            journal.orders().cloned().chain(installed).collect::<Vec<_>>()
        };
        Ok(self.journals(entry)?.iter().flat_map(of_journal).collect())
    }
}

fn has_unknown_create(journal: &Journal) -> bool {
    let order = journal.order.as_ref();
    order.is_some_and(|order| order.sent.is_some() && order.id.is_none()) || !journal.lost.is_empty()
}
