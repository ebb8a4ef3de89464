//! `revoke_certificate`: revokes an issued certificate.

use crate::answers::{SUCCESS, Success};
use crate::declare::request;
use crate::endpoint::{Endpoint, Repeat};
use crate::operation::Run;
use crate::words::words;

words! {
    /// The reason for a revocation (RFC 5280, section 5.3.1), in the service's spelling.
    pub enum Reason {
        /// No reason is given.
        Unspecified = "Unspecified",
        /// The private key is known to somebody else.
        KeyCompromise = "keyCompromise",
        /// The names belong to somebody else now.
        AffiliationChanged = "affiliationChanged",
        /// Another certificate has replaced it.
        Superseded = "Superseded",
        /// The names are no longer used.
        CessationOfOperation = "cessationOfOperation",
    }
}

request! {
    /// Revokes an issued certificate. Its place in the quota stays used.
    pub struct RevokeCertificate -> Success {
        required {
            /// The certificate's id.
            id: String = Id;
        }
        optional {
            /// The reason; `Unspecified` by default.
            reason: Reason = OneOf(Reason::WORDS);
        }
    }
    OPERATION: revoke_certificate {
        source: "ZeroSSL REST API, Revoke Certificate",
        answer: &SUCCESS,
        // Revoking a revoked certificate succeeds.
        run: Run::Endpoint(Endpoint::post("/certificates/{id}/revoke").repeat(Repeat::Harmless)),
    }
}

impl RevokeCertificate {
    /// Revokes the certificate with this id, without a reason.
    pub fn new(id: impl Into<String>) -> Self {
        Self::with(id.into())
    }
}
