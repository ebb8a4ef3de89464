//! `validate_csr`: lets the service check a CSR. Nothing is ordered.

use crate::declare::{answer, request};
use crate::endpoint::{Endpoint, Repeat};
use crate::operation::Run;

request! {
    /// Lets the service check a CSR. Nothing is ordered.
    pub struct ValidateCsr -> CsrCheck {
        required {
            /// The certificate signing request, in PEM.
            csr: String = Csr;
        }
        optional {}
    }
    OPERATION: validate_csr {
        source: "ZeroSSL REST API, Validate CSR",
        answer: &CHECK,
        run: Run::Endpoint(Endpoint::post("/validation/csr").repeat(Repeat::Harmless)),
    }
}

impl ValidateCsr {
    /// Checks this CSR.
    pub fn new(csr: impl Into<String>) -> Self {
        Self::with(csr.into())
    }
}

answer! {
    /// The service's result for a CSR.
    pub struct CsrCheck: CHECK {
        /// Whether the CSR would be accepted.
        valid: bool = Flag.required();
        /// Why it would not be accepted.
        error: Option<String> = Text;
        /// Details of the CSR, such as 2048 and sigalg=sha256WithRSAEncryption.
        csr_response: Vec<String> = Lines.or(&["csrResponse"]);
        ..extra
    }
}
