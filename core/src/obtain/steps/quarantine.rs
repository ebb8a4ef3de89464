//! A certificate that was issued and failed our checks. It is kept for a person to check, and no other one is ordered.

use crate::answers::Certificate;
use crate::endpoints::DownloadCertificate;
use crate::error::{Error, Kind, Result};
use crate::obtain::events::Stage;
use crate::obtain::session::Session;
use crate::obtain::store::journal::{Order, Quarantined};

impl Session<'_> {
    /// Keeps an issued certificate that failed our checks for a person. Nothing else is ordered.
    pub(crate) fn quarantine(&mut self, certificate: &Certificate, why: &str) -> Result<()> {
        let order = self.order()?.clone();
        self.journal.quarantined = Some(Quarantined {
            serial: order.serial,
            id: certificate.id.clone(),
            terms: order.terms,
            why: why.to_owned(),
        });
        self.forget_order()?;
        let folder = self.entry.path.join(format!("versions/{}", order.serial));
        let message = format!(
            "certificate {} was issued, and {why}; it was not put in place but kept in {}, and no other is ordered \
             until a person has looked at it and called with `abandon`",
            certificate.id,
            folder.display()
        );
        Err(Error::new(Kind::Response, message).retryable(false))
    }

    /// Checks a quarantined certificate again, because the local clock may have been wrong, and downloads it again,
    /// because the download may have been wrong. If it is good now, it becomes the current order. Otherwise this is an
    /// error.
    pub(crate) fn recheck_quarantined(&mut self) -> Result<()> {
        match self.blocking_quarantined().cloned() {
            Some(quarantined) if !self.release_quarantined()? => Err(self.kept_for_a_person(&quarantined)),
            _ => Ok(()),
        }
    }

    /// The quarantined certificate, if it is what is requested. Only then is it in the way of an order.
    pub(crate) fn blocking_quarantined(&self) -> Option<&Quarantined> {
        let quarantined = self.journal.quarantined.as_ref()?;
        let public_key = quarantined.terms.public_key.as_deref();
        self.terms.are_met_by(&quarantined.terms, public_key).then_some(quarantined)
    }

    /// The error as long as a certificate that failed our checks is kept.
    pub(crate) fn kept_for_a_person(&self, quarantined: &Quarantined) -> Error {
        let folder = self.entry.path.join(format!("versions/{}", quarantined.serial));
        let message = format!(
            "certificate {} was issued and failed our checks ({}); it is kept in {} for a person to look at, and no \
             other is ordered; `abandon` forgets it",
            quarantined.id,
            quarantined.why,
            folder.display()
        );
        Error::new(Kind::Response, message).retryable(false)
    }

    /// Makes the quarantined certificate the current order, if it is good now.
    pub(crate) fn release_quarantined(&mut self) -> Result<bool> {
        let Some(quarantined) = self.journal.quarantined.clone() else { return Ok(false) };
        if !self.is_fit(quarantined.serial, &quarantined.terms)? && !self.is_fit_now(&quarantined)? {
            return Ok(false);
        }
        if let Some(issued) = self.drop_order_if_any("a certificate that failed our checks is good now")? {
            self.pass_over(&issued)?;
        }
        let order = Order { id: Some(quarantined.id), ..Order::new(quarantined.serial, quarantined.terms) };
        self.journal.order = Some(order);
        self.journal.quarantined = None;
        self.save()?;
        Ok(true)
    }

    fn is_fit_now(&self, quarantined: &Quarantined) -> Result<bool> {
        if self.spec.offline {
            return Ok(false);
        }
        let facts = [("id", quarantined.id.as_str().into())];
        self.progress(Stage::Download, "fetching the certificate that failed our checks once more", facts);
        match self.send(&DownloadCertificate::new(&quarantined.id)) {
            Ok(download) => {
                self.write_version(quarantined.serial, &quarantined.terms, &download)?;
                self.is_fit(quarantined.serial, &quarantined.terms)
            }
            Err(error) if error.kind() == Kind::Cancelled => Err(error),
            Err(error) => {
                self.warn(Stage::Download, &format!("it could not be fetched again ({error})"), []);
                Ok(false)
            }
        }
    }
}
