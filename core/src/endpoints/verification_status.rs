//! `verification_status`: the progress of validation by mail.

use std::collections::BTreeMap;

use crate::declare::{answer, request};
use crate::endpoint::Endpoint;
use crate::operation::Run;
use crate::shape::FieldKind;

request! {
    /// Gets the progress of validation by mail. For the other methods, get the certificate.
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
    /// The progress for the certificate with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self::with(id.into())
    }
}

answer! {
    /// The progress of the validation.
    pub struct ValidationProgress: STATUS {
        /// Whether all names are validated.
        validation_completed: Option<bool> = Flag.required();
        /// The progress for each name.
        details: BTreeMap<String, DomainStatus> = Map(&FieldKind::Object(&DOMAIN_STATUS));
        ..extra
    }
}

answer! {
    /// The progress for one name.
    pub struct DomainStatus: DOMAIN_STATUS {
        /// The address that the mail was sent to.
        method: Option<String> = Text;
        /// The status, for example Email Sent.
        status: Option<String> = Text;
        ..extra
    }
}
