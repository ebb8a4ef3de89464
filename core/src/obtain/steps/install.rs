//! Downloads, checks, and installs in one step.

use serde_json::Value;

use crate::answers::Certificate;
use crate::endpoints::{Download, DownloadCertificate};
use crate::error::{Error, Result, codes};
use crate::obtain::csr::Csr;
use crate::obtain::events::Stage;
use crate::obtain::session::Session;
use crate::obtain::steps::search::ours_is_missing;
use crate::obtain::store::entry::{Entry, PRIVATE, PUBLIC};
use crate::obtain::store::files::{
    CERT, CERTIFICATE, CHAIN, COMBINED, CSR, FULLCHAIN, IN_USE, KEY, combined,
};
use crate::obtain::store::journal::{Installed, Terms};
use crate::obtain::{chain, check};
use crate::secret::Secret;
use crate::signing_request;

/// How many versions are kept.
const KEPT_VERSIONS: usize = 3;

impl Session<'_> {
    /// Installs an issued certificate.
    pub(crate) fn install(&mut self, certificate: &Certificate) -> Result<()> {
        if self.is_somebody_elses(certificate)? {
            self.disown(certificate)?;
            self.clear_leftovers()?;
            return Err(ours_is_missing(certificate));
        }
        let download = self.download(&certificate.id)?;
        let order = self.order()?.clone();
        let serial = order.serial;
        self.progress(Stage::Install, "checking the certificate", [("id", certificate.id.as_str().into())]);
        self.write_version(serial, &order.terms, &download)?;
        self.entry.write_json(&Entry::in_version(serial, CERTIFICATE), certificate)?;
        if let Err(why) = self.fitness(serial, &order.terms)? {
            return self.quarantine(certificate, &why);
        }
        let predecessor = self.predecessor()?;
        if let Some(before) = predecessor.or(self.journal.installed.as_ref().map(|before| before.serial)) {
            self.entry.take_over_attributes(before, serial)?;
        }
        let awaits_post_hook = self.spec.has_post_hook
            || self.journal.installed.as_ref().is_some_and(|installed| installed.awaits_post_hook);
        self.note_key_use(serial, &certificate.id, order.terms.public_key.is_some())?;
        self.entry.switch(serial, self.spec.layout)?;
        self.journal.installed = Some(Installed {
            serial,
            id: certificate.id.clone(),
            terms: order.terms,
            deployed: false,
            deployed_for: None,
            predecessor,
            rolled_back: false,
            awaits_post_hook,
        });
        let is_left = self.leaves_hook_to_request_in_force()?;
        if let Some(installed) = &mut self.journal.installed
            && self.spec.deploy_hook.is_empty()
            && !is_left
        {
            installed.deploy_for(Vec::new());
        }
        self.forget_order()?;
        let facts = [
            ("id", certificate.id.as_str().into()),
            ("path", self.entry.current("").display().to_string().into()),
        ];
        self.progress(Stage::Install, "the certificate is in place", facts);
        self.prune();
        Ok(())
    }

    /// The version to go back to if the hook refuses the new one: not one that it has refused, too.
    fn predecessor(&self) -> Result<Option<u32>> {
        let Some(installed) = &self.journal.installed else { return Ok(None) };
        let before = if installed.rolled_back { installed.predecessor } else { Some(installed.serial) };
        self.way_back(before)
    }

    /// Right after the status `issued`, the download may not be ready.
    pub(crate) fn download(&self, id: &str) -> Result<Download> {
        let mut pauses = self.spec.polls();
        loop {
            self.progress(Stage::Download, "fetching the certificate", [("id", id.into())]);
            let error = match self.send(&DownloadCertificate::new(id)) {
                Ok(download) => return Ok(download),
                Err(error) => error,
            };
            let is_early =
                error.is_one_of(&[codes::CERTIFICATE_NOT_ISSUED, codes::CERTIFICATE_NOT_DOWNLOADABLE]);
            if !is_early || !self.pause(pauses.pause())? {
                return Err(error);
            }
        }
    }

    /// Whether key and certificate of this version match each other and the names, and the certificate is valid now.
    pub(crate) fn is_fit(&self, serial: u32, terms: &Terms) -> Result<bool> {
        Ok(self.fitness(serial, terms)?.is_ok())
    }

    fn fitness(&self, serial: u32, terms: &Terms) -> Result<Result<(), String>> {
        let fullchain = self.entry.read_text(&Entry::in_version(serial, FULLCHAIN))?.unwrap_or_default();
        let public_key = self.public_key(serial, terms)?;
        Ok(check::check(&fullchain, &public_key, &terms.domains, self.now()))
    }

    /// The key that a version's certificate must have, as [`public_key_hash`](crate::obtain::csr::public_key_hash).
    fn public_key(&self, serial: u32, terms: &Terms) -> Result<String> {
        if !terms.by_csr {
            return Ok(signing_request::public_key(&self.read_key(&Entry::in_version(serial, KEY))?));
        }
        let name = Entry::in_version(serial, CSR);
        let csr = self.entry.read_text(&name)?.and_then(|csr| Csr::read(&csr));
        let gone = || Error::storage(self.entry.path.join(&name), "the CSR of the order is gone; restore it");
        Ok(csr.ok_or_else(gone)?.public_key)
    }

    /// Writes what the service has sent, in the correct order.
    pub(crate) fn write_version(&self, serial: u32, terms: &Terms, download: &Download) -> Result<()> {
        let chain = chain::arrange(&download.fullchain, &self.public_key(serial, terms)?);
        for (file, content) in [(CERT, &chain.leaf), (CHAIN, &chain.issuers), (FULLCHAIN, &chain.whole())] {
            self.entry.write(&Entry::in_version(serial, file), content.as_bytes(), PUBLIC)?;
        }
        if terms.by_csr {
            return Ok(());
        }
        let key = Secret::from(self.entry.read_text(&Entry::in_version(serial, KEY))?.unwrap_or_default());
        let combined = combined(&key, &chain.whole());
        self.entry.write(&Entry::in_version(serial, COMBINED), combined.reveal().as_bytes(), PRIVATE)?;
        self.write_keystore(serial)
    }

    /// The id of a version's certificate.
    pub(crate) fn certificate_id(&self, serial: u32) -> Result<Option<String>> {
        let certificate: Option<Value> = self.entry.read_json(&Entry::in_version(serial, CERTIFICATE))?;
        Ok(certificate.and_then(|found| found.get("id").and_then(Value::as_str).map(str::to_owned)))
    }

    /// Removes older versions, except the newest ones and the one for a rollback. A failure is ignored.
    pub(crate) fn prune(&self) {
        let Some(installed) = &self.journal.installed else { return };
        let is_kept = |serial: u32| {
            serial + u32::try_from(KEPT_VERSIONS).unwrap_or(u32::MAX) > installed.serial
                || installed.predecessor == Some(serial)
                || self.journal.quarantined.as_ref().is_some_and(|quarantined| quarantined.serial == serial)
        };
        for serial in 1..installed.serial {
            let csr = self.entry.path.join(Entry::in_version(serial, CSR));
            if is_kept(serial) || csr.symlink_metadata().is_err() {
                continue;
            }
            let all = [&IN_USE[..], &[CERTIFICATE, CSR]].concat();
            if let Err(error) = self.entry.remove_version(serial, &all) {
                self.warn(Stage::Install, &format!("an old version could not be removed ({error})"), []);
            }
        }
    }
}
