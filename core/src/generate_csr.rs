//! `generate_csr`: makes a private key and a certificate signing request locally. Nothing is sent.

use crate::context::Context;
use crate::declare::{answer, request};
use crate::error::Result;
use crate::json;
use crate::key_type::KeyType;
use crate::operation::Run;
use crate::parameter::Arguments;
use crate::secret::Secret;
use crate::signing_request;
use crate::subject::Subject;

request! {
    /// Makes a certificate signing request and, unless one is given, a private key. Nothing is sent. Save the key
    /// before you order.
    pub struct GenerateCsr -> GeneratedCsr {
        required {
            /// The names. The first one becomes the CN if it has 64 characters at most.
            domains: Vec<String> = Domains;
        }
        optional {
            /// The kind of key to make; ecdsa-p256 by default.
            key_type: KeyType = OneOf(KeyType::WORDS);
            /// A key to use instead, in PEM: PKCS#8, SEC1 or PKCS#1.
            private_key: Secret = PrivateKey.secret();
            /// The subject of the CSR besides the CN. By default it is the country `US`, because the service refused
            /// CSRs without a country in 2026. A DV certificate does not show the subject.
            subject: Subject = Subject;
        }
    }
    OPERATION: generate_csr {
        source: "RFC 2986",
        answer: &GENERATED,
        run: Run::Steps(generate),
    }
}

impl GenerateCsr {
    /// A CSR for these names, with a new ECDSA key on P-256.
    pub fn new<D: Into<String>>(domains: impl IntoIterator<Item = D>) -> Self {
        Self::with(domains.into_iter().map(Into::into).collect())
    }
}

answer! {
    /// A certificate signing request and its key.
    #[derive(Eq)]
    pub struct GeneratedCsr: GENERATED {
        /// The certificate signing request, in PEM.
        csr: String = Text;
        /// The new private key, as PKCS#8 in PEM; none if one was given.
        private_key: Option<Secret> = Text.secret();
    }
}

fn generate(_: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let wanted: GenerateCsr = arguments.read()?;
    let (key, is_new) = match &wanted.private_key {
        Some(pem) => (signing_request::read_key(pem.reveal(), wanted.key_type)?, false),
        None => (signing_request::new_key(wanted.key_type.unwrap_or_default())?, true),
    };
    let csr = signing_request::make(&key, &wanted.domains, &wanted.subject.unwrap_or_default())?;
    let private_key = if is_new { Some(Secret::from(key.to_pem()?.as_str())) } else { None };
    json::encoded(&GeneratedCsr { csr, private_key })
}
