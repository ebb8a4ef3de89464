//! Private keys and certificate signing requests (RFC 2986).

use rcgen::string::PrintableString;
use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, PublicKeyData};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateSigningRequestDer, PrivateKeyDer};

use crate::digest;
use crate::error::{Error, Kind, Result};
use crate::key_type::KeyType;
use crate::pem;
use crate::private_key::PrivateKey;
use crate::subject::Subject;

/// Longer names do not fit into a CN (RFC 5280, appendix A.1). They are only in the SAN.
const MAX_CN: usize = 64;

/// Makes a key.
pub(crate) fn new_key(key_type: KeyType) -> Result<PrivateKey> {
    PrivateKey::generate(key_type)
        .ok_or_else(|| Error::new(Kind::Internal, "no key could be made: the system gives no randomness"))
}

/// Reads a key from PEM. It must have the type `key_type` if that is given.
pub(crate) fn read_key(pem: &str, key_type: Option<KeyType>) -> Result<PrivateKey> {
    let refuse = |why: &str| Err(Error::invalid("private_key", why));
    let (label, der) = pem::private_key(pem).map_err(|why| Error::invalid("private_key", why))?;
    let der = match label.as_str() {
        "EC PRIVATE KEY" => PrivateKeyDer::Sec1(der.as_slice().into()),
        "RSA PRIVATE KEY" => PrivateKeyDer::Pkcs1(der.as_slice().into()),
        _ => PrivateKeyDer::Pkcs8(der.as_slice().into()),
    };
    let Some(key) = PrivateKey::from_der(&der) else {
        return refuse(
            "expected a key that ZeroSSL takes: ECDSA on P-256 or P-384 (with the curve's name), or RSA with 2048 to 8192 bits",
        );
    };
    match key_type {
        Some(wanted) if key.key_type() != wanted.as_str() => {
            refuse(&format!("it is of type {}, and `key_type` asks for {wanted}", key.key_type()))
        }
        _ => Ok(key),
    }
}

/// Makes a signing request for these names: the first one as the CN if it fits, all of them in the SAN.
pub(crate) fn make(key: &PrivateKey, names: &[String], subject: &Subject) -> Result<String> {
    let failed = |error: rcgen::Error| Error::new(Kind::Internal, format!("no CSR could be made: {error}"));
    let cn = names.first().filter(|name| name.len() <= MAX_CN).cloned();
    let mut parameters = CertificateParams::new(names.to_vec()).map_err(failed)?;
    parameters.distinguished_name = distinguished_name(subject, cn.as_deref())?;
    parameters.serialize_request(key).and_then(|request| request.pem()).map_err(failed)
}

/// In the usual order: from the country to the CN.
fn distinguished_name(subject: &Subject, cn: Option<&str>) -> Result<DistinguishedName> {
    let mut found = DistinguishedName::new();
    if let Some(country) = subject.country() {
        // As in RFC 5280, appendix A.1. Everything else is UTF-8.
        let country = PrintableString::try_from(country)
            .map_err(|_| Error::invalid("subject.country", "expected two letters such as `US`"))?;
        found.push(DnType::CountryName, DnValue::PrintableString(country));
    }
    let others = [
        (DnType::StateOrProvinceName, subject.state.as_deref()),
        (DnType::LocalityName, subject.locality.as_deref()),
        (DnType::OrganizationName, subject.organization.as_deref()),
        (DnType::OrganizationalUnitName, subject.organizational_unit.as_deref()),
        (DnType::CommonName, cn),
    ];
    for (kind, text) in others {
        if let Some(text) = text {
            found.push(kind, text);
        }
    }
    Ok(found)
}

/// The name of a key in the journal: the hash of its public key.
pub(crate) fn public_key(key: &PrivateKey) -> String {
    digest::sha256(&key.subject_public_key_info())
}

/// The SHA-256 of a signing request's DER in lower-case hex. Empty if it is not PEM.
pub(crate) fn sha256(csr: &str) -> String {
    let Ok(der) = CertificateSigningRequestDer::from_pem_slice(csr.as_bytes()) else { return String::new() };
    digest::sha256(&der)
}
