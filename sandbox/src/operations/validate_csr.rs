//! Validate CSR.

use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::refusal::{self, Refusal};
use crate::rules::csr::Csr;
use crate::service::Service;

#[derive(Serialize)]
struct Verdict {
    valid: bool,
    error: Option<&'static str>,
    #[serde(rename = "csrResponse", skip_serializing_if = "Option::is_none")]
    csr_response: Option<[String; 2]>,
}

pub(crate) fn answer(_: &Service, call: &Call) -> Result<Answer, Refusal> {
    let pem = call.text("csr").ok_or(refusal::MISSING_CERTIFICATE_CSR)?;
    Answer::json(&match Csr::parse(pem) {
        Ok(csr) => Verdict {
            valid: true,
            error: None,
            csr_response: Some([csr.key_bits.to_string(), format!("sigalg={}", csr.signature)]),
        },
        Err(flaw) => Verdict { valid: false, error: Some(flaw.text()), csr_response: None },
    })
}
