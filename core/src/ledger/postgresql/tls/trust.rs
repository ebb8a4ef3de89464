//! Whom a connection trusts.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_parser::oid_registry::{
    OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA256,
    OID_SIG_ECDSA_WITH_SHA384, OID_SIG_ECDSA_WITH_SHA512,
};
use x509_parser::parse_x509_certificate;

use super::mode::Mode;
use crate::error::{Error, Result};
use crate::pem;
use crate::settings::Roots;

/// The CAs.
#[derive(Clone, Debug)]
pub(in crate::ledger::postgresql) enum Trust {
    /// A file of them, and where its name comes from.
    File(PathBuf, &'static str),
    Of(Roots),
}

impl Trust {
    pub(super) fn verifier(
        &self,
        mode: Mode,
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>> {
        if !matches!(mode, Mode::VerifyCa | Mode::VerifyFull) {
            return Ok(Arc::new(Anybody(provider)));
        }
        let refuse =
            |error: &dyn std::fmt::Display| Error::invalid("store", format!("no CA can be used: {error}"));
        let strict: Arc<dyn ServerCertVerifier> = match self {
            Self::Of(Roots::System) => {
                Arc::new(rustls_platform_verifier::Verifier::new(provider).map_err(|error| refuse(&error))?)
            }
            trust => {
                let roots = Arc::new(trust.roots()?);
                WebPkiServerVerifier::builder_with_provider(roots, provider)
                    .build()
                    .map_err(|error| refuse(&error))?
            }
        };
        Ok(if mode == Mode::VerifyCa { Arc::new(AnyName(strict)) } else { strict })
    }

    fn roots(&self) -> Result<RootCertStore> {
        let Self::File(path, source) = self else {
            return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
        };
        let refuse = |why: String| Error::invalid("store", format!("{source}: {}: {why}", path.display()));
        let file = fs::read(path).map_err(|error| refuse(error.to_string()))?;
        let mut roots = RootCertStore::empty();
        for der in pem::certificates(&pem::text(&file)).map_err(refuse)? {
            let certificate = CertificateDer::from_slice(&der).into_owned();
            roots.add(certificate).map_err(|error| refuse(error.to_string()))?;
        }
        Ok(roots)
    }
}

/// Takes every certificate, as PostgreSQL's tools do below `verify-ca`. The server must have its key all the same.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Takes the certificate of another name. The name is looked at last, so everything else was right.
#[derive(Debug)]
struct AnyName(Arc<dyn ServerCertVerifier>);

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.0.verify_server_cert(certificate, chain, name, ocsp, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// The digest of a certificate by the hash of its own signature. None for signatures that have no hash of their own.
pub(super) fn fingerprint(certificate: &[u8]) -> Option<Vec<u8>> {
    let (_, parsed) = parse_x509_certificate(certificate).ok()?;
    let algorithm = &parsed.signature_algorithm.algorithm;
    if [OID_PKCS1_SHA256WITHRSA, OID_SIG_ECDSA_WITH_SHA256].contains(algorithm) {
        Some(Sha256::digest(certificate).to_vec())
    } else if [OID_PKCS1_SHA384WITHRSA, OID_SIG_ECDSA_WITH_SHA384].contains(algorithm) {
        Some(Sha384::digest(certificate).to_vec())
    } else if [OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA512].contains(algorithm) {
        Some(Sha512::digest(certificate).to_vec())
    } else {
        None
    }
}
