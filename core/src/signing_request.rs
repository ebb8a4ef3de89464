//! Private keys and certificate signing requests (RFC 2986).

use rcgen::string::PrintableString;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, DnValue, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384,
    PKCS_RSA_SHA256, PublicKeyData, RsaKeySize, SignatureAlgorithm,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateSigningRequestDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::error::{Error, Kind, Result};
use crate::operations::Subject;

/// Longer names do not fit a CN (RFC 5280, appendix A.1); they stand in the SAN alone.
const LONGEST_CN: usize = 64;

/// Makes a key; `key_type` is one of the words of `generate_csr`.
pub(crate) fn new_key(key_type: &str) -> Result<Zeroizing<KeyPair>> {
    let key = match key_type {
        "ecdsa-p384" => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
        "rsa-2048" => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
        "rsa-4096" => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_4096),
        _ => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
    };
    key.map(Zeroizing::new)
        .map_err(|error| Error::new(Kind::Internal, format!("no key could be made: {error}")))
}

/// Reads a key from PEM; it must be of `key_type` where that is given.
pub(crate) fn read_key(pem: &str, key_type: Option<&str>) -> Result<Zeroizing<KeyPair>> {
    let refuse = |why: &str| Err(Error::invalid("private_key", why));
    if pem.contains("ENCRYPTED") {
        return refuse("it is encrypted; decrypt it first");
    }
    let Ok(der) = PrivateKeyDer::from_pem_slice(pem.as_bytes()) else {
        return refuse("expected a private key in PEM, as PKCS#8, SEC1 or PKCS#1");
    };
    let Ok(key) = KeyPair::try_from(&der) else {
        return refuse(
            "expected a key that ZeroSSL takes: ECDSA on P-256 or P-384, or RSA with 2048 to 8192 bits",
        );
    };
    let key = Zeroizing::new(key);
    let Some(found) = type_of(&key) else {
        return refuse(
            "expected a key that ZeroSSL takes: ECDSA on P-256 or P-384, or RSA with at least 2048 bits",
        );
    };
    match key_type {
        Some(wanted) if wanted != found => {
            refuse(&format!("it is of type {found}, and `key_type` asks for {wanted}"))
        }
        _ => Ok(key),
    }
}

/// The word for the type of a key, as in `key_type`; also of sizes that are not made here.
pub(crate) fn type_of(key: &KeyPair) -> Option<String> {
    let is = |algorithm: &'static SignatureAlgorithm| key.algorithm() == algorithm;
    if is(&PKCS_ECDSA_P256_SHA256) {
        Some("ecdsa-p256".to_owned())
    } else if is(&PKCS_ECDSA_P384_SHA384) {
        Some("ecdsa-p384".to_owned())
    } else if is(&PKCS_RSA_SHA256) {
        rsa_bits(key.der_bytes()).filter(|bits| *bits >= 2048).map(|bits| format!("rsa-{bits}"))
    } else {
        None
    }
}

/// The size of the modulus in an RSAPublicKey (RFC 8017, appendix A.1.1): a sequence that begins with it.
fn rsa_bits(public_key: &[u8]) -> Option<usize> {
    let (sequence, _) = contents(public_key, 0x30)?;
    let (modulus, _) = contents(sequence, 0x02)?;
    let modulus = &modulus[modulus.iter().position(|byte| *byte != 0)?..];
    Some(modulus.len() * 8 - modulus.first()?.leading_zeros() as usize)
}

/// The contents of a DER element with this tag, and what follows it.
fn contents(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, length], rest) = der.split_first_chunk()?;
    let (length, rest) = match length {
        0..0x80 => (length.into(), rest),
        _ => {
            let (length, rest) = rest.split_at_checked(usize::from(length & 0x7F))?;
            (
                length
                    .iter()
                    .try_fold(0_usize, |sum, byte| Some(sum.checked_mul(256)? + usize::from(*byte)))?,
                rest,
            )
        }
    };
    rest.split_at_checked(length).filter(|_| found == tag)
}

/// Makes a signing request for these names: the first as the CN where it fits, all in the SAN.
pub(crate) fn make(key: &KeyPair, names: &[&str], subject: &Subject) -> Result<String> {
    let failed = |error: rcgen::Error| Error::new(Kind::Internal, format!("no CSR could be made: {error}"));
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let cn = names.first().filter(|name| name.len() <= LONGEST_CN).cloned();
    let mut parameters = CertificateParams::new(names).map_err(failed)?;
    parameters.distinguished_name = distinguished_name(subject, cn)?;
    parameters.serialize_request(key).and_then(|request| request.pem()).map_err(failed)
}

/// In the usual order: from the country down to the CN.
fn distinguished_name(subject: &Subject, cn: Option<String>) -> Result<DistinguishedName> {
    let mut found = DistinguishedName::new();
    if let Some(country) = subject.country() {
        // As RFC 5280, appendix A.1, has it; everything else is UTF-8.
        let country = PrintableString::try_from(country)
            .map_err(|_| Error::invalid("subject.country", "expected two letters such as `US`"))?;
        found.push(DnType::CountryName, DnValue::PrintableString(country));
    }
    let others = [
        (DnType::StateOrProvinceName, &subject.state),
        (DnType::LocalityName, &subject.locality),
        (DnType::OrganizationName, &subject.organization),
        (DnType::OrganizationalUnitName, &subject.organizational_unit),
        (DnType::CommonName, &cn),
    ];
    for (kind, text) in others {
        if let Some(text) = text.as_deref().filter(|text| !text.is_empty()) {
            found.push(kind, text);
        }
    }
    Ok(found)
}

/// How a key is named: the hash of its public half.
pub(crate) fn public_key(key: &KeyPair) -> String {
    sha256_of(&key.subject_public_key_info())
}

/// The SHA-256 of a signing request's DER in lower-case hex; nothing for what is no PEM.
pub(crate) fn sha256(csr: &str) -> String {
    let Ok(der) = CertificateSigningRequestDer::from_pem_slice(csr.as_bytes()) else { return String::new() };
    sha256_of(&der)
}

pub(crate) fn sha256_of(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
