//! What must be true after each action. The rules in words are in [`rules`](super::rules).

use std::fs;
use std::time::SystemTime;

use super::actions::ENTRIES;
use super::rules::{LISTING, REVOKED_KEY};
use super::world::{Revoked, Scene, Violation, broken, minutes_of};
use crate::obtain::check::Leaf;
use crate::obtain::interface::{CertificateState, ListEntries};
use crate::obtain::order_spec::RENEW_AT;
use crate::obtain::store::entry::Entry;
use crate::obtain::store::journal::Journal;

use crate::obtain::store::storage::Disk;
use crate::operation::Request;

impl Scene {
    pub(super) fn check(&mut self) -> Result<(), Violation> {
        for entry in 0..ENTRIES.len() {
            for host in self.hosts() {
                self.revoked_key_is_out_of_use(host, entry)?;
                self.one_stays_in_use(host, entry)?;
            }
            if !self.is_in_doubt[entry] {
                self.orders_are_accounted_for(entry)?;
                self.keys_are_there(entry)?;
                self.note_state(entry)?;
            }
        }
        self.hosts().try_for_each(|host| self.listing_is_true(host))
    }

    fn revoked_key_is_out_of_use(&self, host: usize, entry: usize) -> Result<(), Violation> {
        let Some(in_use) = self.in_use(host, entry)? else { return Ok(()) };
        let is_its_key = |revoked: &Revoked| revoked.is_known && revoked.public_key == in_use.leaf.public_key;
        let was_in_use = self.revoked.iter().any(|revoked| revoked.pem == in_use.pem);
        // A hook that fails may lead back to the version before, with the same key: nobody has asked the service yet.
        let is_back = self.journal_here(host, entry).is_some_and(|journal| {
            !journal.revoked_keys.contains(&in_use.leaf.public_key)
                && journal.installed.is_some_and(|installed| installed.rolled_back)
        });
        if !was_in_use && !is_back && self.revoked.iter().any(is_its_key) {
            return broken(REVOKED_KEY, ENTRIES[entry]);
        }
        Ok(())
    }

    fn listing_is_true(&self, host: usize) -> Result<(), Violation> {
        let wanted = ListEntries::new(self.folder(host));
        let listed =
            self.run_on(&Disk, ListEntries::OPERATION, &wanted, crate::obtain::listing::list_entries);
        let listed = listed.or_else(|error| broken(LISTING, error.to_string()))?;
        for row in listed.entries {
            let entry = ENTRIES.iter().position(|name| *name == row.name).expect("an entry");
            if self.is_in_doubt[entry] {
                continue;
            }
            let leaf = match self.image(entry)? {
                Some(image) => {
                    let serial = image.journal.installed.as_ref().map(|installed| installed.serial);
                    let file =
                        serial.and_then(|serial| image.files.get(&Entry::in_version(serial, "cert.pem")));
                    file.and_then(|file| Leaf::of(file.reveal().as_bytes()))
                }
                // Of copies that are being replaced, this one counts.
                None => fs::read(self.folder(host).join(&row.name).join("current/cert.pem"))
                    .ok()
                    .and_then(|pem| Leaf::of(&pem)),
            };
            let now: SystemTime = self.now();
            let is_true = match (&leaf, row.certificate) {
                (None, state) => state == CertificateState::None,
                (Some(leaf), CertificateState::Good) => {
                    leaf.lifetime.not_after > now && !leaf.lifetime.is_due(RENEW_AT, now)
                }
                (Some(leaf), CertificateState::Due) => {
                    leaf.lifetime.not_after > now && leaf.lifetime.is_due(RENEW_AT, now)
                }
                (Some(leaf), CertificateState::Expired) => leaf.lifetime.not_after <= now,
                // As far as the entry knows: then the service knows it, too.
                (Some(_), CertificateState::Revoked) => {
                    self.orders(entry).iter().any(|order| order.status == "revoked")
                }
                (Some(_), CertificateState::None) => false,
            };
            if !is_true || !row.readable {
                return broken(LISTING, format!("{row:?}"));
            }
            self.deployed_is_true(host, entry, &row)?;
            if let Some(id) = &row.id
                && let Some(order) = self.orders(entry).iter().find(|order| order.id == *id)
                && !matches!(order.status.as_str(), "issued" | "revoked" | "expired")
            {
                return broken(LISTING, format!("{row:?}: {order:?}"));
            }
        }
        Ok(())
    }

    /// By the hosts' clock.
    pub(super) fn now(&self) -> SystemTime {
        let (now, off) = (self.stand.sandbox.now(), minutes_of(self.skew.unsigned_abs()));
        if self.skew < 0 { now - off } else { now + off }
    }

    /// Which states the walks came through.
    fn note_state(&mut self, entry: usize) -> Result<(), Violation> {
        for journal in self.journals(entry)? {
            let status = |id: &String| {
                self.orders(entry)
                    .into_iter()
                    .find(|order| order.id == *id)
                    .map_or_else(|| "gone".to_owned(), |order| order.status)
            };
            let order = match &journal.order {
                None => "no order".to_owned(),
                Some(order) if order.is_untouched() => "a planned order".to_owned(),
                Some(order) => order.id.as_ref().map_or_else(
                    || "an order that was sent".to_owned(),
                    |id| format!("an order that is {}", status(id)),
                ),
            };
            let is_change = |journal: &Journal| {
                journal
                    .order
                    .as_ref()
                    .zip(journal.installed.as_ref())
                    .is_some_and(|(order, installed)| order.terms != installed.terms)
            };
            let in_use = journal
                .installed
                .as_ref()
                .map_or_else(|| "nothing".to_owned(), |installed| status(&installed.id));
            let state = format!(
                "{order}{}, {} lost, {in_use} in use{}",
                if is_change(&journal) { " of other terms" } else { "" },
                journal.lost.len().min(2),
                if journal.quarantined.is_some() { ", one quarantined" } else { "" }
            );
            self.states.insert(state);
        }
        Ok(())
    }
}
