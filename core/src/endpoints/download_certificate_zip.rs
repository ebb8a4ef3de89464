//! `download_certificate_zip`: the same as a ZIP file.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::download_certificate::{CROSS_SIGNED, is_zip};
use crate::context::Context;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::json;
use crate::operation::{Operation, Request, Run};
use crate::parameter::{Arguments, Parameter};
use crate::shape::{Field, FieldKind, Shape};

/// The issued certificate with its chain, as a ZIP file with `certificate.crt` and `ca_bundle.crt`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DownloadCertificateZip {
    /// The certificate's id.
    pub id: String,
    /// Whether the chain goes on to the cross-signed root.
    pub include_cross_signed: Option<bool>,
}

impl DownloadCertificateZip {
    /// The certificate with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), include_cross_signed: None }
    }
}

impl Request for DownloadCertificateZip {
    type Answer = Zip;
    const OPERATION: &'static Operation = &OPERATION;
}

/// A ZIP file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Zip {
    /// Its bytes; base64 in JSON.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub zip: Vec<u8>,
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    BASE64_STANDARD.decode(String::deserialize(deserializer)?).map_err(de::Error::custom)
}

pub(crate) static OPERATION: Operation = Operation {
    name: "download_certificate_zip",
    summary: "The issued certificate with its chain, as a ZIP file with certificate.crt and ca_bundle.crt.",
    source: "ZeroSSL REST API, Download Certificate (ZIP)",
    parameters: &[Parameter::CERTIFICATE_ID, CROSS_SIGNED],
    answer: &ZIP,
    run: Run::Steps(download),
};

static ZIP: Shape =
    Shape::new("Zip", &[Field::new("zip", FieldKind::Text, "The file's bytes; base64 in JSON.").required()]);

static ENDPOINT: Endpoint = Endpoint::get("/certificates/{id}/download");

/// A failure is JSON with status 200, so the first bytes tell.
fn download(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let delivered = context.deliver(&ENDPOINT, arguments)?;
    if is_zip(&delivered.answer.body) {
        return json::encoded(&Zip { zip: delivered.answer.body });
    }
    // No JSON that the service sends here is an answer.
    context.read(&delivered, &ZIP).and_then(|_| Err(context.unusable(&delivered, Some("it is no ZIP file"))))
}
