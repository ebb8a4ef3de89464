//! Key and CSR of an order, stored before anything is sent.

use crate::error::{Error, Result};
use crate::obtain::csr::Csr;
use crate::obtain::events::Stage;
use crate::obtain::session::Session;
use crate::obtain::steps::keys::KeySource;
use crate::obtain::store::entry::{Entry, PRIVATE};
use crate::obtain::store::files::{CSR, KEY};
use crate::private_key::PrivateKey;
use crate::signing_request;

/// A CSR and its hash.
#[derive(Clone, Debug)]
pub(crate) struct OrderCsr {
    pub(crate) csr: String,
    pub(crate) sha256: String,
}

impl OrderCsr {
    fn of(csr: String) -> Self {
        let sha256 = signing_request::sha256(&csr);
        Self { csr, sha256 }
    }
}

impl Session<'_> {
    /// Key and CSR, stored before anything is sent. Those of an order that may have been sent are never replaced.
    pub(crate) fn make_request(&mut self) -> Result<OrderCsr> {
        let order = self.order()?.clone();
        let (key_file, csr_file) =
            (Entry::in_version(order.serial, KEY), Entry::in_version(order.serial, CSR));
        let key = if order.terms.by_csr { Ok(None) } else { self.entry.key(&key_file) };
        if let (Ok(key), Some(csr)) = (&key, self.entry.read_text(&csr_file)?)
            && (key.is_some() || order.terms.by_csr)
        {
            let request = OrderCsr::of(csr);
            let is_it = order.sent.as_ref().is_none_or(|sent| sent.csr_sha256 == request.sha256);
            if is_it && self.is_usable(&request, key.as_ref()) {
                let is_open = order.sent.is_some() || !self.same_request(&request).is_empty();
                let anew = if is_open { None } else { self.with_country(&request)? };
                return Ok(anew.unwrap_or(request));
            }
        }
        if order.sent.is_some() {
            return Err(Error::storage(
                self.entry.path.join(&key_file),
                "the key or the CSR of the order under way is gone or is another one; restore it, or call with \
                 `abandon` to give the order up",
            ));
        }
        if let Err(error) = key {
            let message = format!("nothing was ordered with this key, and another one is made ({error})");
            self.warn(Stage::Key, &message, []);
        }
        let source = self.key_source()?;
        if order.terms != self.terms {
            // What was begun with the caller's key goes on with the caller's CSR for it.
            self.order()?.terms = self.terms.clone();
            self.save()?;
        }
        self.entry.make_version(order.serial)?;
        let key = match source {
            KeySource::Csr { pem, .. } => {
                // The caller has it, and the files of a CSR have none.
                self.entry.remove(&key_file)?;
                self.entry.write(&csr_file, pem.as_bytes(), PRIVATE)?;
                return Ok(OrderCsr::of(pem));
            }
            KeySource::Kept { file, .. } => self.read_key(&file)?,
            KeySource::New(key_type) => {
                let facts = [("key_type", key_type.as_str().into())];
                self.progress(Stage::Key, "making the key and the CSR", facts);
                signing_request::new_key(key_type)?
            }
        };
        self.entry.write(&key_file, key.to_pem()?.as_bytes(), PRIVATE)?;
        self.write_csr(&key, order.serial)
    }

    /// Another CSR for the key of the order, for a service that requires a country. None if the CSR is the caller's,
    /// has a country already, or must have none.
    pub(crate) fn with_country(&mut self, request: &OrderCsr) -> Result<Option<OrderCsr>> {
        let order = self.order()?.clone();
        let has_country = Csr::read(&request.csr).is_none_or(|csr| csr.has_country);
        if order.terms.by_csr || has_country || self.spec.subject.country().is_none() {
            return Ok(None);
        }
        self.progress(Stage::Key, "making the CSR anew, with a country", []);
        let key = self.read_key(&Entry::in_version(order.serial, KEY))?;
        self.write_csr(&key, order.serial).map(Some)
    }

    /// Whether a stored CSR can be sent: it can be read, matches the key next to it, and the key is not forbidden.
    fn is_usable(&self, request: &OrderCsr, key: Option<&PrivateKey>) -> bool {
        Csr::read(&request.csr).is_some_and(|csr| {
            key.is_none_or(|key| signing_request::public_key(key) == csr.public_key)
                && !self.journal.revoked_keys.contains(&csr.public_key)
        })
    }

    fn write_csr(&self, key: &PrivateKey, serial: u32) -> Result<OrderCsr> {
        let csr = signing_request::make(key, &self.terms.domains, &self.spec.subject)?;
        self.entry.write(&Entry::in_version(serial, CSR), csr.as_bytes(), PRIVATE)?;
        Ok(OrderCsr::of(csr))
    }
}
