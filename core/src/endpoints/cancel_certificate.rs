//! `cancel_certificate`: cancels an order that is not issued yet.

use super::get_certificate::GetCertificate;
use crate::answers::{SUCCESS, Success};
use crate::context::Context;
use crate::declare::request;
use crate::endpoint::{Endpoint, Repeat};
use crate::error::{Kind, Result};
use crate::operation::Run;
use crate::parameter::Arguments;

request! {
    /// Cancels an order that is a draft or waits for validation. Its place in the quota becomes free.
    pub struct CancelCertificate -> Success {
        required {
            /// The certificate's id.
            id: String = Id;
        }
        optional {}
    }
    OPERATION: cancel_certificate {
        source: "ZeroSSL REST API, Cancel Certificate",
        answer: &SUCCESS,
        run: Run::Steps(cancel),
    }
}

impl CancelCertificate {
    /// Cancels the order with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self::with(id.into())
    }
}

static ENDPOINT: Endpoint = Endpoint::post("/certificates/{id}/cancel").repeat(Repeat::Harmless);

/// A repeated cancel may be refused because the first one worked and only its answer was lost. So the certificate's
/// status decides.
fn cancel(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let delivered = context.deliver(&ENDPOINT, arguments)?;
    match context.read(&delivered, &SUCCESS) {
        Err(refused) if refused.kind() == Kind::Api && delivered.attempts > 1 => {
            let id = arguments.text("id").unwrap_or_default();
            let certificate = context.send(&GetCertificate::new(id))?;
            if certificate.status.as_deref() == Some("cancelled") {
                return Ok(r#"{"success":true}"#.to_owned());
            }
            Err(refused)
        }
        answer => answer,
    }
}
