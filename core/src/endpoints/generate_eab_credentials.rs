//! `generate_eab_credentials`: what an ACME client needs to bind its account to ZeroSSL.

use serde::{Deserialize, Serialize};

use crate::answers::Extra;
use crate::context::Context;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::operation::{Operation, Request, Run};
use crate::parameter::{Arguments, Parameter, ParameterKind};
use crate::secret::Secret;
use crate::shape::{Field, FieldKind, Shape};

/// New credentials for an ACME client's external account binding (RFC 8555, section 7.3.4). They can be used again, and
/// only so many are given a day.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct GenerateEabCredentials {
    /// For the account of this address; then no access key is needed or sent.
    pub email: Option<String>,
}

impl Request for GenerateEabCredentials {
    type Answer = EabCredentials;
    const OPERATION: &'static Operation = &OPERATION;
}

/// Credentials for external account binding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EabCredentials {
    /// The key's name.
    pub eab_kid: String,
    /// The key, base64url: a secret.
    pub eab_hmac_key: Secret,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

pub(crate) static OPERATION: Operation = Operation {
    name: "generate_eab_credentials",
    summary: "New credentials for an ACME client's external account binding (RFC 8555, section 7.3.4). They can be used again, and only so many are given a day.",
    source: "ZeroSSL REST API, Generate EAB Credentials",
    parameters: &[EMAIL],
    answer: &CREDENTIALS,
    run: Run::Steps(generate),
};

const EMAIL: Parameter = Parameter::optional(
    "email",
    ParameterKind::Text,
    "For the account of this address; then no access key is needed or sent.",
);

static CREDENTIALS: Shape = Shape::new(
    "EabCredentials",
    &[
        Field::new("eab_kid", FieldKind::Text, "The key's name.").required(),
        Field::new("eab_hmac_key", FieldKind::Text, "The key, base64url: a secret.").required().secret(),
    ],
);

static BY_KEY: Endpoint = Endpoint::post("/acme/eab-credentials");
static BY_EMAIL: Endpoint = Endpoint::post("/acme/eab-credentials-email").without_key();

fn generate(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let endpoint = if arguments.get(EMAIL.name).is_some() { &BY_EMAIL } else { &BY_KEY };
    context.call(endpoint, arguments, &CREDENTIALS)
}
