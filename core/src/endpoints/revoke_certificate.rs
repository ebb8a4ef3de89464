//! `revoke_certificate`: takes an issued certificate back.

use crate::answers::{SUCCESS, Success};
use crate::declare::request;
use crate::endpoint::{Endpoint, Repeat};
use crate::operation::Run;
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

request! {
    /// Takes an issued certificate back. Its place in the quota stays taken.
    pub struct RevokeCertificate -> Success {
        required {
            /// The certificate's id.
            id: String = Id;
        }
        optional {
            /// Why; `Unspecified` if nothing is said.
            reason: Reason = OneOf(Reason::WORDS);
        }
    }
    OPERATION: revoke_certificate {
        source: "ZeroSSL REST API, Revoke Certificate",
        answer: &SUCCESS,
        // Revoking what is revoked already succeeds.
        run: Run::Endpoint(Endpoint::post("/certificates/{id}/revoke").repeat(Repeat::Harmless)),
    }
}

impl RevokeCertificate {
    /// Without a reason.
    pub fn new(id: impl Into<String>) -> Self {
        Self::with(id.into())
    }
}
