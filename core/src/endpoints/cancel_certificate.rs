//! `cancel_certificate`: gives up an order that is not issued yet.

use serde::Serialize;

use super::get_certificate::GetCertificate;
use crate::answers::{SUCCESS, Success};
use crate::context::Context;
use crate::endpoint::{Endpoint, Repeat};
use crate::error::{Kind, Result};
use crate::operation::{Operation, Request, Run};
use crate::parameter::{Arguments, Parameter};

/// Gives up an order that is a draft or waits for validation; its place in the quota becomes free.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct CancelCertificate {
    /// The certificate's id.
    pub id: String,
}

impl CancelCertificate {
    /// The order with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

impl Request for CancelCertificate {
    type Answer = Success;
    const OPERATION: &'static Operation = &OPERATION;
}

pub(crate) static OPERATION: Operation = Operation {
    name: "cancel_certificate",
    summary: "Gives up an order that is a draft or waits for validation; its place in the quota becomes free.",
    source: "ZeroSSL REST API, Cancel Certificate",
    parameters: &[Parameter::CERTIFICATE_ID],
    answer: &SUCCESS,
    run: Run::Steps(cancel),
};

static ENDPOINT: Endpoint = Endpoint::post("/certificates/{id}/cancel").repeat(Repeat::Harmless);

/// A repeated cancel may be refused because the first one, whose answer was lost, did its work: the certificate's own
/// status decides.
fn cancel(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let delivered = context.deliver(&ENDPOINT, arguments)?;
    match context.read(&delivered, &SUCCESS) {
        Err(refused) if refused.kind() == Kind::Api && delivered.attempts > 1 => {
            let id = arguments.text(Parameter::CERTIFICATE_ID.name).unwrap_or_default();
            let certificate = context.send(&GetCertificate::new(id))?;
            if certificate.status.as_deref() == Some("cancelled") {
                return Ok(r#"{"success":true}"#.to_owned());
            }
            Err(refused)
        }
        answer => answer,
    }
}
