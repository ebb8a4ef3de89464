//! `resend_verification`: sends the validation mails again.

use crate::answers::{SUCCESS, Success};
use crate::declare::request;
use crate::endpoint::Endpoint;
use crate::operation::Run;

request! {
    /// Sends the validation mails again. The library never repeats this request: each one sends mail.
    pub struct ResendVerification -> Success {
        required {
            /// The certificate's id.
            id: String = Id;
        }
        optional {}
    }
    OPERATION: resend_verification {
        source: "ZeroSSL REST API, Resend Verification Email",
        answer: &SUCCESS,
        run: Run::Endpoint(Endpoint::post("/certificates/{id}/challenges/email")),
    }
}

impl ResendVerification {
    /// For the certificate with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self::with(id.into())
    }
}
