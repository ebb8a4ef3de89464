//! Download, check, and put in place in one step.

use zeroize::Zeroizing;

use super::check;
use super::entry::{Entry, PRIVATE, PUBLIC, failed};
use super::journal::{Held, Installed};
use super::pauses::Pauses;
use super::request::{CSR, KEY};
use super::session::Session;
use super::telling::Stage;
use crate::answers::Certificate;
use crate::error::{Error, Kind, Result};
use crate::operations::{Download, DownloadCertificate};

/// The files of a certificate in use; `combined.pem` is for those who take one file only.
pub(crate) const FILES: [&str; 5] = [KEY, "cert.pem", "chain.pem", "fullchain.pem", COMBINED];
pub(crate) const COMBINED: &str = "combined.pem";
/// The certificate object, as the service gave it.
pub(crate) const CERTIFICATE: &str = "certificate.json";
/// How many versions are kept.
const KEPT: usize = 3;

impl Session<'_> {
    /// Brings an issued certificate into use.
    pub(crate) fn install(&mut self, certificate: &Certificate) -> Result<()> {
        let download = self.download(&certificate.id)?;
        let order = self.order()?.clone();
        let serial = order.serial;
        self.progress(Stage::Install, "checking the certificate", [("id", certificate.id.as_str().into())]);
        self.write_version(serial, &download, certificate)?;
        if let Err(why) = self.fitness(serial, &order.terms.domains)? {
            return self.hold(certificate, &why);
        }
        // What a hook refused is nothing to go back to.
        let predecessor = self.journal.installed.as_ref().and_then(|installed| {
            if installed.rolled_back { installed.predecessor } else { Some(installed.serial) }
        });
        if let Some(predecessor) = predecessor {
            self.take_over_attributes(predecessor, serial)?;
        }
        self.entry.switch(serial)?;
        self.journal.installed = Some(Installed {
            serial,
            id: certificate.id.clone(),
            terms: order.terms,
            deployed: self.wish.deploy_hook.is_empty(),
            predecessor,
            rolled_back: false,
        });
        self.forget_order()?;
        let facts = [
            ("id", certificate.id.as_str().into()),
            ("path", self.entry.current("").display().to_string().into()),
        ];
        self.progress(Stage::Install, "the certificate is in place", facts);
        self.prune();
        Ok(())
    }

    /// Right after `issued` the service may not have it yet.
    fn download(&self, id: &str) -> Result<Download> {
        let mut pauses = Pauses::new(self.wish.poll_interval);
        loop {
            self.progress(Stage::Download, "fetching the certificate", [("id", id.into())]);
            let error = match self.send(&DownloadCertificate::new(id)) {
                Ok(download) => return Ok(download),
                Err(error) => error,
            };
            let is_early = error.is_api(2832, "certificate_not_issued")
                || error.is_api(2860, "certificate_not_downloadable");
            if !is_early || !self.pause(pauses.next())? {
                return Err(error);
            }
        }
    }

    /// Whether key and certificate of this version fit each other, the names and the time.
    pub(crate) fn is_fit(&self, serial: u32, names: &[String]) -> Result<bool> {
        Ok(self.fitness(serial, names)?.is_ok())
    }

    fn fitness(&self, serial: u32, names: &[String]) -> Result<Result<(), String>> {
        let key = self.entry.key(serial)?.ok_or_else(|| self.key_is_gone(serial))?;
        let name = Entry::in_version(serial, "fullchain.pem");
        let fullchain = self.entry.read_text(&name)?.unwrap_or_default();
        Ok(check::check(&fullchain, &key, names, self.now()))
    }

    fn key(&self, serial: u32) -> Result<Zeroizing<String>> {
        let name = Entry::in_version(serial, KEY);
        Ok(Zeroizing::new(self.entry.read_text(&name)?.ok_or_else(|| self.key_is_gone(serial))?))
    }

    fn key_is_gone(&self, serial: u32) -> Error {
        let path = self.entry.path.join(Entry::in_version(serial, KEY));
        Error::storage(path, "the key of the order is gone; restore it")
    }

    fn write_version(&self, serial: u32, download: &Download, certificate: &Certificate) -> Result<()> {
        let combined = Zeroizing::new([self.key(serial)?.trim_end(), "\n", &download.fullchain].concat());
        for (file, content, mode) in [
            ("cert.pem", download.certificate.as_str(), PUBLIC),
            ("chain.pem", &download.ca_bundle, PUBLIC),
            ("fullchain.pem", &download.fullchain, PUBLIC),
            (COMBINED, &combined, PRIVATE),
        ] {
            self.entry.write(&Entry::in_version(serial, file), content.as_bytes(), mode)?;
        }
        self.entry.write_json(&Entry::in_version(serial, CERTIFICATE), certificate)
    }

    /// Issued, and not what we need: kept for a person, and nothing else is ordered in its place.
    fn hold(&mut self, certificate: &Certificate, why: &str) -> Result<()> {
        let order = self.order()?.clone();
        self.journal.held = Some(Held {
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

    /// Whoever could read the old key can read the new one.
    fn take_over_attributes(&self, from: u32, to: u32) -> Result<()> {
        let storage = self.world.storage;
        for file in [KEY, COMBINED] {
            let (old, new) = (
                self.entry.path.join(Entry::in_version(from, file)),
                self.entry.path.join(Entry::in_version(to, file)),
            );
            let wanted = match storage.attributes(&old) {
                Ok(attributes) => attributes,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(&old, "looked at", &error)),
            };
            let made = storage.attributes(&new).map_err(|error| failed(&new, "looked at", &error))?;
            if wanted == made {
                continue;
            }
            if let Err(error) = storage.set_attributes(&new, wanted).and_then(|()| storage.sync(&new)) {
                let message =
                    format!("{} could not get the owner and mode of the old one ({error})", new.display());
                self.warn(Stage::Install, &message, []);
            }
        }
        Ok(())
    }

    /// Older versions go, but for the newest and what a rollback would need. Not worth failing for.
    fn prune(&self) {
        let Some(installed) = &self.journal.installed else { return };
        let is_kept = |serial: u32| {
            serial + u32::try_from(KEPT).unwrap_or(u32::MAX) > installed.serial
                || installed.predecessor == Some(serial)
                || self.journal.held.as_ref().is_some_and(|held| held.serial == serial)
        };
        for serial in 1..installed.serial {
            let csr = self.entry.path.join(Entry::in_version(serial, CSR));
            if is_kept(serial) || csr.symlink_metadata().is_err() {
                continue;
            }
            let files = [KEY, "cert.pem", "chain.pem", "fullchain.pem", COMBINED, CERTIFICATE, CSR];
            if let Err(error) = self.entry.remove_version(serial, &files) {
                self.warn(Stage::Install, &format!("an old version could not be removed ({error})"), []);
            }
        }
    }
}
