//! `download_certificate`: the issued certificate with its chain, as PEM.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::answers::Extra;
use crate::context::Context;
use crate::declare::{answer, request};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result, codes};
use crate::json;
use crate::operation::Run;
use crate::parameter::Arguments;

request! {
    /// Gets the issued certificate with its chain, as PEM. Right after the status becomes `issued`, the service may
    /// still answer `certificate_not_issued`: try again later.
    pub struct DownloadCertificate -> Download {
        required {
            /// The certificate's id.
            id: String = Id;
        }
        optional {
            /// Whether the chain includes the cross-signed root.
            include_cross_signed: bool = Flag;
        }
    }
    OPERATION: download_certificate {
        source: "ZeroSSL REST API, Download Certificate (inline)",
        answer: &DOWNLOAD,
        run: Run::Steps(download),
    }
}

impl DownloadCertificate {
    /// The certificate with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self::with(id.into())
    }
}

answer! {
    /// A certificate and its chain.
    pub struct Download: DOWNLOAD {
        /// The leaf, in PEM.
        certificate: String = Pem.or(&["certificate.crt"]).required();
        /// The chain without the leaf, in PEM.
        ca_bundle: String = Pem.or(&["ca_bundle.crt"]).required();
        /// The leaf and then the chain: what most servers need.
        fullchain: String = Text;
        ..extra
    }
}

/// The endpoint since April 2026. An older service answers with a ZIP file.
static JSON: Endpoint = Endpoint::get("/certificates/{id}/download/json");
/// The older endpoint, deprecated since then.
static RETURN: Endpoint = Endpoint::get("/certificates/{id}/download/return");

fn download(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let mut delivered = context.deliver(&JSON, arguments)?;
    let mut answer = context.read(&delivered, &DOWNLOAD);
    let is_unknown = |error: &Error| error.is_one_of(&[codes::INVALID_API_FUNCTION, codes::ROUTE_NOT_FOUND]);
    if answer.as_ref().is_err_and(is_unknown) || is_zip(&delivered.answer.body) {
        delivered = context.deliver(&RETURN, arguments)?;
        answer = context.read(&delivered, &DOWNLOAD);
    }
    let Blocks { certificate, ca_bundle, extra, .. } = json::decode(&answer?)?;
    let fullchain = format!("{certificate}{ca_bundle}");
    json::encoded(&Download { certificate, ca_bundle, fullchain, extra })
}

/// The fields that the service sends.
#[derive(Deserialize)]
struct Blocks {
    certificate: String,
    ca_bundle: String,
    /// Made here. If the service ever sends this field, it is ignored.
    #[serde(rename = "fullchain")]
    _fullchain: IgnoredAny,
    #[serde(flatten)]
    extra: Extra,
}

pub(super) fn is_zip(body: &[u8]) -> bool {
    body.starts_with(b"PK\x03\x04")
}
