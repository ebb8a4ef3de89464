//! The rules for certificate signing requests.

use rcgen::SubjectPublicKeyInfo;
use sha2::{Digest, Sha256};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::{
    OID_PKCS1_SHA1WITHRSA, OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA,
    OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384, Oid,
};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;

use crate::refusal::{self, Refusal};
use crate::rules::names::Name;
use crate::rules::pem;

/// A request that can be certified.
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Csr {
    pub(crate) der: Vec<u8>,
    common_name: Option<String>,
    pub(crate) has_country: bool,
    /// Whether all its subject alternative names are DNS names or addresses.
    san_is_plain: bool,
    /// The key, recognized by its own algorithm identifier. The hash of the request's signature does not
    /// determine the curve of the key.
    pub(crate) key: SubjectPublicKeyInfo,
    pub(crate) key_bits: usize,
    pub(crate) is_rsa: bool,
    pub(crate) signature: &'static str,
}

/// Why a request cannot be certified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CsrProblem {
    Undecodable,
    Algorithm,
    Signature,
    KeySize,
}

impl CsrProblem {
    /// The message of the issuing CA, which the service passes on.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Undecodable => "-10 The CSR cannot be decoded!; ",
            Self::Algorithm => "-11 The CSR uses an unsupported algorithm!; ",
            Self::Signature => "-12 The CSR has an invalid signature!; ",
            Self::KeySize => "-13 The CSR uses an unsupported key size!; ",
        }
    }
}

impl Csr {
    pub(crate) fn parse(pem: &str) -> Result<Self, CsrProblem> {
        let der = pem::request(pem).ok_or(CsrProblem::Undecodable)?;
        let (rest, request) =
            X509CertificationRequest::from_der(&der).map_err(|_| CsrProblem::Undecodable)?;
        if !rest.is_empty() {
            return Err(CsrProblem::Undecodable);
        }
        let info = &request.certification_request_info;
        let key = SubjectPublicKeyInfo::from_der(info.subject_pki.raw).map_err(|_| CsrProblem::Algorithm)?;
        let (is_rsa, key_bits) = match info.subject_pki.parsed() {
            Ok(PublicKey::RSA(rsa)) => (true, rsa.key_size()),
            Ok(PublicKey::EC(point)) => (false, point.key_size()),
            _ => return Err(CsrProblem::Algorithm),
        };
        let sizes = if is_rsa { 2048..=8192 } else { 256..=384 };
        if !sizes.contains(&key_bits) {
            return Err(CsrProblem::KeySize);
        }
        let signature = signature_name(&request.signature_algorithm.algorithm)?;
        request.verify_signature().map_err(|_| CsrProblem::Signature)?;
        let mut common_names = info.subject.iter_common_name();
        Ok(Self {
            common_name: common_names.next().and_then(|name| name.as_str().ok()).map(str::to_ascii_lowercase),
            has_country: info
                .subject
                .iter_country()
                .any(|country| !country.as_slice().trim_ascii().is_empty()),
            san_is_plain: san_is_plain(&request),
            key,
            key_bits,
            is_rsa,
            signature,
            der: der.clone(),
        })
    }

    /// Whether the request is one for these names.
    pub(crate) fn suits(&self, asked: &[Name]) -> Result<(), Refusal> {
        /// The longest common name that X.509 allows.
        const MAX_LENGTH: usize = 64;
        let first = asked.first().map(ToString::to_string).unwrap_or_default();
        let is_wildcard = first.starts_with("*.");
        match self.common_name.as_deref().filter(|name| !name.is_empty()) {
            Some(name) if name == first => {}
            Some(name) if name.starts_with("*.") && !is_wildcard => {
                return Err(refusal::CSR_FOR_NON_WILDCARD);
            }
            Some(name) if !name.starts_with("*.") && is_wildcard => {
                return Err(refusal::CSR_FOR_WILDCARD);
            }
            None if first.len() > MAX_LENGTH => {}
            _ => return Err(refusal::CSR_CN_IS_INVALID),
        }
        if self.san_is_plain { Ok(()) } else { Err(refusal::INVALID_SAN) }
    }

    pub(crate) fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }
}

fn san_is_plain(request: &X509CertificationRequest<'_>) -> bool {
    let plain = |name: &GeneralName<'_>| matches!(name, GeneralName::DNSName(_) | GeneralName::IPAddress(_));
    request.requested_extensions().is_none_or(|mut extensions| {
        extensions.all(|extension| match extension {
            ParsedExtension::SubjectAlternativeName(san) => san.general_names.iter().all(plain),
            _ => true,
        })
    })
}

fn signature_name(algorithm: &Oid<'_>) -> Result<&'static str, CsrProblem> {
    let names = [
        (OID_PKCS1_SHA1WITHRSA, "sha1WithRSAEncryption"),
        (OID_PKCS1_SHA256WITHRSA, "sha256WithRSAEncryption"),
        (OID_PKCS1_SHA384WITHRSA, "sha384WithRSAEncryption"),
        (OID_PKCS1_SHA512WITHRSA, "sha512WithRSAEncryption"),
        (OID_SIG_ECDSA_WITH_SHA256, "ecdsa-with-SHA256"),
        (OID_SIG_ECDSA_WITH_SHA384, "ecdsa-with-SHA384"),
    ];
    let name = names.into_iter().find(|(oid, _)| oid == algorithm);
    name.map(|(_, name)| name).ok_or(CsrProblem::Algorithm)
}
