//! Checks that the installed files are unchanged. Everything is stored twice in some form.

use std::collections::BTreeMap;

use rcgen::PublicKeyData;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use zeroize::Zeroizing;

use crate::answers::Certificate;
use crate::endpoints::GetCertificate;
use crate::error::{Error, Kind, Result};
use crate::obtain::check::Leaf;
use crate::obtain::events::Stage;
use crate::obtain::session::Session;
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::{CERT, CERTIFICATE, CHAIN, COMBINED, FULLCHAIN, KEY, files};
use crate::obtain::store::journal::Installed;
use crate::signing_request::read_key;

impl Session<'_> {
    /// What is wrong with the files of this version. None if they are intact.
    pub(crate) fn damage(&self, installed: &Installed) -> Result<Option<String>> {
        self.damage_of(installed.serial, installed.terms.by_csr || self.terms.by_csr)
    }

    /// An earlier version, if `current` may lead to it again: it is intact and has not expired, and its key is not known to
    /// be revoked.
    pub(crate) fn way_back(&self, earlier: Option<u32>) -> Result<Option<u32>> {
        let Some(serial) = earlier else { return Ok(None) };
        // A key is not read for this: the copy would have to be wiped.
        let has = |file: &str| self.entry.attributes(&self.entry.path.join(Entry::in_version(serial, file)));
        let by_csr = has(KEY)?.is_none() && has(COMBINED)?.is_none();
        if self.damage_of(serial, by_csr)?.is_some() {
            return Ok(None);
        }
        let leaf = self.entry.read(&Entry::in_version(serial, CERT))?.as_deref().and_then(Leaf::of);
        let is_good = |leaf: &Leaf| {
            leaf.lifetime.not_after > self.now() && !self.journal.revoked_keys.contains(&leaf.public_key)
        };
        Ok(leaf.is_some_and(|leaf| is_good(&leaf)).then_some(serial))
    }

    fn damage_of(&self, serial: u32, by_csr: bool) -> Result<Option<String>> {
        let mut contents = BTreeMap::new();
        for file in files(by_csr) {
            match self.entry.read(&Entry::in_version(serial, file))? {
                Some(content) => contents.insert(*file, Zeroizing::new(content)),
                None => return Ok(Some(format!("{file} is gone"))),
            };
        }
        let of = |file: &str| contents.get(file).map(|content| content.as_slice()).unwrap_or_default();
        Ok(match certificates_of(of(CERT), of(CHAIN), of(FULLCHAIN)) {
            // The caller has the key.
            Ok(_) if by_csr => None,
            Ok(certs) => check_key(of(KEY), of(COMBINED), of(FULLCHAIN), &certs).err(),
            Err(why) => Some(why),
        })
    }

    /// The service's answer for the installed certificate. If the file is missing or damaged, the service is asked
    /// again.
    pub(crate) fn stored_certificate(&self, installed: &Installed) -> Result<Certificate> {
        let name = Entry::in_version(installed.serial, CERTIFICATE);
        let why = match self.entry.read_json(&name) {
            Ok(Some(certificate)) => return Ok(certificate),
            Ok(None) => Error::storage(self.entry.path.join(&name), "it is gone"),
            Err(error) => error,
        };
        self.warn(Stage::Install, &format!("{why}; the service is asked for it"), []);
        let certificate = match self.send(&GetCertificate::new(&installed.id)) {
            Ok(certificate) => certificate,
            Err(error) if error.kind() == Kind::Cancelled => return Err(error),
            Err(error) => return Err(why.and_say(&format!("and the service could not be asked ({error})"))),
        };
        if !self.entry.is_read_only() {
            self.entry.write_json(&name, &certificate)?;
        }
        Ok(certificate)
    }
}

/// Leaf and chain, which must be the same in both forms.
fn certificates_of(
    leaf: &[u8],
    chain: &[u8],
    fullchain: &[u8],
) -> Result<Vec<CertificateDer<'static>>, String> {
    let [leaf] = &certificates(leaf, "cert.pem")?[..] else {
        return Err("cert.pem does not hold one certificate".to_owned());
    };
    let certs = [std::slice::from_ref(leaf), &certificates(chain, "chain.pem")?[..]].concat();
    if certificates(fullchain, "fullchain.pem")? != certs {
        return Err("fullchain.pem is not made of cert.pem and chain.pem".to_owned());
    }
    match X509Certificate::from_der(leaf) {
        Ok(_) => Ok(certs),
        Err(_) => Err("the certificate in cert.pem cannot be read".to_owned()),
    }
}

/// Checks the key, and the file that contains everything.
fn check_key(
    key: &[u8],
    combined: &[u8],
    fullchain: &[u8],
    certs: &[CertificateDer<'_>],
) -> Result<(), String> {
    let spki = |pem: &[u8]| {
        let key = std::str::from_utf8(pem).ok().and_then(|pem| read_key(pem, None).ok())?;
        Some(key.subject_public_key_info())
    };
    let Some(ours) = spki(key) else { return Err(format!("{KEY} holds no key that can be read")) };
    let parsed = certs.first().and_then(|leaf| X509Certificate::from_der(leaf).ok());
    if parsed.is_none_or(|(_, leaf)| leaf.public_key().raw != ours) {
        return Err(format!("cert.pem is for another key than {KEY}"));
    }
    // As we write it; a key is dear to read.
    if combined.strip_prefix(key.trim_ascii_end()).and_then(|rest| rest.strip_prefix(b"\n"))
        == Some(fullchain)
    {
        return Ok(());
    }
    if spki(combined).as_ref() != Some(&ours) || certificates(combined, COMBINED)? != certs {
        return Err(format!("{COMBINED} is not made of {KEY} and fullchain.pem"));
    }
    Ok(())
}

/// All certificates. A block that looks like one and cannot be read is an error.
fn certificates(pem: &[u8], file: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    found.map_err(|_| format!("{file} is no PEM that can be read"))
}
