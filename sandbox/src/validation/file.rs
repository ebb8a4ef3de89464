//! Validation by a file. It is fetched as the issuing CA does, without following redirects, from the server
//! in the address book.

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::address_book::AddressBook;
use crate::rules::names::Name;
use crate::validation::proof::Proof;

/// Why a file proves nothing, in the service's words if they are known.
#[derive(Serialize)]
pub(crate) struct FileFault {
    file_found: u8,
    error: bool,
    error_slug: &'static str,
    error_info: String,
}

impl FileFault {
    /// A file with wrong content is reported as not found.
    fn new(error_slug: &'static str, error_info: impl Into<String>) -> Self {
        Self { file_found: 0, error: true, error_slug, error_info: error_info.into() }
    }

    fn timeout() -> Self {
        Self::new("timeout", "The server did not answer in time.")
    }
}

/// Fetches the file of a name.
pub(super) fn check(
    agent: &ureq::Agent,
    name: &Name,
    url: &str,
    proof: &Proof,
    end: Instant,
) -> Result<(), FileFault> {
    /// Much more than the three lines of a validation file.
    const MAX_BYTES: u64 = 4096;
    if name.is_unreachable() {
        return Err(FileFault::new("http_transport_failed", "The address is not a public one."));
    }
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(FileFault::timeout());
    }
    let request = agent.get(url).config().timeout_per_call(Some(left)).build();
    let mut response = request.call().map_err(|error| transport(&error))?;
    let status = response.status().as_u16();
    if status != 200 {
        let info = format!("Server responded with status code: {status}");
        return Err(FileFault::new("bad_response_code", info));
    }
    let body = response.body_mut().with_config().limit(MAX_BYTES).read_to_vec();
    let body = body.map_err(|error| match error {
        ureq::Error::BodyExceedsLimit(_) => {
            FileFault::new("bad_file_content", "The validation file is too large.")
        }
        error => transport(&error),
    })?;
    let Ok(text) = std::str::from_utf8(&body) else {
        return Err(FileFault::new("bad_file_content", "The validation file is not text."));
    };
    if text.trim_end().lines().ne(proof.file_lines().iter().map(String::as_str)) {
        let info = "The validation file was found, but the contents are wrong.";
        return Err(FileFault::new("wrong_file_content", info));
    }
    Ok(())
}

fn transport(error: &ureq::Error) -> FileFault {
    match error {
        ureq::Error::Timeout(_) => FileFault::timeout(),
        ureq::Error::Io(error) => FileFault::new("http_transport_failed", error.to_string()),
        _ => FileFault::new("http_transport_failed", "No answer could be had."),
    }
}

pub(super) fn agent(book: AddressBook) -> ureq::Agent {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // The server cannot have a trusted certificate yet: it is ordering one.
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(provider)
        .disable_verification(true)
        .build();
    let config = Config::builder()
        .tls_config(tls)
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .max_idle_connections(0)
        .user_agent("zerossl-sandbox")
        .build();
    ureq::Agent::with_parts(config, DefaultConnector::default(), book)
}

impl Resolver for AddressBook {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
        let mut addresses = self.empty();
        addresses.push(self.find(host, uri.scheme_str() == Some("https")));
        Ok(addresses)
    }
}
