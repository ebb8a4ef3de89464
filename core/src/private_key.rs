//! Private keys: made, read, and used to sign our own requests.
//!
//! Nothing here keeps global state, so a forked child cannot find a lock that its parent had taken. docs/design.md has
//! the measurements.

use std::fmt;

use getrandom::SysRng;
use p256::ecdsa::signature::Signer;
use p256::elliptic_curve::Generate;
use rcgen::{
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm,
    SigningKey,
};
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::pkcs8::{EncodePrivateKey, LineEnding, ObjectIdentifier, PrivateKeyInfoRef};
use rsa::traits::PublicKeyParts;
use rustls::pki_types::PrivateKeyDer;
use sec1::{EcParameters, EcPrivateKey};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::{self, Error, Result};
use crate::key_type::KeyType;

/// The object identifier of ordinary RSA keys (RFC 8017). Keys for RSA-PSS alone have another one.
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// A key that ZeroSSL accepts. It is wiped when it is dropped.
pub(crate) struct PrivateKey {
    kind: Algorithm,
    /// The public key, as in a `SubjectPublicKeyInfo`.
    public: Vec<u8>,
}

enum Algorithm {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Rsa(Box<rsa::PrivateKey>),
}

impl PrivateKey {
    /// Makes a key. None if the system has no randomness.
    pub(crate) fn generate(key_type: KeyType) -> Option<Self> {
        Self::new(match key_type {
            KeyType::EcdsaP384 => Algorithm::P384(p384::ecdsa::SigningKey::try_generate().ok()?),
            KeyType::Rsa2048 => Algorithm::Rsa(Box::new(rsa::PrivateKey::new(&mut SysRng, 2048).ok()?)),
            KeyType::Rsa4096 => Algorithm::Rsa(Box::new(rsa::PrivateKey::new(&mut SysRng, 4096).ok()?)),
            KeyType::EcdsaP256 => Algorithm::P256(p256::ecdsa::SigningKey::try_generate().ok()?),
        })
    }

    /// Reads a key. None if it is damaged, or of a type that ZeroSSL does not accept.
    pub(crate) fn from_der(der: &PrivateKeyDer<'_>) -> Option<Self> {
        Self::new(match der {
            PrivateKeyDer::Pkcs1(der) => rsa(rsa::PrivateKey::from_pkcs1_der(der.secret_pkcs1_der()).ok()?)?,
            PrivateKeyDer::Sec1(der) => {
                return elliptic(&EcPrivateKey::try_from(der.secret_sec1_der()).ok()?);
            }
            PrivateKeyDer::Pkcs8(der) => {
                let info = PrivateKeyInfoRef::try_from(der.secret_pkcs8_der()).ok()?;
                match info.algorithm.oid {
                    p256::elliptic_curve::ALGORITHM_OID => return elliptic_of_pkcs8(&info),
                    RSA_ENCRYPTION => rsa(rsa::PrivateKey::try_from(info).ok()?)?,
                    _ => return None,
                }
            }
            _ => return None,
        })
    }

    fn new(kind: Algorithm) -> Option<Self> {
        let public = match &kind {
            Algorithm::P256(key) => key.verifying_key().to_sec1_bytes().into_vec(),
            Algorithm::P384(key) => key.verifying_key().to_sec1_bytes().into_vec(),
            Algorithm::Rsa(key) => key.as_public_key().to_pkcs1_der().ok()?.into_vec(),
        };
        Some(Self { kind, public })
    }

    /// Its type, as in `generate_csr`. For RSA with the real number of bits.
    pub(crate) fn key_type(&self) -> String {
        match &self.kind {
            Algorithm::P256(_) => "ecdsa-p256".to_owned(),
            Algorithm::P384(_) => "ecdsa-p384".to_owned(),
            Algorithm::Rsa(key) => format!("rsa-{}", key.n().bit_width_vartime()),
        }
    }

