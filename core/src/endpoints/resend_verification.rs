//! `resend_verification`: sends the validation mails again.

use serde::Serialize;

use crate::answers::{SUCCESS, Success};
use crate::endpoint::Endpoint;
use crate::operation::{Operation, Request, Run};
use crate::parameter::Parameter;

/// Sends the validation mails again. Never repeated by us: each call sends mail.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ResendVerification {
    /// The certificate's id.
    pub id: String,
}

impl ResendVerification {
    /// For the certificate with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

impl Request for ResendVerification {
    type Answer = Success;
    const OPERATION: &'static Operation = &OPERATION;
}

pub(crate) static OPERATION: Operation = Operation {
    name: "resend_verification",
    summary: "Sends the validation mails again. Never repeated by us: each call sends mail.",
    source: "ZeroSSL REST API, Resend Verification Email",
    parameters: &[Parameter::CERTIFICATE_ID],
    answer: &SUCCESS,
    run: Run::Endpoint(Endpoint::post("/certificates/{id}/challenges/email")),
};
