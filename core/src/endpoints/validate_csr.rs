//! `validate_csr`: asks the service what it thinks of a CSR. No order is made.

use crate::declare::{answer, request};
use crate::endpoint::{Endpoint, Repeat};
use crate::operation::Run;

request! {
    /// Asks the service what it thinks of a CSR. No order is made.
    pub struct ValidateCsr -> CsrCheck {
        required {
            /// The certificate signing request, PEM.
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
    /// This CSR.
    pub fn new(csr: impl Into<String>) -> Self {
        Self::with(csr.into())
    }
}

answer! {
    /// The service's verdict on a CSR.
    pub struct CsrCheck: CHECK {
        /// Whether it would be accepted.
        valid: bool = Flag.required();
        /// Why not.
        error: Option<String> = Text;
        /// What it holds, such as 2048 and sigalg=sha256WithRSAEncryption.
        csr_response: Vec<String> = Lines.or(&["csrResponse"]);
        ..extra
    }
}
