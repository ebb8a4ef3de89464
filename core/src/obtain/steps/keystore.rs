//! The keystore (PKCS#12, RFC 7292): key and chain in one file with a password, for Java and Windows.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use zeroize::Zeroizing;

use crate::digest;
use crate::error::{Error, Kind, Result};
use crate::obtain::session::Session;
use crate::obtain::store::entry::{Entry, PRIVATE};
use crate::obtain::store::files::{FULLCHAIN, KEY, KEYSTORE};
use crate::obtain::store::journal::Installed;

/// In bytes.
const MAX_PASSWORD_FILE: u64 = 4096;

impl Session<'_> {
    /// Whether the password can be read.
    pub(crate) fn prepare_keystore(&self) -> Result<()> {
        self.spec.pkcs12_password_file.as_deref().map_or(Ok(()), |file| read_password(file).map(drop))
    }

    /// Writes the keystore of a version, if one is requested.
    pub(crate) fn write_keystore(&self, serial: u32) -> Result<()> {
        let Some(file) = &self.spec.pkcs12_password_file else { return Ok(()) };
        let password = read_password(file)?;
        let alias = self.terms.common_name();
        let read = |name: &str| -> Result<Zeroizing<String>> {
            Ok(Zeroizing::new(self.entry.read_text(&Entry::in_version(serial, name))?.unwrap_or_default()))
        };
        let key = self.read_key(&Entry::in_version(serial, KEY))?.to_der()?;
        let Some(content) = keystore(alias, &key, &read(FULLCHAIN)?, &password) else {
            return Err(Error::new(Kind::Internal, "key and chain have no PKCS#12 form; please report this"));
        };
        // Whoever could read the one before can read this one.
        let name = Entry::in_version(serial, KEYSTORE);
        let attributes = self.entry.attributes(&self.entry.path.join(&name))?;
        self.entry.write_as(&name, &content, PRIVATE, attributes)
    }

    /// A keystore that is requested later is made for the certificate in use.
    pub(crate) fn complete_keystore(&self, installed: &Installed) -> Result<()> {
        let name = Entry::in_version(installed.serial, KEYSTORE);
        let is_there = self.entry.attributes(&self.entry.path.join(&name))?.is_some();
        if self.spec.pkcs12_password_file.is_none() || is_there {
            return Ok(());
        }
        self.renew_keystore(installed)
    }

    /// Makes the keystore again, with the password as it is now.
    pub(crate) fn renew_keystore(&self, installed: &Installed) -> Result<()> {
        // The key is the caller's. The request in force may be of before the CSR.
        if installed.terms.by_csr {
            return Ok(());
        }
        self.write_keystore(installed.serial)?;
        self.entry.switch(installed.serial, self.spec.layout)
    }
}

/// The first line.
fn read_password(path: &Path) -> Result<Zeroizing<String>> {
    let refuse =
        |why: String| Err(Error::invalid("pkcs12_password_file", format!("{}: {why}", path.display())));
    let mut content = Zeroizing::new(String::new());
    if let Err(error) =
        File::open(path).and_then(|file| file.take(MAX_PASSWORD_FILE).read_to_string(&mut content))
    {
        return refuse(format!("it could not be read ({error})"));
    }
    match content.lines().next() {
        // Java refuses shorter ones.
        Some(password) if password.chars().count() >= 6 => Ok(Zeroizing::new(password.to_owned())),
        _ => refuse("expected a password of at least 6 characters on the first line".to_owned()),
    }
}

fn keystore(alias: &str, key: &[u8], fullchain: &str, password: &str) -> Option<Vec<u8>> {
    let key = PrivateKey::from_der(key).ok()?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(fullchain.as_bytes())
        .map(|found| found.map_err(drop).and_then(|found| Certificate::from_der(&found).map_err(drop)))
        .collect();
    let chain = chain.ok()?;
    // Key and leaf have the same id, as usual its hash.
    let id = digest::sha256_bytes(chain.first()?.as_der()).to_vec();
    let mut store = KeyStore::new();
    store.add_entry(alias, KeyStoreEntry::PrivateKeyChain(PrivateKeyChain::new(id, key, chain)));
    store.writer(password).write().ok()
}
