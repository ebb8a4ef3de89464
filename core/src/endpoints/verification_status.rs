//! `verification_status`: how far validation by mail has come.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answers::Extra;
use crate::endpoint::Endpoint;
use crate::operation::{Operation, Request, Run};
use crate::parameter::Parameter;
use crate::shape::{Field, FieldKind, Shape};

/// How far validation by mail has come. For the other methods ask for the certificate.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct VerificationStatus {
    /// The certificate's id.
    pub id: String,
}

impl VerificationStatus {
    /// Of the certificate with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

impl Request for VerificationStatus {
    type Answer = ValidationProgress;
    const OPERATION: &'static Operation = &OPERATION;
}

/// How far validation has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ValidationProgress {
    /// Whether all names are validated.
    pub validation_completed: Option<bool>,
    /// Each name.
    pub details: BTreeMap<String, DomainStatus>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How far one name has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DomainStatus {
    /// The address that the mail went to.
    pub method: Option<String>,
    /// Such as `Email Sent`.
    pub status: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

pub(crate) static OPERATION: Operation = Operation {
    name: "verification_status",
    summary: "How far validation by mail has come. For the other methods ask for the certificate.",
    source: "ZeroSSL REST API, Verification Status",
    parameters: &[Parameter::CERTIFICATE_ID],
    answer: &STATUS,
    run: Run::Endpoint(Endpoint::get("/certificates/{id}/status")),
};

static STATUS: Shape = Shape::new(
    "ValidationProgress",
    &[
        Field::new("validation_completed", FieldKind::Flag, "Whether all names are validated.").required(),
        Field::new("details", FieldKind::Map(&FieldKind::Object(&DOMAIN_STATUS)), "Each name."),
    ],
);

static DOMAIN_STATUS: Shape = Shape::new(
    "DomainStatus",
    &[
        Field::new("method", FieldKind::Text, "The address that the mail went to."),
        Field::new("status", FieldKind::Text, "Such as Email Sent."),
    ],
);
