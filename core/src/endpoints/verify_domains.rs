//! `verify_domains`: asks the service to look at the file, the record or the mail.

use serde::Serialize;

use super::get_certificate::GetCertificate;
use crate::answers::{CERTIFICATE, Certificate};
use crate::context::Context;
use crate::endpoint::{Endpoint, Repeat};
use crate::error::{Kind, Result, codes};
use crate::json;
use crate::operation::{Operation, Request, Run};
use crate::parameter::{Arguments, Parameter, ParameterKind};
use crate::words::words;

words! {
    /// How control of the names is shown; one method covers the whole order.
    pub enum ValidationMethod {
        /// A mail with a link to one address for each name.
        Email = "EMAIL",
        /// A CNAME record for each name; the one for wildcards, beside mail.
        Cname = "CNAME_CSR_HASH",
        /// A file for each name over HTTP.
        Http = "HTTP_CSR_HASH",
        /// A file for each name over HTTPS.
        Https = "HTTPS_CSR_HASH",
    }
}

/// Asks the service to look, now that the order's files or records are published.
///
/// Fails with kind `validation` if they were not found; that is often only too early. Keep them until the certificate
/// is issued: the service looks again.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct VerifyDomains {
    /// The certificate's id.
    pub id: String,
    /// How control is shown.
    pub validation_method: ValidationMethod,
    /// For `EMAIL`: one address for each name, out of those that the order lists.
    pub validation_email: Option<Vec<String>>,
}

impl VerifyDomains {
    /// By file or record. For mail, set `validation_email` too.
    pub fn new(id: impl Into<String>, validation_method: ValidationMethod) -> Self {
        Self { id: id.into(), validation_method, validation_email: None }
    }
}

impl Request for VerifyDomains {
    type Answer = Certificate;
    const OPERATION: &'static Operation = &OPERATION;
}

/// A second call by mail would send the mails twice.
fn sends_no_mail(arguments: &Arguments) -> bool {
    arguments.text("validation_method") != Some("EMAIL")
}

pub(crate) static OPERATION: Operation = Operation {
    name: "verify_domains",
    summary: "Asks the service to look at the published files or records, or to send its mails. Keep what is published until the certificate is issued: the service looks again.",
    source: "ZeroSSL REST API, Verify Domains",
    parameters: &[
        Parameter::CERTIFICATE_ID,
        Parameter::required(
            "validation_method",
            ParameterKind::OneOf(ValidationMethod::WORDS),
            "How control is shown; one method covers the whole order.",
        ),
        Parameter::optional(
            "validation_email",
            ParameterKind::TextList,
            "For EMAIL: one address for each name, out of those that the order lists.",
        ),
    ],
    answer: &CERTIFICATE,
    run: Run::Steps(verify),
};

static ENDPOINT: Endpoint =
    Endpoint::post("/certificates/{id}/challenges").repeat(Repeat::When(sends_no_mail));

/// A repeated call may be refused because the first one, whose answer was lost, did its work: the certificate's own
/// status decides.
fn verify(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let delivered = context.deliver(&ENDPOINT, arguments)?;
    match context.read(&delivered, &CERTIFICATE) {
        Err(refused)
            if delivered.attempts > 1
                && (refused.kind() == Kind::Validation
                    || refused.is(&codes::CERTIFICATE_NOT_READY_TO_VALIDATE)) =>
        {
            let id = arguments.text(Parameter::CERTIFICATE_ID.name).unwrap_or_default();
            let certificate = context.send(&GetCertificate::new(id))?;
            match certificate.status.as_deref() {
                Some("pending_validation" | "issued") => json::encoded(&certificate),
                _ => Err(refused),
            }
        }
        answer => answer,
    }
}
