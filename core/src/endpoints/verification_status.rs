//! `verification_status`: how far validation by mail has come.

use std::collections::BTreeMap;

use crate::declare::{answer, request};
use crate::endpoint::Endpoint;
use crate::operation::Run;
use crate::shape::FieldKind;

request! {
    /// Asks how far validation by mail has come. For the other methods ask for the certificate.
    pub struct VerificationStatus -> ValidationProgress {
        required {
            /// The certificate's id.
            id: String = Id;
        }
        optional {}
    }
    OPERATION: verification_status {
        source: "ZeroSSL REST API, Verification Status",
        answer: &STATUS,
        run: Run::Endpoint(Endpoint::get("/certificates/{id}/status")),
    }
}

impl VerificationStatus {
    /// Of the certificate with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self::with(id.into())
    }
}

answer! {
    /// How far validation has come.
    pub struct ValidationProgress: STATUS {
        /// Whether all names are validated.
        validation_completed: Option<bool> = Flag.required();
        /// Each name.
        details: BTreeMap<String, DomainStatus> = Map(&FieldKind::Object(&DOMAIN_STATUS));
        ..extra
    }
}

answer! {
    /// How far one name has come.
    pub struct DomainStatus: DOMAIN_STATUS {
        /// The address that the mail went to.
        method: Option<String> = Text;
        /// Such as Email Sent.
        status: Option<String> = Text;
        ..extra
    }
}
