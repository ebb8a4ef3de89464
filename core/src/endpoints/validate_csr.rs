//! `validate_csr`: asks the service what it thinks of a CSR. No order is made.

use serde::{Deserialize, Serialize};

use crate::answers::Extra;
use crate::endpoint::{Endpoint, Repeat};
use crate::operation::{Operation, Request, Run};
use crate::parameter::{Parameter, ParameterKind};
use crate::shape::{Field, FieldKind, Shape};

/// Asks the service what it thinks of a CSR. No order is made.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ValidateCsr {
    /// The certificate signing request, PEM.
    pub csr: String,
}

impl ValidateCsr {
    /// This CSR.
    pub fn new(csr: impl Into<String>) -> Self {
        Self { csr: csr.into() }
    }
}

impl Request for ValidateCsr {
    type Answer = CsrCheck;
    const OPERATION: &'static Operation = &OPERATION;
}

/// The service's verdict on a CSR.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CsrCheck {
    /// Whether it would be accepted.
    pub valid: bool,
    /// Why not.
    pub error: Option<String>,
    /// What it holds, such as `2048` and `sigalg=sha256WithRSAEncryption`.
    pub csr_response: Vec<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

pub(crate) static OPERATION: Operation = Operation {
    name: "validate_csr",
    summary: "Asks the service what it thinks of a CSR. No order is made.",
    source: "ZeroSSL REST API, Validate CSR",
    parameters: &[Parameter::required("csr", ParameterKind::Csr, "The certificate signing request, PEM.")],
    answer: &CHECK,
    run: Run::Endpoint(Endpoint::post("/validation/csr").repeat(Repeat::Harmless)),
};

static CHECK: Shape = Shape::new(
    "CsrCheck",
    &[
        Field::new("valid", FieldKind::Flag, "Whether it would be accepted.").required(),
        Field::new("error", FieldKind::Text, "Why not."),
        Field::new(
            "csr_response",
            FieldKind::Lines,
            "What it holds, such as 2048 and sigalg=sha256WithRSAEncryption.",
        )
        .or(&["csrResponse"]),
    ],
);
