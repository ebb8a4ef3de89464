//! `list_ca_certificates`: a page of the CA's own certificates.

use serde::{Deserialize, Serialize};

use super::get_ca_certificate::{CA_CERTIFICATE, CaCertificate};
use crate::answers::Extra;
use crate::endpoint::Endpoint;
use crate::operation::{Operation, Request, Run};
use crate::parameter::{Parameter, ParameterKind};
use crate::shape::{Field, FieldKind, Shape};

/// A page of the CA's own certificates.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct ListCaCertificates {
    /// How many on a page, 100 at most.
    pub limit: Option<u64>,
    /// `next_cursor` or `prev_cursor` of another page.
    pub cursor: Option<String>,
}

impl Request for ListCaCertificates {
    type Answer = CaCertificateList;
    const OPERATION: &'static Operation = &OPERATION;
}

/// A page of CA certificates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CaCertificateList {
    /// The certificates.
    pub data: Vec<CaCertificate>,
    /// Leads to the page after this one.
    pub next_cursor: Option<String>,
    /// Leads to the page before this one.
    pub prev_cursor: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

pub(crate) static OPERATION: Operation = Operation {
    name: "list_ca_certificates",
    summary: "A page of the CA's own certificates.",
    source: "ZeroSSL REST API, List CA Certificates",
    parameters: &[
        Parameter::optional("limit", ParameterKind::Integer(1, 100), "How many on a page, 100 at most."),
        Parameter::optional("cursor", ParameterKind::Text, "next_cursor or prev_cursor of another page."),
    ],
    answer: &LIST,
    run: Run::Endpoint(Endpoint::get("/ca_certificates")),
};

static LIST: Shape = Shape::new(
    "CaCertificateList",
    &[
        Field::new("data", FieldKind::Objects(&CA_CERTIFICATE), "The certificates.").required(),
        Field::new("next_cursor", FieldKind::Text, "Leads to the page after this one."),
        Field::new("prev_cursor", FieldKind::Text, "Leads to the page before this one."),
    ],
);
