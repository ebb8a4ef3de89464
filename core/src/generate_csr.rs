//! `generate_csr`: a private key and a certificate signing request, made here; nothing is sent.

use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::error::Result;
use crate::json;
use crate::key_type::KeyType;
use crate::operation::{Operation, Request, Run};
use crate::parameter::{Arguments, Parameter, ParameterKind};
use crate::secret::Secret;
use crate::shape::{Field, FieldKind, Shape};
use crate::signing_request;
use crate::subject::{SUBJECT, Subject};

/// Makes a certificate signing request (RFC 2986) and, unless one is given, a private key. Nothing is sent.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct GenerateCsr {
    /// The names; the first one becomes the CN if it has no more than 64 characters.
    pub domains: Vec<String>,
    /// The kind of key to make.
    pub key_type: Option<KeyType>,
    /// A key to use instead: PEM, as PKCS#8, SEC1 or PKCS#1.
    pub private_key: Option<Secret>,
    /// The subject beside the CN.
    pub subject: Option<Subject>,
}

impl GenerateCsr {
    /// For these names, with a new ECDSA key on P-256.
    pub fn new<D: Into<String>>(domains: impl IntoIterator<Item = D>) -> Self {
        Self {
            domains: domains.into_iter().map(Into::into).collect(),
            key_type: None,
            private_key: None,
            subject: None,
        }
    }
}

impl Request for GenerateCsr {
    type Answer = GeneratedCsr;
    const OPERATION: &'static Operation = &OPERATION;
}

/// A certificate signing request and its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GeneratedCsr {
    /// The certificate signing request, PEM.
    pub csr: String,
    /// The new private key, PKCS#8 PEM; none if one was given. Save it before you order.
    pub private_key: Option<Secret>,
}

pub(crate) static OPERATION: Operation = Operation {
    name: "generate_csr",
    summary: "Makes a certificate signing request and, unless one is given, a private key. Nothing is sent. Save the key before you order.",
    source: "RFC 2986",
    parameters: &[
        Parameter::required(
            "domains",
            ParameterKind::Domains,
            "The names; the first one becomes the CN if it has no more than 64 characters.",
        ),
        Parameter::optional(
            "key_type",
            ParameterKind::OneOf(KeyType::WORDS),
            "The kind of key to make; ecdsa-p256 by default.",
        ),
        Parameter::optional(
            "private_key",
            ParameterKind::PrivateKey,
            "A key to use instead: PEM, as PKCS#8, SEC1 or PKCS#1.",
        ),
        SUBJECT,
    ],
    answer: &GENERATED,
    run: Run::Steps(generate),
};

static GENERATED: Shape = Shape::new(
    "GeneratedCsr",
    &[
        Field::new("csr", FieldKind::Text, "The certificate signing request, PEM."),
        Field::new("private_key", FieldKind::Text, "The new private key, PKCS#8 PEM; none if one was given.")
            .secret(),
    ],
);

fn generate(_: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let (key, is_new) = match arguments.text("private_key") {
        Some(pem) => (signing_request::read_key(pem, arguments.text("key_type"))?, false),
        None => (signing_request::new_key(arguments.text("key_type").unwrap_or("ecdsa-p256"))?, true),
    };
    let names: Vec<_> = arguments.texts("domains").collect();
    let csr = signing_request::make(&key, &names, &Subject::of(arguments)?)?;
    let private_key = if is_new { Some(Secret::from(key.to_pem()?.as_str())) } else { None };
    json::encoded(&GeneratedCsr { csr, private_key })
}
