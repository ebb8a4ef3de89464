//! The certification authority: a root and an intermediate made at start, and
//! the certificates that they sign. The keys never leave memory.

use std::net::Ipv4Addr;
use std::sync::Arc;

use aws_lc_rs::digest;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, Error,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P384_SHA384, SanType, SerialNumber,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use crate::order::Order;
use crate::rules::names::Name;

pub(crate) struct Authority {
    pub(crate) root_pem: String,
    pub(crate) intermediate_pem: String,
    pub(crate) intermediate_sha1: String,
    /// The root once more, signed by an older one.
    pub(crate) cross_signed_pem: String,
    pub(crate) created: OffsetDateTime,
    intermediate: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate as it was issued.
pub(crate) struct Leaf {
    pub(crate) pem: String,
    pub(crate) fingerprint_sha1: String,
    pub(crate) signature_algorithm: &'static str,
    pub(crate) ca_certificate_id: u32,
}

/// The only intermediate's number.
pub(crate) const CA_CERTIFICATE_ID: u32 = 1;

impl Authority {
    pub(crate) fn new() -> Result<Self, Error> {
        let key = || KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384);
        let old = CertifiedIssuer::self_signed(ca("Old Root", None), key()?)?;
        let root = CertifiedIssuer::self_signed(ca("Root", None), key()?)?;
        let cross_signed = ca("Root", None).signed_by(root.key(), &old)?;
        let intermediate = CertifiedIssuer::signed_by(ca("Intermediate", Some(0)), key()?, &root)?;
        Ok(Self {
            root_pem: root.pem(),
            intermediate_pem: intermediate.pem(),
            intermediate_sha1: sha1(intermediate.der()),
            cross_signed_pem: cross_signed.pem(),
            created: OffsetDateTime::now_utc(),
            intermediate,
        })
    }

    pub(crate) fn issue(
        &self,
        order: &Order,
        issued: OffsetDateTime,
        expires: OffsetDateTime,
    ) -> Result<Leaf, Error> {
        let mut profile = server(&order.names, issued, expires)?;
        profile.serial_number = Some(SerialNumber::from_slice(&order.serial));
        if order.csr.is_rsa {
            profile.key_usages.push(KeyUsagePurpose::KeyEncipherment);
        }
        let certificate = profile.signed_by(&order.csr.key, &self.intermediate)?;
        Ok(Leaf {
            pem: certificate.pem(),
            fingerprint_sha1: sha1(certificate.der()),
            signature_algorithm: "ecdsa-with-SHA384",
            ca_certificate_id: CA_CERTIFICATE_ID,
        })
    }

    /// Serves TLS as `localhost` and `127.0.0.1`.
    pub(crate) fn tls_acceptor(&self) -> Result<TlsAcceptor, Box<dyn std::error::Error + Send + Sync>> {
        let names = [Name::Domain("localhost".to_owned()), Name::Ip(Ipv4Addr::LOCALHOST.into())];
        let key = KeyPair::generate()?;
        let profile = server(&names, self.created, self.created + Duration::days(365))?;
        let certificate = profile.signed_by(&key, &self.intermediate)?;
        let chain = vec![certificate.der().clone(), self.intermediate.der().clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// The profile of a CA certificate.
fn ca(name: &str, path_length: Option<u8>) -> CertificateParams {
    let mut profile = CertificateParams::default();
    profile.distinguished_name = DistinguishedName::new();
    profile.distinguished_name.push(DnType::OrganizationName, "ZeroSSL sandbox, not trusted");
    profile.distinguished_name.push(DnType::CommonName, format!("Sandbox {name}, Not Trusted"));
    // A test may move the clock by years.
    profile.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    profile.not_after = OffsetDateTime::now_utc() + Duration::days(20 * 365);
    profile.is_ca = IsCa::Ca(match path_length {
        Some(length) => BasicConstraints::Constrained(length),
        None => BasicConstraints::Unconstrained,
    });
    profile.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    profile.use_authority_key_identifier_extension = true;
    profile
}

/// The profile of a server's certificate.
fn server(names: &[Name], from: OffsetDateTime, to: OffsetDateTime) -> Result<CertificateParams, Error> {
    /// The longest common name that X.509 allows.
    const LONGEST: usize = 64;
    let mut profile = CertificateParams::default();
    profile.distinguished_name = DistinguishedName::new();
    let common_name = names.first().map(ToString::to_string);
    if let Some(name) = common_name.filter(|name| name.len() <= LONGEST) {
        profile.distinguished_name.push(DnType::CommonName, name);
    }
    for name in names {
        profile.subject_alt_names.push(match name {
            Name::Ip(address) => SanType::IpAddress(*address),
            name => SanType::DnsName(name.to_string().try_into()?),
        });
    }
    profile.not_before = from.replace_time(time::Time::MIDNIGHT);
    profile.not_after = to;
    profile.is_ca = IsCa::ExplicitNoCa;
    profile.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    profile.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    profile.use_authority_key_identifier_extension = true;
    Ok(profile)
}

fn sha1(der: &[u8]) -> String {
    crate::validation::upper_hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der).as_ref())
}
