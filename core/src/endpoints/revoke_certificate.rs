//! `revoke_certificate`: takes an issued certificate back.

use serde::Serialize;

use crate::answers::{SUCCESS, Success};
use crate::endpoint::{Endpoint, Repeat};
use crate::operation::{Operation, Request, Run};
use crate::parameter::{Parameter, ParameterKind};
use crate::words::words;

words! {
    /// Why a certificate is revoked (RFC 5280, section 5.3.1); the spelling is the service's.
    pub enum Reason {
        /// No reason is given.
        Unspecified = "Unspecified",
        /// The private key is in other hands.
        KeyCompromise = "keyCompromise",
        /// The names belong to somebody else now.
        AffiliationChanged = "affiliationChanged",
        /// Another certificate took its place.
        Superseded = "Superseded",
        /// The names are no longer used.
        CessationOfOperation = "cessationOfOperation",
    }
}

/// Takes an issued certificate back. Its place in the quota stays taken.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RevokeCertificate {
    /// The certificate's id.
    pub id: String,
    /// Why; `Unspecified` if nothing is said.
    pub reason: Option<Reason>,
}

impl RevokeCertificate {
    /// Without a reason.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), reason: None }
    }
}

impl Request for RevokeCertificate {
    type Answer = Success;
    const OPERATION: &'static Operation = &OPERATION;
}

pub(crate) static OPERATION: Operation = Operation {
    name: "revoke_certificate",
    summary: "Takes an issued certificate back. Its place in the quota stays taken.",
    source: "ZeroSSL REST API, Revoke Certificate",
    parameters: &[
        Parameter::CERTIFICATE_ID,
        Parameter::optional(
            "reason",
            ParameterKind::OneOf(Reason::WORDS),
            "Why; Unspecified if nothing is said.",
        ),
    ],
    answer: &SUCCESS,
    // Revoking what is revoked already succeeds.
    run: Run::Endpoint(Endpoint::post("/certificates/{id}/revoke").repeat(Repeat::Harmless)),
};
