//! `verify_domains`: asks the service to check the files or records, or to send its mails.

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
    /// How control of the names is proved. One method is used for the whole order.
    pub enum ValidationMethod {
        /// A mail with a link, to one address per name.
        Email = "EMAIL",
        /// A CNAME record for each name. Wildcards need this method or mail.
        Cname = "CNAME_CSR_HASH",
        /// A file for each name, over HTTP.
        Http = "HTTP_CSR_HASH",
        /// A file for each name, over HTTPS.
        Https = "HTTPS_CSR_HASH",
    }
}

request! {
    /// Asks the service to check the published files or records, or to send its mails. Keep everything published until
    /// the certificate is issued: the service checks again.
    pub struct VerifyDomains -> Certificate {
        required {
            /// The certificate's id.
            id: String = Id;
            /// How control is proved. One method is used for the whole order.
            validation_method: ValidationMethod = OneOf(ValidationMethod::WORDS);
        }
        optional {
            /// For EMAIL: one address per name, from the addresses that the order lists.
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
    /// Validation by file or record. For mail, also set `validation_email`.
    pub fn new(id: impl Into<String>, validation_method: ValidationMethod) -> Self {
        Self::with(id.into(), validation_method)
    }
}

/// A second request by mail would send the mails twice.
fn sends_no_mail(arguments: &Arguments) -> bool {
    arguments.text("validation_method") != Some("EMAIL")
}

static ENDPOINT: Endpoint =
    Endpoint::post("/certificates/{id}/challenges").repeat(Repeat::When(sends_no_mail));

/// A repeated request may be refused because the first one worked and only its answer was lost. So the certificate's
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
