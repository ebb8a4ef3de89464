//! The trusted CAs for the service's certificate.

use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::error::{Error, Result};
use crate::pem;
use crate::settings::{ClientBuilder, Roots};

pub(super) fn config(settings: &ClientBuilder) -> Result<TlsConfig> {
    let roots = match (&settings.ca_file, settings.roots.unwrap_or_default()) {
        (Some(path), _) => read(path)?,
        (None, Roots::Bundled) => RootCerts::WebPki,
        (None, Roots::System) => RootCerts::PlatformVerifier,
    };
    let provider = Arc::new(ring::default_provider());
    Ok(TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build())
}

/// ureq ignores certificates that it cannot read, so all of them are tried here.
fn read(path: &Path) -> Result<RootCerts> {
    let refuse = |why: String| Error::invalid("ca_file", format!("{}: {why}", path.display()));
    let file = std::fs::read(path).map_err(|error| {
        if Error::is_resource(&error) {
            return Error::resource("`ca_file` could not be read", &error);
        }
        refuse(error.to_string())
    })?;
    let mut store = RootCertStore::empty();
    let mut certificates = Vec::new();
    for der in pem::certificates(&pem::text(&file)).map_err(refuse)? {
        store
            .add(CertificateDer::from_slice(&der).into_owned())
            .map_err(|error| refuse(format!("a certificate in it cannot be used ({error})")))?;
        certificates.push(Certificate::from_der(&der).to_owned());
    }
    Ok(RootCerts::Specific(Arc::new(certificates)))
}
