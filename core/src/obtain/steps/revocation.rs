//! Whether the installed certificate was revoked. The service is asked once before a call ends without work.

use std::time::{Duration, Instant};

use crate::answers::Certificate;
use crate::context::Context;
use crate::endpoints::GetCertificate;
use crate::error::{Kind, Result};
use crate::obtain::csr::Csr;
use crate::obtain::events::Stage;
use crate::obtain::session::Session;
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::CSR;
use crate::obtain::store::journal::{Installed, Order};

/// The time limit for the answer. A good certificate is not worth a long wait.
const MAX_WAIT: Duration = Duration::from_secs(5);

impl Session<'_> {
    /// Whether the service has revoked the installed certificate. Its key is not used again.
    pub(crate) fn was_revoked(&mut self, installed: &Installed) -> Result<bool> {
        let Some(status) = self.revoked_status(installed)? else { return Ok(false) };
        let message = format!("the certificate in place is {status}, so a new one is ordered");
        self.warn(Stage::Order, &message, [("id", installed.id.as_str().into())]);
        if status == "revoked"
            && let Some(public_key) = self.public_key_of(installed.serial)?
        {
            self.forbid_key(public_key)?;
        }
        Ok(true)
    }

    /// If the certificate of the current order was revoked before it was installed, its key is not used again.
    pub(crate) fn forbid_key_if_revoked(&mut self, certificate: &Certificate) -> Result<()> {
        let order = self.order()?.clone();
        match self.order_key(&order)? {
            Some(public_key) if certificate.is_revoked() => self.forbid_key(public_key),
            _ => Ok(()),
        }
    }

    /// The service's status of a certificate that is no longer valid. It is asked once, and a failure is ignored.
    pub(crate) fn revoked_status(&self, installed: &Installed) -> Result<Option<String>> {
        let status = match &self.spec.statuses {
            Some(statuses) => statuses.get(&installed.id).cloned(),
            None => self.status_of(&installed.id)?,
        };
        Ok(status.filter(|status| matches!(status.as_str(), "revoked" | "cancelled")))
    }

    fn status_of(&self, id: &str) -> Result<Option<String>> {
        if self.spec.offline || self.context.connection.access_key().is_err() {
            return Ok(None);
        }
        let left = self.time_left().map_or(MAX_WAIT, |left| left.min(MAX_WAIT));
        let once = Context { deadline: Instant::now() + left, is_single: true, ..self.context };
        match once.send(&GetCertificate::new(id)) {
            Ok(certificate) => Ok(certificate.status),
            Err(error) if error.kind() == Kind::Cancelled => Err(error),
            Err(error) => {
                let message = format!("whether the certificate was revoked could not be asked ({error})");
                self.progress(Stage::Order, &message, [("id", id.into())]);
                Ok(None)
            }
        }
    }

    /// The key of an order, once its CSR is made.
    pub(crate) fn order_key(&self, order: &Order) -> Result<Option<String>> {
        let csr = self.entry.read_text(&Entry::in_version(order.serial, CSR))?;
        Ok(csr.as_deref().and_then(Csr::read).map(|csr| csr.public_key))
    }

    /// Whether a certificate with this key is installed already, so that it may have been revoked.
    pub(crate) fn is_used_already(&self, public_key: &str) -> Result<bool> {
        let Some(installed) = &self.journal.installed else { return Ok(false) };
        Ok(self.public_key_of(installed.serial)?.as_deref() == Some(public_key))
    }
}
