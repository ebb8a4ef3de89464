//! `get_ca_certificate`: one of the CA's own certificates.

use crate::declare::{answer, request};
use crate::endpoint::Endpoint;
use crate::operation::Run;
use crate::time::Time;

request! {
    /// Gets one of the CA's own certificates.
    pub struct GetCaCertificate -> CaCertificate {
        required {
            /// The id, or the SHA-1 in hex.
            id: String = Id;
        }
        optional {}
    }
    OPERATION: get_ca_certificate {
        source: "ZeroSSL REST API, Get CA Certificate",
        answer: &CA_CERTIFICATE,
        run: Run::Endpoint(Endpoint::get("/ca_certificates/{id}")),
    }
}

impl GetCaCertificate {
    /// By its id (a certificate's `ca_certificate_id`) or its SHA-1 in hex.
    pub fn new(id: impl Into<String>) -> Self {
        Self::with(id.into())
    }
}

answer! {
    /// A CA certificate.
    pub struct CaCertificate: CA_CERTIFICATE {
        /// Its id.
        id: String = Text.required();
        /// Its SHA-1, in hex.
        hash_sha1: Option<String> = Text;
        /// The certificate, in PEM.
        certificate_intermediate: Option<String> = Pem;
        /// The certificate and its issuers, in PEM.
        bundle_full: Option<String> = Pem;
        /// The key algorithm, such as RSA.
        encryption_algorithm: Option<String> = Text;
        /// When it was added.
        created: Option<Time> = Time;
        /// When it last changed.
        updated: Option<Time> = Time;
        ..extra
    }
}
