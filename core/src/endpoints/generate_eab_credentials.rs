//! `generate_eab_credentials`: the credentials that bind an ACME account to ZeroSSL.

use crate::context::Context;
use crate::declare::{answer, request};
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::operation::Run;
use crate::parameter::{Arguments, Parameter, ParameterKind};
use crate::secret::Secret;

request! {
    /// Gets new credentials for an ACME client's external account binding (RFC 8555, section 7.3.4). They can be used
    /// more than once. The service limits how many it gives per day.
    #[derive(Default)]
    pub struct GenerateEabCredentials -> EabCredentials {
        required {}
        optional {
            /// Uses the account with this email address. Then no access key is needed or sent.
            email: String = Text;
        }
    }
    OPERATION: generate_eab_credentials {
        source: "ZeroSSL REST API, Generate EAB Credentials",
        answer: &CREDENTIALS,
        run: Run::Steps(generate),
    }
}

answer! {
    /// Credentials for external account binding.
    pub struct EabCredentials: CREDENTIALS {
        /// The key's identifier.
        eab_kid: String = Text.required();
        /// The HMAC key in base64url. It is a secret.
        eab_hmac_key: Secret = Text.required().secret();
        ..extra
    }
}

const EMAIL: Parameter = Parameter::optional(
    "email",
    ParameterKind::Text,
    "For the account of this address; then no access key is needed or sent.",
);

static BY_KEY: Endpoint = Endpoint::post("/acme/eab-credentials");
static BY_EMAIL: Endpoint = Endpoint::post("/acme/eab-credentials-email").without_key();

fn generate(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let endpoint = if arguments.get(EMAIL.name).is_some() { &BY_EMAIL } else { &BY_KEY };
    context.call(endpoint, arguments, &CREDENTIALS)
}
