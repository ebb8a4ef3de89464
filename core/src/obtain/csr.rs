//! The contents of a CSR: its names, its key, its subject.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustls::pki_types::CertificateSigningRequestDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer;

use crate::digest;
use crate::names;

/// A parsed CSR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Csr {
    pub(crate) common_name: Option<String>,
    /// The CN and the SANs, without duplicates.
    pub(crate) names: Vec<String>,
    pub(crate) public_key: String,
    pub(crate) has_country: bool,
}

impl Csr {
    /// None if it is not a CSR, or is not signed by its own key.
    pub(crate) fn read(pem: &str) -> Option<Self> {
        let der = CertificateSigningRequestDer::from_pem_slice(pem.as_bytes()).ok()?;
        let (_, request) = X509CertificationRequest::from_der(&der).ok()?;
        request.verify_signature().ok()?;
        let info = &request.certification_request_info;
        let common_name = info.subject.iter_common_name().next().and_then(|name| name.as_str().ok());
        let common_name = common_name.map(str::to_owned);
        let mut found = Vec::new();
        for name in common_name.iter().cloned().chain(alternative_names(&request)) {
            let name = names::canonical(&name).into_owned();
            if !found.contains(&name) {
                found.push(name);
            }
        }
        Some(Self {
            common_name,
            names: found,
            public_key: public_key_hash(info.subject_pki.raw),
            has_country: info.subject.iter_country().next().is_some(),
        })
    }
}

fn alternative_names(request: &X509CertificationRequest<'_>) -> Vec<String> {
    let extensions = request.requested_extensions().into_iter().flatten();
    let sans = extensions.filter_map(|extension| match extension {
        ParsedExtension::SubjectAlternativeName(san) => Some(&san.general_names),
        _ => None,
    });
    sans.flatten()
        .map(|name| match name {
            GeneralName::DNSName(name) => (*name).to_owned(),
            GeneralName::IPAddress(octets) => address(octets).unwrap_or_else(|| name.to_string()),
            other => other.to_string(),
        })
        .collect()
}

fn address(octets: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(octets).map(|octets| IpAddr::from(Ipv4Addr::from(octets)));
    let v6 = || <[u8; 16]>::try_from(octets).map(|octets| IpAddr::from(Ipv6Addr::from(octets)));
    v4.or_else(|_| v6()).ok().map(|address| address.to_string())
}

/// The name of a key in the journal: the SHA-256 of its `SubjectPublicKeyInfo` (RFC 5280, section 4.1), in hex.
pub(crate) fn public_key_hash(subject_public_key_info: &[u8]) -> String {
    digest::sha256(subject_public_key_info)
}
