//! The certification authority: a root and its intermediates, created at start or when needed, and the
//! certificates that they sign. The keys never leave memory.

use std::net::Ipv4Addr;
use std::sync::{Arc, OnceLock};

use getrandom::SysRng;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DistinguishedName,
    DnType, Error, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA384, RevokedCertParams, SanType, SerialNumber,
};
use rsa::pkcs8::{EncodePrivateKey, SecretDocument};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sha1::{Digest, Sha1};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use crate::rules::csr::Csr;
use crate::rules::names::Name;

pub(crate) struct Authority {
    pub(crate) root_pem: String,
    /// The root, cross-signed by an older one.
    pub(crate) cross_signed_pem: String,
    pub(crate) created: OffsetDateTime,
    root: CertifiedIssuer<'static, KeyPair>,
    ecdsa: Intermediate,
    /// Created when it is first needed: generating an RSA key is slow.
    rsa: OnceLock<Intermediate>,
}

/// An intermediate, which signs certificates for keys of its own kind.
pub(crate) struct Intermediate {
    pub(crate) id: u32,
    pub(crate) pem: String,
    pub(crate) sha1: String,
    pub(crate) key_kind: &'static str,
    signature_algorithm: &'static str,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// An issued certificate.
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Leaf {
    pub(crate) pem: String,
    pub(crate) issuer_pem: String,
    pub(crate) issued: OffsetDateTime,
    pub(crate) fingerprint_sha1: String,
    pub(crate) signature_algorithm: &'static str,
    pub(crate) ca_certificate_id: u32,
}

/// A revoked certificate, with its entry in the revocation list of its intermediate.
pub(crate) struct Revoked {
    pub(crate) ca_certificate_id: u32,
    pub(crate) entry: RevokedCertParams,
}

impl Intermediate {
    fn ecdsa(root: &CertifiedIssuer<'static, KeyPair>) -> Result<Self, Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384)?;
        Self::new(1, "EC", "ecdsa-with-SHA384", ca("Intermediate", Some(0)), key, root)
    }

    fn rsa(root: &CertifiedIssuer<'static, KeyPair>) -> Result<Self, Error> {
        let key = rsa_key().ok_or(Error::KeyGenerationUnavailable)?;
        let key = KeyPair::from_pkcs8_der_and_sign_algo(&key.as_bytes().into(), &PKCS_RSA_SHA384)?;
        Self::new(2, "RSA", "sha384WithRSAEncryption", ca("RSA Intermediate", Some(0)), key, root)
    }

    fn new(
        id: u32,
        key_kind: &'static str,
        signature_algorithm: &'static str,
        profile: CertificateParams,
        key: KeyPair,
        root: &CertifiedIssuer<'static, KeyPair>,
    ) -> Result<Self, Error> {
        let issuer = CertifiedIssuer::signed_by(profile, key, root)?;
        let (pem, sha1) = (issuer.pem(), sha1(issuer.der()));
        Ok(Self { id, pem, sha1, key_kind, signature_algorithm, issuer })
    }

    /// Its revocation list, as PEM.
    fn crl(&self, revoked: &[Revoked], now: OffsetDateTime) -> Result<String, Error> {
        let ours = revoked.iter().filter(|one| one.ca_certificate_id == self.id);
        revocation_list(&self.issuer, ours.map(|one| one.entry.clone()).collect(), now)
    }
}

impl Authority {
    pub(crate) fn new() -> Result<Self, Error> {
        let key = || KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384);
        let old = CertifiedIssuer::self_signed(ca("Old Root", None), key()?)?;
        let root = CertifiedIssuer::self_signed(ca("Root", None), key()?)?;
        let cross_signed = ca("Root", None).signed_by(root.key(), &old)?;
        Ok(Self {
            root_pem: root.pem(),
            cross_signed_pem: cross_signed.pem(),
            created: OffsetDateTime::now_utc(),
            ecdsa: Intermediate::ecdsa(&root)?,
            rsa: OnceLock::new(),
            root,
        })
    }

    pub(crate) fn ecdsa(&self) -> &Intermediate {
        &self.ecdsa
    }

    pub(crate) fn rsa(&self) -> Result<&Intermediate, Error> {
        if let Some(made) = self.rsa.get() {
            return Ok(made);
        }
        let made = Intermediate::rsa(&self.root)?;
        Ok(self.rsa.get_or_init(|| made))
    }

    pub(crate) fn issue(
        &self,
        names: &[Name],
        csr: &Csr,
        serial: SerialNumber,
        issued: OffsetDateTime,
        expires: OffsetDateTime,
    ) -> Result<Leaf, Error> {
        let mut profile = server(names, issued, expires)?;
        profile.serial_number = Some(serial);
        let issuing = if csr.is_rsa {
            profile.key_usages.push(KeyUsagePurpose::KeyEncipherment);
            self.rsa()?
        } else {
            &self.ecdsa
        };
        let certificate = profile.signed_by(&csr.key, &issuing.issuer)?;
        Ok(Leaf {
            pem: certificate.pem(),
            issuer_pem: issuing.pem.clone(),
            issued,
            fingerprint_sha1: sha1(certificate.der()),
            signature_algorithm: issuing.signature_algorithm,
            ca_certificate_id: issuing.id,
        })
    }

    /// The revocation lists of all issuers, as PEM: the intermediates, and the root, which has revoked none.
    pub(crate) fn crls(&self, revoked: &[Revoked], now: OffsetDateTime) -> Result<String, Error> {
        let issuing = [Some(&self.ecdsa), self.rsa.get()];
        let lists = issuing.into_iter().flatten().map(|issuing| issuing.crl(revoked, now));
        lists.chain([revocation_list(&self.root, Vec::new(), now)]).collect()
    }

    /// A TLS acceptor with a certificate for `localhost`, `127.0.0.1` and these names.
    pub(crate) fn tls_acceptor(
        &self,
        more: &[String],
    ) -> Result<TlsAcceptor, Box<dyn std::error::Error + Send + Sync>> {
        let mut names = vec![Name::Domain("localhost".to_owned()), Name::Ip(Ipv4Addr::LOCALHOST.into())];
        for name in more {
            names.push(Name::parse(name).ok_or_else(|| format!("{name:?} is no name for a certificate"))?);
        }
        let key = KeyPair::generate()?;
        let profile = server(&names, self.created, self.created + Duration::days(365))?;
        let certificate = profile.signed_by(&key, &self.ecdsa.issuer)?;
        let chain = vec![certificate.der().clone(), self.ecdsa.issuer.der().clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn revocation_list(
    issuer: &CertifiedIssuer<'static, KeyPair>,
    revoked_certs: Vec<RevokedCertParams>,
    now: OffsetDateTime,
) -> Result<String, Error> {
    let list = CertificateRevocationListParams {
        this_update: now,
        next_update: now.saturating_add(Duration::WEEK),
        crl_number: SerialNumber::from(now.unix_timestamp().unsigned_abs()),
        issuing_distribution_point: None,
        revoked_certs,
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(issuer)?.pem()
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
    const MAX_LENGTH: usize = 64;
    let mut profile = CertificateParams::default();
    profile.distinguished_name = DistinguishedName::new();
    let common_name = names.first().map(ToString::to_string);
    if let Some(name) = common_name.filter(|name| name.len() <= MAX_LENGTH) {
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

/// As PKCS#8.
fn rsa_key() -> Option<SecretDocument> {
    rsa::PrivateKey::new(&mut SysRng, 2048).ok()?.to_pkcs8_der().ok()
}

fn sha1(der: &[u8]) -> String {
    crate::validation::upper_hex(&Sha1::digest(der))
}