    /// The key as PKCS#8 in DER.
    pub(crate) fn to_der(&self) -> Result<Zeroizing<Vec<u8>>> {
        let der = match &self.kind {
            Algorithm::P256(key) => key.to_pkcs8_der(),
            Algorithm::P384(key) => key.to_pkcs8_der(),
            Algorithm::Rsa(key) => key.to_pkcs8_der(),
        };
        let der = der.map_err(|error| {
            Error::new(error::Kind::Internal, format!("the key has no DER form: {error}"))
        })?;
        Ok(der.to_bytes())
    }

    /// The key as PKCS#8 in PEM.
    pub(crate) fn to_pem(&self) -> Result<Zeroizing<String>> {
        let pem = match &self.kind {
            Algorithm::P256(key) => key.to_pkcs8_pem(LineEnding::LF),
            Algorithm::P384(key) => key.to_pkcs8_pem(LineEnding::LF),
            Algorithm::Rsa(key) => key.to_pkcs8_pem(LineEnding::LF),
        };
        pem.map_err(|error| Error::new(error::Kind::Internal, format!("the key has no PEM form: {error}")))
    }
}

/// The curve's name is with the algorithm. If the key has it, too, it is the same.
fn elliptic_of_pkcs8(info: &PrivateKeyInfoRef<'_>) -> Option<PrivateKey> {
    let curve = Some(EcParameters::NamedCurve(info.algorithm.parameters_oid().ok()?));
    let key = EcPrivateKey::try_from(info.private_key.as_bytes()).ok()?;
    let is_same = key.parameters.is_none() || key.parameters == curve;
    is_same.then(|| elliptic(&EcPrivateKey { parameters: curve, ..key }))?
}

/// If the key comes with its public key, that has to be right. It is computed once: nothing else of this is dear.
fn elliptic(given: &EcPrivateKey<'_>) -> Option<PrivateKey> {
    let key = EcPrivateKey { public_key: None, ..given.clone() };
    let p256 = p256::SecretKey::try_from(key.clone()).ok().map(|key| Algorithm::P256(key.into()));
    let p384 = || p384::SecretKey::try_from(key).ok().map(|key| Algorithm::P384(key.into()));
    let key = PrivateKey::new(p256.or_else(p384)?)?;
    let is_right = |public: &[u8]| public == key.public || public == compressed(&key.public);
    given.public_key.is_none_or(is_right).then_some(key)
}

/// A point that is given by x, and by whether y is odd (SEC 1, section 2.3.3).
fn compressed(point: &[u8]) -> Vec<u8> {
    let (x_and_y, is_odd) =
        (point.get(1..).unwrap_or_default(), point.last().is_some_and(|last| last % 2 == 1));
    let x = x_and_y.iter().take(x_and_y.len() / 2);
    std::iter::once(2 + u8::from(is_odd)).chain(x.copied()).collect()
}

fn rsa(key: rsa::PrivateKey) -> Option<Algorithm> {
    matches!(key.n().bit_width_vartime(), 2048..=8192).then(|| Algorithm::Rsa(Box::new(key)))
}

impl PublicKeyData for PrivateKey {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self.kind {
            Algorithm::P256(_) => &PKCS_ECDSA_P256_SHA256,
            Algorithm::P384(_) => &PKCS_ECDSA_P384_SHA384,
            Algorithm::Rsa(_) => &PKCS_RSA_SHA256,
        }
    }
}

impl SigningKey for PrivateKey {
    fn sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, rcgen::Error> {
        match &self.kind {
            Algorithm::P256(key) => {
                let signature = Signer::<p256::ecdsa::DerSignature>::try_sign(key, message);
                signature.map(|signature| signature.as_bytes().to_vec()).ok()
            }
            Algorithm::P384(key) => {
                let signature = Signer::<p384::ecdsa::DerSignature>::try_sign(key, message);
                signature.map(|signature| signature.as_bytes().to_vec()).ok()
            }
            Algorithm::Rsa(key) => key.pkcs1v15_sign::<Sha256>(message).ok(),
        }
        .ok_or(rcgen::Error::RemoteKeyError)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({})", self.key_type())
    }
}

#[cfg(test)]
mod tests;
