//! The CA's own certificates: list, get and download.

use serde::Serialize;

use crate::answer::Answer;
use crate::authority::{Authority, CA_CERTIFICATE_ID};
use crate::call::Call;
use crate::clock::stamp;
use crate::operations::bundle::Bundle;
use crate::refusal::{self, Refusal};
use crate::service::Service;

#[derive(Serialize)]
struct CaCertificate {
    id: u32,
    hash_sha1: String,
    certificate_intermediate: String,
    bundle_full: String,
    encryption_algorithm: &'static str,
    created: String,
    updated: String,
}

#[derive(Serialize)]
struct Page {
    data: Vec<CaCertificate>,
    next_cursor: Option<String>,
    prev_cursor: Option<String>,
}

pub(crate) fn list(service: &Service, _: &Call) -> Result<Answer, Refusal> {
    // One is all there is, so no page has a neighbour.
    Answer::json(&Page { data: vec![certificate(&service.authority)], next_cursor: None, prev_cursor: None })
}

pub(crate) fn get(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    Answer::json(&find(service, &call.id)?)
}

pub(crate) fn download(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let certificate = find(service, &call.id)?;
    let bundle = Bundle {
        certificate: ("certificate_intermediate.crt", certificate.certificate_intermediate),
        chain: ("bundle_full.crt", certificate.bundle_full),
    };
    bundle.answer(call.format.as_deref())
}

/// By number or by SHA-1 hash.
fn find(service: &Service, id: &str) -> Result<CaCertificate, Refusal> {
    let certificate = certificate(&service.authority);
    let is_it = id == certificate.id.to_string() || certificate.hash_sha1.eq_ignore_ascii_case(id);
    is_it.then_some(certificate).ok_or(refusal::CERTIFICATE_NOT_FOUND)
}

fn certificate(authority: &Authority) -> CaCertificate {
    CaCertificate {
        id: CA_CERTIFICATE_ID,
        hash_sha1: authority.intermediate_sha1.clone(),
        certificate_intermediate: authority.intermediate_pem.clone(),
        bundle_full: authority.intermediate_pem.clone() + &authority.root_pem,
        encryption_algorithm: "EC",
        created: stamp(authority.created),
        updated: stamp(authority.created),
    }
}
