//! `get_ca_certificate`: one of the CA's own certificates.

use serde::{Deserialize, Serialize};

use crate::answers::Extra;
use crate::endpoint::Endpoint;
use crate::operation::{Operation, Request, Run};
use crate::parameter::{Parameter, ParameterKind};
use crate::shape::{Field, FieldKind, Shape};
use crate::time::Time;

/// One of the CA's own certificates.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct GetCaCertificate {
    /// Its id, or its SHA-1 in hex.
    pub id: String,
}

impl GetCaCertificate {
    /// By its id (a certificate's `ca_certificate_id`) or its SHA-1 in hex.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

impl Request for GetCaCertificate {
    type Answer = CaCertificate;
    const OPERATION: &'static Operation = &OPERATION;
}

/// A CA certificate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CaCertificate {
    /// Its id.
    pub id: String,
    /// Its SHA-1, in hex.
    pub hash_sha1: Option<String>,
    /// The certificate, PEM.
    pub certificate_intermediate: Option<String>,
    /// It and what is above it, PEM.
    pub bundle_full: Option<String>,
    /// Such as `RSA`.
    pub encryption_algorithm: Option<String>,
    /// When it was added.
    pub created: Option<Time>,
    /// When it last changed.
    pub updated: Option<Time>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

pub(super) const CA_ID: Parameter =
    Parameter::required("id", ParameterKind::Id, "The id, or the SHA-1 in hex.");

pub(crate) static OPERATION: Operation = Operation {
    name: "get_ca_certificate",
    summary: "One of the CA's own certificates.",
    source: "ZeroSSL REST API, Get CA Certificate",
    parameters: &[CA_ID],
    answer: &CA_CERTIFICATE,
    run: Run::Endpoint(Endpoint::get("/ca_certificates/{id}")),
};

pub(super) static CA_CERTIFICATE: Shape = Shape::new(
    "CaCertificate",
    &[
        Field::new("id", FieldKind::Text, "Its id.").required(),
        Field::new("hash_sha1", FieldKind::Text, "Its SHA-1, in hex."),
        Field::new("certificate_intermediate", FieldKind::Pem, "The certificate, PEM."),
        Field::new("bundle_full", FieldKind::Pem, "It and what is above it, PEM."),
        Field::new("encryption_algorithm", FieldKind::Text, "Such as RSA."),
        Field::new("created", FieldKind::Time, "When it was added."),
        Field::new("updated", FieldKind::Time, "When it last changed."),
    ],
);
