//! The key of an order: made here, or given by the caller. Never a key whose certificate was revoked.

use zeroize::Zeroizing;

use crate::endpoints::GetCertificate;
use crate::error::{Error, Result};
use crate::key_type::KeyType;
use crate::obtain::csr::public_key_hash;
use crate::obtain::events::Stage;
use crate::obtain::order_spec::KeySpec;
use crate::obtain::session::Session;
use crate::obtain::steps::account::{Account, is_not_ours};
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::KEY;
use crate::obtain::store::files::WANTED_KEY;
use crate::obtain::store::journal::KeyUse;
use crate::private_key::PrivateKey;
use crate::signing_request;

/// How many uses of keys are stored.
const MAX_KEY_USES: usize = 64;

/// Where the key of the next order comes from.
pub(crate) enum KeySource {
    New(KeyType),
    /// A file of the entry, the hash of its public key, and whether it is the caller's.
    Kept {
        file: String,
        public_key: String,
        is_own: bool,
    },
    Csr {
        pem: String,
        public_key: String,
    },
}

impl Session<'_> {
    /// Takes the caller's key, from this call or an earlier one, into the terms.
    pub(crate) fn resolve_terms(&mut self) -> Result<()> {
        self.terms = self.spec.terms.clone();
        let KeySpec::Ours { key_type, reuse } = &self.spec.key else { return Ok(()) };
        if *reuse == Some(false) {
            return Ok(());
        }
        let Some((public_key, own_type)) = self.own_key()? else { return Ok(()) };
        if key_type.is_none_or(|requested| own_type == requested.as_str()) {
            self.terms.key_type = None;
            self.terms.public_key = Some(public_key);
        }
        Ok(())
    }

    /// The key that an earlier call was given: its hash, and its type.
    fn own_key(&self) -> Result<Option<(String, String)>> {
        let Some(file) = self.own_key_file()? else { return Ok(None) };
        let key = self.read_key(&file)?;
        Ok(Some((signing_request::public_key(&key), key.key_type())))
    }

    fn own_key_file(&self) -> Result<Option<String>> {
        if !self.is_in_force() && self.entry.read(WANTED_KEY)?.map(Zeroizing::new).is_some() {
            return Ok(Some(WANTED_KEY.to_owned()));
        }
        let installed = self.journal.installed.as_ref().filter(|installed| installed.terms.has_own_key());
        Ok(installed.map(|installed| Entry::in_version(installed.serial, KEY)))
    }

    pub(crate) fn read_key(&self, file: &str) -> Result<PrivateKey> {
        let gone = || Error::storage(self.entry.path.join(file), "the key is gone; restore it");
        self.entry.key(file)?.ok_or_else(gone)
    }

    /// Where the key of the next order comes from. A key whose certificate was revoked is not used again: a key of the
    /// caller is refused, a key that was made here is replaced by a new one.
    pub(crate) fn key_source(&mut self) -> Result<KeySource> {
        let source = match &self.spec.key {
            KeySpec::Csr { pem, public_key } => {
                KeySource::Csr { pem: pem.clone(), public_key: public_key.clone() }
            }
            KeySpec::Own { public_key, .. } => {
                KeySource::Kept { file: WANTED_KEY.to_owned(), public_key: public_key.clone(), is_own: true }
            }
            KeySpec::Ours { reuse, .. } => match (&self.terms.public_key, self.own_key_file()?) {
                (Some(public_key), Some(file)) => {
                    KeySource::Kept { file, public_key: public_key.clone(), is_own: true }
                }
                _ => self.reused_key(*reuse == Some(true))?,
            },
        };
        let (public_key, parameter) = match &source {
            KeySource::New(_) => return Ok(source),
            KeySource::Kept { public_key, is_own: true, .. } => (public_key.clone(), Some("private_key")),
            KeySource::Kept { public_key, .. } => (public_key.clone(), None),
            KeySource::Csr { public_key, .. } => (public_key.clone(), Some("csr")),
        };
        if !self.is_revoked_key(&public_key)? {
            return Ok(source);
        }
        match parameter {
            Some(parameter) => Err(Error::invalid(
                parameter,
                "a certificate for this key was revoked, and such a key is not used again; give one for another key",
            )),
            None => {
                let message = "a certificate for the key was revoked, so a new key is made";
                self.warn(Stage::Key, message, []);
                Ok(KeySource::New(self.terms.key_type.unwrap_or_default()))
            }
        }
    }

    /// The key in use, if it has to be kept and has the requested type.
    fn reused_key(&self, is_wanted: bool) -> Result<KeySource> {
        let key_type = self.terms.key_type.unwrap_or_default();
        let installed = self.journal.installed.as_ref();
        let kept = installed.filter(|installed| is_wanted && installed.terms.key_type == Some(key_type));
        let Some(installed) = kept else { return Ok(KeySource::New(key_type)) };
        let file = Entry::in_version(installed.serial, KEY);
        if self.entry.read(&file)?.map(Zeroizing::new).is_none() {
            return Ok(KeySource::New(key_type));
        }
        let public_key = signing_request::public_key(&self.read_key(&file)?);
        Ok(KeySource::Kept { file, public_key, is_own: false })
    }

    /// Whether a certificate with this key was revoked, as far as the entry and the account know.
    pub(crate) fn is_revoked_key(&mut self, public_key: &str) -> Result<bool> {
        if self.journal.revoked_keys.iter().any(|revoked| revoked == public_key) {
            return Ok(true);
        }
        let ids = self.certificates_of_key(public_key)?;
        if ids.is_empty() {
            return Ok(false);
        }
        let account = Account::of(self, self.terms.common_name())?;
        for id in ids {
            let status = match account.get(&id) {
                Some(listed) => listed.is_revoked(),
                None => match self.send(&GetCertificate::new(&id)) {
                    Ok(certificate) => certificate.is_revoked(),
                    Err(error) if is_not_ours(&error) => false,
                    Err(error) => return Err(error),
                },
            };
            if status {
                self.forbid_key(public_key.to_owned())?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Stores that a key must not be used again.
    pub(crate) fn forbid_key(&mut self, public_key: String) -> Result<()> {
        if self.journal.revoked_keys.contains(&public_key) {
            return Ok(());
        }
        self.journal.revoked_keys.push(public_key);
        self.save()
    }

    /// The ids of the certificates that the entry had with a key: those on disk, and those in the journal.
    fn certificates_of_key(&self, public_key: &str) -> Result<Vec<String>> {
        let uses = self.journal.key_uses.iter().filter(|used| used.public_key == public_key);
        let mut ids: Vec<String> = uses.map(|used| used.id.clone()).collect();
        for serial in 1..=self.journal.last_serial {
            if self.public_key_of(serial)?.as_deref() != Some(public_key) {
                continue;
            }
            let installed = self.journal.installed.as_ref().filter(|installed| installed.serial == serial);
            let id = match (installed, self.certificate_id(serial)) {
                (Some(installed), _) => Some(installed.id.clone()),
                (None, Ok(id)) => id,
                (None, Err(error)) => {
                    let message = format!("whether that certificate was revoked cannot be asked ({error})");
                    self.warn(Stage::Key, &message, []);
                    None
                }
            };
            ids.extend(id.filter(|id| !ids.contains(id)));
        }
        Ok(ids)
    }

    /// The key of a version's certificate.
    pub(crate) fn public_key_of(&self, serial: u32) -> Result<Option<String>> {
        let Some(leaf) = self.entry.read(&Entry::in_version(serial, "cert.pem"))? else { return Ok(None) };
        let block = x509_parser::pem::Pem::iter_from_buffer(&leaf).next().and_then(Result::ok);
        let key = block.as_ref().and_then(|block| block.parse_x509().ok());
        Ok(key.map(|certificate| public_key_hash(certificate.public_key().raw)))
    }

    /// Stores which certificates a key was used for, if it is used more than once: their versions are removed some day.
    pub(crate) fn note_key_use(&mut self, serial: u32, id: &str, is_own: bool) -> Result<()> {
        let Some(public_key) = self.public_key_of(serial)? else { return Ok(()) };
        let mut ids = self.certificates_of_key(&public_key)?;
        if ids.iter().all(|known| known == id) && !is_own {
            return Ok(());
        }
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
        self.journal.key_uses.retain(|used| used.public_key != public_key);
        let uses = ids.into_iter().map(|id| KeyUse { public_key: public_key.clone(), id });
        self.journal.key_uses.extend(uses);
        let too_many = self.journal.key_uses.len().saturating_sub(MAX_KEY_USES);
        self.journal.key_uses.drain(..too_many);
        Ok(())
    }
}
