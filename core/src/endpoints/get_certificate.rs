//! `get_certificate`: one certificate of the account, with its current state.

use crate::answers::{CERTIFICATE, Certificate};
use crate::declare::request;
use crate::endpoint::Endpoint;
use crate::operation::Run;

request! {
    /// Gets a certificate with its current state.
    pub struct GetCertificate -> Certificate {
        required {
            /// The certificate's id.
            id: String = Id;
        }
        optional {}
    }
    OPERATION: get_certificate {
        source: "ZeroSSL REST API, Get Certificate",
        answer: &CERTIFICATE,
        run: Run::Endpoint(Endpoint::get("/certificates/{id}")),
    }
}

impl GetCertificate {
    /// The certificate with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self::with(id.into())
    }
}
