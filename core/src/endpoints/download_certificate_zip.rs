//! `download_certificate_zip`: the issued certificate with its chain, as a ZIP file.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer, Serializer, de};

use super::download_certificate::is_zip;
use crate::context::Context;
use crate::declare::{answer, request};
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::json;
use crate::operation::Run;
use crate::parameter::Arguments;

request! {
    /// Gets the issued certificate and its chain, as a ZIP file: `certificate.crt` and `ca_bundle.crt`.
    pub struct DownloadCertificateZip -> Zip {
        required {
            /// The certificate's id.
            id: String = Id;
        }
        optional {
            /// Whether the chain includes the cross-signed root.
            include_cross_signed: bool = Flag;
        }
    }
    OPERATION: download_certificate_zip {
        source: "ZeroSSL REST API, Download Certificate (ZIP)",
        answer: &ZIP,
        run: Run::Steps(download),
    }
}

impl DownloadCertificateZip {
    /// The certificate with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self::with(id.into())
    }
}

answer! {
    /// A ZIP file.
    #[derive(Eq)]
    pub struct Zip: ZIP {
        /// The file's bytes; base64 in JSON.
        #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
        zip: Vec<u8> = Text.required();
    }
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    BASE64_STANDARD.decode(String::deserialize(deserializer)?).map_err(de::Error::custom)
}

static ENDPOINT: Endpoint = Endpoint::get("/certificates/{id}/download");

/// A failure is JSON with status 200, so the first bytes decide.
fn download(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let delivered = context.deliver(&ENDPOINT, arguments)?;
    if is_zip(&delivered.answer.body) {
        return json::encoded(&Zip { zip: delivered.answer.body });
    }
    // The service never sends JSON as a successful answer here.
    context.read(&delivered, &ZIP).and_then(|_| Err(context.unusable(&delivered, Some("it is no ZIP file"))))
}
