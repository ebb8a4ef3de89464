//! Key and CSR of an order: on disk before anything is sent.

use super::entry::{Entry, PRIVATE};
use super::session::Session;
use super::telling::Stage;
use crate::error::{Error, Result};
use crate::private_key::PrivateKey;
use crate::signing_request;

pub(crate) const KEY: &str = "privkey.pem";
pub(crate) const CSR: &str = "csr.pem";

/// A CSR and the hash that names it.
pub(crate) struct Request {
    pub(crate) csr: String,
    pub(crate) sha256: String,
}

impl Request {
    fn of(csr: String) -> Self {
        let sha256 = signing_request::sha256(&csr);
        Self { csr, sha256 }
    }
}

impl Session<'_> {
    /// Key and CSR, on disk before anything is sent. Those of an order that may have been sent are never replaced.
    pub(crate) fn make_request(&mut self) -> Result<Request> {
        let order = self.order()?.clone();
        let (key_file, csr_file) =
            (Entry::in_version(order.serial, KEY), Entry::in_version(order.serial, CSR));
        let key = self.entry.key(order.serial);
        if let (Ok(Some(key)), Some(csr)) = (&key, self.entry.read_text(&csr_file)?) {
            let request = Request::of(csr);
            let is_it = order.sent.as_ref().is_none_or(|sent| sent.csr_sha256 == request.sha256);
            if is_it && signing_request::is_for(&request.csr, key) {
                return Ok(request);
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
        self.progress(
            Stage::Key,
            "making the key and the CSR",
            [("key_type", order.terms.key_type.as_str().into())],
        );
        let key = match self.kept_key()? {
            Some(key) => key,
            None => signing_request::new_key(order.terms.key_type.as_str())?,
        };
        let names: Vec<&str> = order.terms.domains.iter().map(String::as_str).collect();
        let csr = signing_request::make(&key, &names)?;
        self.entry.make_version(order.serial)?;
        let pem = key.to_pem()?;
        self.entry.write(&key_file, pem.as_bytes(), PRIVATE)?;
        self.entry.write(&csr_file, csr.as_bytes(), PRIVATE)?;
        Ok(Request::of(csr))
    }

    /// The key in use, if it is to be kept and is of the wanted kind.
    fn kept_key(&self) -> Result<Option<PrivateKey>> {
        let Some(installed) = self.journal.installed.as_ref().filter(|_| self.wish.reuse_key) else {
            return Ok(None);
        };
        if installed.terms.key_type != self.wish.terms.key_type {
            return Ok(None);
        }
        self.entry.key(installed.serial)
    }
}
