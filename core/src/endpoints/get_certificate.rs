//! `get_certificate`: one certificate of the account, as it stands.

use serde::Serialize;

use crate::answers::{CERTIFICATE, Certificate};
use crate::endpoint::Endpoint;
use crate::operation::{Operation, Request, Run};
use crate::parameter::Parameter;

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

pub(crate) static OPERATION: Operation = Operation {
    name: "get_certificate",
    summary: "One certificate of the account, as it stands.",
    source: "ZeroSSL REST API, Get Certificate",
    parameters: &[Parameter::CERTIFICATE_ID],
    answer: &CERTIFICATE,
    run: Run::Endpoint(Endpoint::get("/certificates/{id}")),
};
