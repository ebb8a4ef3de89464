//! Whom we believe to be the service.

use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::error::{Error, Result};
use crate::settings::{ClientBuilder, Roots};

pub(super) fn config(settings: &ClientBuilder) -> Result<TlsConfig> {
    let roots = match (&settings.ca_file, settings.roots) {
        (Some(path), _) => read(path)?,
        (None, Roots::Bundled) => RootCerts::WebPki,
        (None, Roots::System) => RootCerts::PlatformVerifier,
    };
    let provider = Arc::new(ring::default_provider());
    Ok(TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build())
}

/// ureq passes over certificates that it cannot read, so they are all tried here.
fn read(path: &Path) -> Result<RootCerts> {
    let refuse = |why: String| Error::invalid("ca_file", format!("{}: {why}", path.display()));
    let pem = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let mut store = RootCertStore::empty();
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|_| refuse("it is not PEM".into()))?;
        store
            .add(certificate.clone())
            .map_err(|error| refuse(format!("a certificate in it cannot be used ({error})")))?;
        certificates.push(Certificate::from_der(&certificate).to_owned());
    }
    if certificates.is_empty() {
        return Err(refuse("it holds no certificate in PEM".into()));
    }
    Ok(RootCerts::Specific(Arc::new(certificates)))
}
