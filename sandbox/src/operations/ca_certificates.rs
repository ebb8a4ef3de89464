//! The CA's own certificates: list, get and download.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::answer::Answer;
use crate::authority::{Authority, Intermediate};
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

/// Cursors are opaque to clients. Here a cursor is the number of entries shown so far.
pub(crate) fn list(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    /// The largest page size.
    const MAX_LIMIT: usize = 100;
    let all = all(service)?;
    let number = |name| call.text(name).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").filter(|limit| *limit > 0).unwrap_or(MAX_LIMIT).min(MAX_LIMIT);
    let from = match call.text("cursor") {
        None => 0,
        Some(cursor) => parse_cursor(cursor).unwrap_or(all.len()).min(all.len()),
    };
    let to = all.len().min(from + limit);
    let page = Page {
        next_cursor: (to < all.len()).then(|| cursor(to)),
        prev_cursor: (from > 0).then(|| cursor(from.saturating_sub(limit))),
        data: all.into_iter().skip(from).take(limit).collect(),
    };
    Answer::json(&page)
}

fn cursor(shown: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("after:{shown}"))
}

fn parse_cursor(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("after:")?.parse().ok()
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
    let is_it = |certificate: &CaCertificate| {
        id == certificate.id.to_string() || certificate.hash_sha1.eq_ignore_ascii_case(id)
    };
    all(service)?.into_iter().find(is_it).ok_or(refusal::CERTIFICATE_NOT_FOUND)
}

fn all(service: &Service) -> Result<Vec<CaCertificate>, Refusal> {
    let authority = &service.authority;
    let rsa = authority.rsa().map_err(|_| refusal::INTERNAL_SERVER_ERROR)?;
    Ok([authority.ecdsa(), rsa].map(|issuing| certificate(authority, issuing)).into())
}

fn certificate(authority: &Authority, issuing: &Intermediate) -> CaCertificate {
    CaCertificate {
        id: issuing.id,
        hash_sha1: issuing.sha1.clone(),
        certificate_intermediate: issuing.pem.clone(),
        bundle_full: issuing.pem.clone() + &authority.root_pem,
        encryption_algorithm: issuing.key_kind,
        created: stamp(authority.created),
        updated: stamp(authority.created),
    }
}
