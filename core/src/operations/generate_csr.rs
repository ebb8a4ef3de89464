//! `generate_csr`: a private key and a certificate signing request, made here; nothing is sent.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::context::{self, Context};
use crate::error::{Error, Result};
use crate::operation::{Operation, Request, Run};
use crate::parameter::{Arguments, Parameter, ParameterKind};
use crate::secret::Secret;
use crate::shape::{Field, FieldKind, Shape};
use crate::signing_request;
use crate::words::words;

words! {
    /// What kind of private key is made.
    #[derive(Default)]
    pub enum KeyType {
        /// ECDSA on the curve P-256.
        #[default]
        EcdsaP256 = "ecdsa-p256",
        /// ECDSA on the curve P-384.
        EcdsaP384 = "ecdsa-p384",
        /// RSA with 2048 bits.
        Rsa2048 = "rsa-2048",
        /// RSA with 4096 bits.
        Rsa4096 = "rsa-4096",
    }
}

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

/// The subject of a CSR beside its CN. A DV certificate shows none of it, but the service may ask for a country.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Subject {
    /// Two letters (ISO 3166-1); `US` if absent, `""` leaves it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// State or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Part of the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
}

impl Subject {
    /// What stands in a CSR of ours, unless the caller says otherwise.
    const DEFAULT_COUNTRY: &str = "US";

    /// A subject with this country.
    pub fn with_country(country: impl Into<String>) -> Self {
        Self { country: Some(country.into()), ..Self::default() }
    }

    /// The parameter `subject` of a call.
    pub(crate) fn of(arguments: &Arguments) -> Result<Self> {
        let given = arguments.get(SUBJECT.name).cloned().unwrap_or_else(|| Value::Object(Map::new()));
        serde_json::from_value(given).map_err(|error| Error::invalid(SUBJECT.name, error))
    }

    /// The country to put into a CSR, if any.
    pub(crate) fn country(&self) -> Option<&str> {
        let country = self.country.as_deref().unwrap_or(Self::DEFAULT_COUNTRY);
        (!country.is_empty()).then_some(country)
    }
}

/// For every operation that makes CSRs.
pub(super) const SUBJECT: Parameter = Parameter::optional(
    "subject",
    ParameterKind::Subject,
    "What a CSR of ours says beside the CN; by default the country `US`, since the service refused CSRs without one in 2026. A DV certificate shows none of it.",
);

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

pub(super) static OPERATION: Operation = Operation {
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
    context::to_json(&GeneratedCsr { csr, private_key })
}
