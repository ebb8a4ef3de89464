//! `download_certificate`: the issued certificate with its chain, as PEM.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::answers::Extra;
use crate::context::Context;
use crate::endpoint::Endpoint;
use crate::error::{Error, Result, codes};
use crate::json;
use crate::operation::{Operation, Request, Run};
use crate::parameter::{Arguments, Parameter, ParameterKind};
use crate::shape::{Field, FieldKind, Shape};

/// The issued certificate with its chain, as PEM.
///
/// Right after `issued` the service may still answer `certificate_not_issued`: try again later.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DownloadCertificate {
    /// The certificate's id.
    pub id: String,
    /// Whether the chain goes on to the cross-signed root.
    pub include_cross_signed: Option<bool>,
}

impl DownloadCertificate {
    /// The certificate with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), include_cross_signed: None }
    }
}

impl Request for DownloadCertificate {
    type Answer = Download;
    const OPERATION: &'static Operation = &OPERATION;
}

/// A certificate and its chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Download {
    /// The leaf, PEM.
    pub certificate: String,
    /// The chain without the leaf, PEM.
    pub ca_bundle: String,
    /// Leaf and chain, the leaf first: what most servers want.
    pub fullchain: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

pub(super) const CROSS_SIGNED: Parameter = Parameter::optional(
    "include_cross_signed",
    ParameterKind::Flag,
    "Whether the chain goes on to the cross-signed root.",
);

pub(crate) static OPERATION: Operation = Operation {
    name: "download_certificate",
    summary: "The issued certificate with its chain, as PEM. Right after `issued` the service may still answer certificate_not_issued: try again later.",
    source: "ZeroSSL REST API, Download Certificate (inline)",
    parameters: &[Parameter::CERTIFICATE_ID, CROSS_SIGNED],
    answer: &DOWNLOAD,
    run: Run::Steps(download),
};

static DOWNLOAD: Shape = Shape::new(
    "Download",
    &[
        Field::new("certificate", FieldKind::Pem, "The leaf, PEM.").or(&["certificate.crt"]).required(),
        Field::new("ca_bundle", FieldKind::Pem, "The chain without the leaf, PEM.")
            .or(&["ca_bundle.crt"])
            .required(),
        Field::new("fullchain", FieldKind::Text, "Leaf and chain, the leaf first: what most servers want."),
    ],
);

/// The method since April 2026; a service that does not know it answers with a ZIP file.
static JSON: Endpoint = Endpoint::get("/certificates/{id}/download/json");
/// The older method, deprecated since.
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

/// What the service sends of it.
#[derive(Deserialize)]
struct Blocks {
    certificate: String,
    ca_bundle: String,
    /// Put together here; should the service ever send one, ours stands.
    #[serde(rename = "fullchain")]
    _fullchain: IgnoredAny,
    #[serde(flatten)]
    extra: Extra,
}

pub(super) fn is_zip(body: &[u8]) -> bool {
    body.starts_with(b"PK\x03\x04")
}
