//! `create_certificate`: orders a certificate. The service has no idempotency key, so a lost answer is looked for.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::list_certificates::{self, ListCertificates};
use crate::answers::{CERTIFICATE, Certificate};
use crate::context::Context;
use crate::declare::request;
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind, Result};
use crate::json;
use crate::operation::Run;
use crate::ownership::Sought;
use crate::parameter::{self, Arguments};
use crate::signing_request;

request! {
    /// Orders a certificate: a draft, which takes a place in the quota. A lost answer is an error of kind `ambiguous`
    /// with
    /// the orders that may be this one.
    #[in_rust = "It is sent again only when it surely was not carried out. When the answer is lost, the account is searched:"]
    #[in_rust = "the orders that may be this one are [`Error::candidates`]."]
    pub struct CreateCertificate -> Certificate {
        required {
            /// The names; the first one is the CSR's CN.
            domains: Vec<String> = Domains.sent_as("certificate_domains");
            /// The certificate signing request, PEM.
            csr: String = Csr.sent_as("certificate_csr");
        }
        optional {
            /// Days of validity: 90 (the service's default), or 365.
            validity_days: u64 = Integer(1, 10_000).sent_as("certificate_validity_days");
            /// Exactly these names; otherwise the service adds the www or bare twin of a name.
            strict_domains: bool = Flag;
            /// The id of an issued certificate with the same CN, which this one replaces; passes the quota.
            replacement_for_certificate: String = Id;
        }
    }
    OPERATION: create_certificate {
        source: "ZeroSSL REST API, Create Certificate",
        answer: &CERTIFICATE,
        run: Run::Steps(create),
    }
}

impl CreateCertificate {
    /// These names, with this CSR.
    pub fn new<D: Into<String>>(domains: impl IntoIterator<Item = D>, csr: impl Into<String>) -> Self {
        Self::with(domains.into_iter().map(Into::into).collect(), csr.into())
    }

    /// Sends it once, with all the time that there is: whoever calls this looks for a lost answer.
    pub(crate) fn send_once(&self, context: &Context<'_>) -> Result<Certificate> {
        let arguments = parameter::check(OPERATION.parameters, json::encode(self)?)?;
        json::decode(&context.call(&ENDPOINT, &arguments, &CERTIFICATE)?)
    }
}

static ENDPOINT: Endpoint = Endpoint::post("/certificates");

/// What is kept back of the time-out to search the account for the order.
const MAX_SEARCH: Duration = Duration::from_secs(10);

fn create(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let sent = Instant::now();
    let kept_back = (context.deadline.saturating_duration_since(sent) / 4).min(MAX_SEARCH);
    let sending =
        Context { deadline: context.deadline.checked_sub(kept_back).unwrap_or(context.deadline), ..*context };
    match sending.call(&ENDPOINT, arguments, &CERTIFICATE) {
        Err(lost) if lost.is_uncertain() && lost.kind() != Kind::Cancelled => {
            Err(ambiguous(&lost, candidates(context, arguments, sent)))
        }
        Err(cancelled) if cancelled.is_uncertain() => Err(Error::new(
            Kind::Cancelled,
            "cancelled by the caller after the order was sent; look at `list_certificates` before you order again",
        )
        .retryable(false)),
        answer => answer,
    }
}

fn ambiguous(lost: &Error, candidates: Result<Vec<Value>>) -> Error {
    let (found, candidates) = match candidates {
        Ok(candidates) if candidates.is_empty() => {
            ("no order of these names is there yet".to_owned(), candidates)
        }
        Ok(candidates) => {
            (format!("{} of these names may be this one", plural(candidates.len())), candidates)
        }
        Err(error) => (format!("the account could not be searched for it ({error})"), Vec::new()),
    };
    let message = format!(
        "it cannot be told whether the order was made ({lost}); {found}; look at `list_certificates` before you order again"
    );
    Error::new(Kind::Ambiguous, message).with_candidates(candidates).with_status_of(lost)
}

fn plural(count: usize) -> String {
    if count == 1 { "1 order".to_owned() } else { format!("{count} orders") }
}

/// The orders that may have come from this call.
fn candidates(context: &Context<'_>, arguments: &Arguments, sent: Instant) -> Result<Vec<Value>> {
    let wanted: CreateCertificate = arguments.read()?;
    let search = ListCertificates { search: wanted.domains.first().cloned(), ..ListCertificates::default() };
    let found = list_certificates::all(|| Ok(*context), search)?;
    let sought = Sought {
        domains: &wanted.domains,
        strict_domains: wanted.strict_domains == Some(true),
        baseline: &[],
        not_before: found.server_time.and_then(|now| now.checked_sub(found.came - sent)),
        csr_sha256: &signing_request::sha256(&wanted.csr),
    };
    Ok(found.certificates.iter().filter(|order| sought.may_be(order)).map(|order| json!(order)).collect())
}
