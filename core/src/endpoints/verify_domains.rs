//! `verify_domains`: asks the service to look at the file, the record or the mail.

use super::get_certificate::GetCertificate;
use crate::answers::{CERTIFICATE, Certificate};
use crate::context::Context;
use crate::declare::request;
use crate::endpoint::{Endpoint, Repeat};
use crate::error::{Kind, Result, codes};
use crate::json;
use crate::operation::Run;
use crate::parameter::Arguments;
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

request! {
    /// Asks the service to look at the published files or records, or to send its mails. Keep what is published until
    /// the certificate is issued: the service looks again.
    pub struct VerifyDomains -> Certificate {
        required {
            /// The certificate's id.
            id: String = Id;
            /// How control is shown; one method covers the whole order.
            validation_method: ValidationMethod = OneOf(ValidationMethod::WORDS);
        }
        optional {
            /// For EMAIL: one address for each name, out of those that the order lists.
            validation_email: Vec<String> = TextList;
        }
    }
    OPERATION: verify_domains {
        source: "ZeroSSL REST API, Verify Domains",
        answer: &CERTIFICATE,
        run: Run::Steps(verify),
    }
}

impl VerifyDomains {
    /// By file or record. For mail, set `validation_email` too.
    pub fn new(id: impl Into<String>, validation_method: ValidationMethod) -> Self {
        Self::with(id.into(), validation_method)
    }
}

/// A second call by mail would send the mails twice.
fn sends_no_mail(arguments: &Arguments) -> bool {
    arguments.text("validation_method") != Some("EMAIL")
}

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
            let id = arguments.text("id").unwrap_or_default();
            let certificate = context.send(&GetCertificate::new(id))?;
            match certificate.status.as_deref() {
                Some("pending_validation" | "issued") => json::encoded(&certificate),
                _ => Err(refused),
            }
        }
        answer => answer,
    }
}
