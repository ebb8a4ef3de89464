//! `download_ca_certificate`: one of the CA's own certificates with its chain, as PEM.

use crate::declare::{answer, request};
use crate::endpoint::Endpoint;
use crate::operation::Run;

request! {
    /// Gets one of the CA's own certificates with its chain, as PEM.
    pub struct DownloadCaCertificate -> CaDownload {
        required {
            /// The id, or the SHA-1 in hex.
            id: String = Id;
        }
        optional {}
    }
    OPERATION: download_ca_certificate {
        source: "ZeroSSL REST API, Download CA Certificate",
        answer: &DOWNLOAD,
        run: Run::Endpoint(Endpoint::get("/ca_certificates/{id}/download/json")),
    }
}

impl DownloadCaCertificate {
    /// By its id (a certificate's `ca_certificate_id`) or its SHA-1 in hex.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

answer! {
    /// A CA certificate and its chain.
    pub struct CaDownload: DOWNLOAD {
        /// The certificate, in PEM.
        certificate: String = Pem.or(&["certificate_intermediate.crt"]).required();
        /// The certificate and its issuers, in PEM.
        bundle: Option<String> = Pem.or(&["bundle_full.crt"]);
        ..extra
    }
}
