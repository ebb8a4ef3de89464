//! What the service has of an entry, against what its journal and its files say.

use std::fs;

use super::actions::ENTRIES;
use super::rules::{FEW_LOST, KEY_IS_THERE, ONE_LIVE_ORDER, READABLE};
use super::world::{Scene, Violation, broken, is_open};
use crate::answers::Certificate;
use crate::endpoints::GetCertificate;
use crate::ledger::records::{Of, Read};
use crate::obtain::csr::Csr;
use crate::obtain::interface::ListEntries;
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::{CSR, KEY};
use crate::obtain::store::folder::Folder;
use crate::obtain::store::journal::{Journal, Sent};
use crate::obtain::store::shared::image::Image;
use crate::obtain::store::storage::Disk;
use crate::operation::Request;
use crate::ownership::{Hash, hash_of};
use crate::signing_request;

/// Three in a day, and one for each call with `force`.
const MAX_LOST: usize = 12;

/// The ids of an entry's open orders.
pub(super) struct OpenOrders {
    /// Of which the journal has the id.
    pub(super) known: Vec<String>,
    /// That may have come of a create whose outcome is not known.
    pub(super) sought: Vec<String>,
    pub(super) unknown: Vec<String>,
}

impl Scene {
    /// The journals of an entry: that of the shared store, if there is one.
    pub(super) fn journals(&self, entry: usize) -> Result<Vec<Journal>, Violation> {
        if self.is_in_doubt[entry] {
            return Ok(Vec::new());
        }
        if let Some(image) = self.image(entry)? {
            return Ok(vec![image.journal]);
        }
        let client = self.client();
        let read = self.hosts().map(|host| {
            let path = self.folder(host).join(ENTRIES[entry]);
            client.enter(ListEntries::OPERATION, None, |context| {
                self.within(context, &Disk, |env| Folder { env, path: &path }.journal())
            })
        });
        read.collect::<Result<_, _>>().or_else(|error| broken(READABLE, error.to_string()))
    }

    pub(super) fn image(&self, entry: usize) -> Result<Option<Image>, Violation> {
        if self.memory.is_none() {
            return Ok(None);
        }
        let found = self.client().enter(ListEntries::OPERATION, None, |context| {
            self.within(context, &Disk, |env| match &env.fleet {
                Some(fleet) => fleet.records.read::<Image>(context, Of::Entry, ENTRIES[entry], None),
                None => Ok(Read::Absent),
            })
        });
        match found {
            Ok(Read::Found(image, _)) => Ok(Some(image)),
            Ok(_) => Ok(None),
            Err(error) => broken(READABLE, error.to_string()),
        }
    }

    pub(super) fn open_orders(&self, entry: usize) -> Result<OpenOrders, Violation> {
        let journals = self.journals(entry)?;
        let mut open = OpenOrders { known: Vec::new(), sought: Vec::new(), unknown: Vec::new() };
        for summary in self.orders(entry).into_iter().filter(is_open) {
            let order = self.order(&summary.id)?;
            let kind = if journals.iter().flat_map(Journal::orders).any(|id| *id == order.id) {
                &mut open.known
            } else if journals.iter().flat_map(creates).any(|sent| sent.sought().may_be(&order)) {
                &mut open.sought
            } else {
                &mut open.unknown
            };
            kind.push(order.id);
        }
        Ok(open)
    }

    pub(super) fn order(&self, id: &str) -> Result<Certificate, Violation> {
        self.client().send(&GetCertificate::new(id)).or_else(|error| broken(READABLE, error.to_string()))
    }

    pub(super) fn orders_are_accounted_for(&self, entry: usize) -> Result<(), Violation> {
        let journals = self.journals(entry)?;
        if let Some(journal) = journals.iter().find(|journal| journal.lost.len() > MAX_LOST) {
            return broken(FEW_LOST, format!("{journal:?}"));
        }
        if self.may_leave_orders[entry] {
            return Ok(());
        }
        let open = self.open_orders(entry)?;
        let creates = journals.iter().flat_map(creates).count();
        if open.unknown.is_empty() && open.sought.len() <= creates {
            return Ok(());
        }
        let text = format!(
            "known {:?}, sought {:?}, unknown {:?}: {journals:?}",
            open.known, open.sought, open.unknown
        );
        broken(ONE_LIVE_ORDER, text)
    }

    pub(super) fn keys_are_there(&self, entry: usize) -> Result<(), Violation> {
        if let Some(image) = self.image(entry)? {
            let file = |name: String| image.files.get(&name).map(|content| content.reveal().to_owned());
            return self.key_is_there(&image.journal, file);
        }
        for journal in self.journals(entry)? {
            let read = |host, name: &String| {
                fs::read_to_string(self.folder(host).join(ENTRIES[entry]).join(name)).ok()
            };
            let file = |name: String| self.hosts().find_map(|host| read(host, &name));
            self.key_is_there(&journal, file)?;
        }
        Ok(())
    }

    /// Whether a disk that lied has lost the CSR of an open order, and with it the key: then a warning names the order.
    pub(super) fn has_lost_csr(&self, entry: usize) -> Result<bool, Violation> {
        let versions = self.hosts().map(|host| self.folder(host).join(ENTRIES[entry]).join("versions"));
        let versions = versions.flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
        let csrs: Vec<String> =
            versions.filter_map(|version| fs::read_to_string(version.path().join(CSR)).ok()).collect();
        for order in self.orders(entry).iter().filter(|order| is_open(order)) {
            let order = self.order(&order.id)?;
            let is_its = |csr: &String| hash_of(&order, &signing_request::sha256(csr)) == Hash::Ours;
            if !csrs.iter().any(is_its) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Key and CSR of the order under way belong together, and the service has this very CSR.
    fn key_is_there(
        &self,
        journal: &Journal,
        file: impl Fn(String) -> Option<String>,
    ) -> Result<(), Violation> {
        let Some(order) = journal.order.as_ref().filter(|order| !order.is_untouched()) else { return Ok(()) };
        let key = file(Entry::in_version(order.serial, KEY));
        let key = key.and_then(|pem| signing_request::read_key(&pem, None).ok());
        let csr = file(Entry::in_version(order.serial, CSR));
        let key = match &order.terms.public_key {
            Some(own) if order.terms.by_csr => Some(own.clone()),
            _ => key.map(|key| signing_request::public_key(&key)),
        };
        let (Some(key), Some(csr)) = (key, csr) else { return broken(KEY_IS_THERE, format!("{order:?}")) };
        let hash = signing_request::sha256(&csr);
        let is_sent = order.sent.as_ref().is_none_or(|sent| sent.csr_sha256 == hash);
        let public_key = Csr::read(&csr).map(|csr| csr.public_key);
        let is_its_key = public_key == Some(key);
        let is_at_service = match &order.id {
            Some(id) => hash_of(&self.order(id)?, &hash) != Hash::Another,
            None => true,
        };
        if is_sent && is_its_key && is_at_service {
            return Ok(());
        }
        broken(KEY_IS_THERE, format!("another key, or another CSR: {order:?}"))
    }
}

/// Those of unknown outcome.
fn creates(journal: &Journal) -> impl Iterator<Item = &Sent> {
    let order = journal.order.as_ref().filter(|order| order.id.is_none());
    journal.lost.iter().chain(order.and_then(|order| order.sent.as_ref()))
}
