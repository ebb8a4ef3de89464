//! `get_certificate`: one certificate of the account, as it stands.

use serde::Serialize;

use super::CERTIFICATE_ID;
use crate::answers::{CERTIFICATE, Certificate};
use crate::operation::{Endpoint, Operation, Request, Run};

/// One certificate of the account, as it stands.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct GetCertificate {
    /// The certificate's id.
    pub id: String,
}

impl GetCertificate {
    /// The certificate with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

impl Request for GetCertificate {
    type Answer = Certificate;
    const OPERATION: &'static Operation = &OPERATION;
}

pub(super) static OPERATION: Operation = Operation {
    name: "get_certificate",
    summary: "One certificate of the account, as it stands.",
    source: "ZeroSSL REST API, Get Certificate",
    parameters: &[CERTIFICATE_ID],
    answer: &CERTIFICATE,
    run: Run::Endpoint(Endpoint::get("/certificates/{id}")),
};
