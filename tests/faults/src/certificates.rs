//! The certificates of the servers: a good one, and what can be wrong with one.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::table::Certificate;

type Ca = CertifiedIssuer<'static, KeyPair>;

/// The CA that clients trust, and one that they do not.
#[derive(Debug)]
pub(crate) struct Authorities {
    known: Ca,
    unknown: Ca,
}

impl Authorities {
    pub(crate) fn new() -> Self {
        Self { known: authority("known"), unknown: authority("unknown") }
    }

    pub(crate) fn root_pem(&self) -> String {
        self.known.pem()
    }

    /// The TLS of a server with this certificate.
    pub(crate) fn server(&self, certificate: Certificate) -> Arc<ServerConfig> {
        let host = if certificate == Certificate::WrongName { "other.example.com" } else { "127.0.0.1" };
        let mut params = CertificateParams::new([host.to_owned()]).expect("a name");
        let purpose = match certificate {
            Certificate::WrongPurpose => ExtendedKeyUsagePurpose::ClientAuth,
            _ => ExtendedKeyUsagePurpose::ServerAuth,
        };
        params.extended_key_usages = vec![purpose];
        match certificate {
            Certificate::Expired => params.not_after = date_time_ymd(2020, 1, 1),
            Certificate::NotYetValid => params.not_before = date_time_ymd(3000, 1, 1),
            _ => {}
        }
        let key = KeyPair::generate().expect("a key");
        let signed = match certificate {
            Certificate::SelfSigned => params.self_signed(&key),
            Certificate::UnknownCa => params.signed_by(&key, &self.unknown),
            _ => params.signed_by(&key, &self.known),
        };
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("the versions").with_no_client_auth();
        let chain = vec![signed.expect("a certificate").der().clone()];
        Arc::new(config.with_single_cert(chain, key).expect("key and certificate"))
    }
}

fn authority(name: &str) -> Ca {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("a CA")
}
