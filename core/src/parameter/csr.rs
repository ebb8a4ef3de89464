//! A certificate signing request, checked as far as that helps before it is sent.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::error::{Error, Result};

pub(super) fn check(name: &str, pem: &str) -> Result<()> {
    if pem.contains("PRIVATE KEY-----") {
        return Err(Error::invalid(
            name,
            "it holds a private key, which must stay with you; give only the CSR",
        ));
    }
    decode(pem).map(drop).ok_or_else(|| {
        Error::invalid(
            name,
            "expected a certificate signing request in PEM (`-----BEGIN CERTIFICATE REQUEST-----`)",
        )
    })
}

/// The DER bytes of a PEM CSR, either of the two labels in use.
fn decode(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    if !matches!(label, "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST") {
        return None;
    }
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let base64: String = body.split_whitespace().collect();
    BASE64_STANDARD.decode(base64).ok().filter(|der| der.first() == Some(&0x30))
}
