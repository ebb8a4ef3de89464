//! `download_ca_certificate`: one of the CA's own certificates with its chain, as PEM.

use serde::{Deserialize, Serialize};

use super::get_ca_certificate::CA_ID;
use crate::answers::Extra;
use crate::endpoint::Endpoint;
use crate::operation::{Operation, Request, Run};
use crate::shape::{Field, FieldKind, Shape};

/// One of the CA's own certificates with its chain, as PEM.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DownloadCaCertificate {
    /// Its id, or its SHA-1 in hex.
    pub id: String,
}

impl DownloadCaCertificate {
    /// By its id (a certificate's `ca_certificate_id`) or its SHA-1 in hex.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

impl Request for DownloadCaCertificate {
    type Answer = CaDownload;
    const OPERATION: &'static Operation = &OPERATION;
}

/// A CA certificate and its chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CaDownload {
    /// The certificate, PEM.
    pub certificate: String,
    /// It and what is above it, PEM.
    pub bundle: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

pub(crate) static OPERATION: Operation = Operation {
    name: "download_ca_certificate",
    summary: "One of the CA's own certificates with its chain, as PEM.",
    source: "ZeroSSL REST API, Download CA Certificate",
    parameters: &[CA_ID],
    answer: &DOWNLOAD,
    run: Run::Endpoint(Endpoint::get("/ca_certificates/{id}/download/json")),
};

static DOWNLOAD: Shape = Shape::new(
    "CaDownload",
    &[
        Field::new("certificate", FieldKind::Pem, "The certificate, PEM.")
            .or(&["certificate_intermediate.crt"])
            .required(),
        Field::new("bundle", FieldKind::Pem, "It and what is above it, PEM.").or(&["bundle_full.crt"]),
    ],
);
