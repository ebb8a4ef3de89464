//! What the account holds for a name, and which of it may be ours.

use std::time::{Duration, SystemTime};

use crate::answers::Certificate;
use crate::context::Context;
use crate::endpoints::GetCertificate;
use crate::endpoints::list_certificates::{Found, ListCertificates, all, list_page};
use crate::error::{Error, Result, codes};
use crate::names;
use crate::obtain::session::Session;
use crate::obtain::store::journal::{Sent, Terms};
use crate::time::Time;

/// As many on a page as the service gives.
const PAGE: u64 = 1000;
/// Orders are dated to the second, and the answer that told us the time took a while.
const ROUNDING: Duration = Duration::from_secs(2);

/// The certificates of a name, at one moment.
pub(crate) struct Account {
    pub(crate) certificates: Vec<Certificate>,
    /// By the server's clock.
    pub(crate) server_time: Option<SystemTime>,
}

impl Account {
    /// All certificates whose names hold this one, in whatever state.
    pub(crate) fn of(session: &Session<'_>, name: &str) -> Result<Self> {
        Self::read(|| session.call(), Some(name))
    }

    /// All certificates of the account.
    pub(crate) fn all<'c>(call: impl Fn() -> Result<Context<'c>>) -> Result<Self> {
        Self::read(call, None)
    }

    fn read<'c>(call: impl Fn() -> Result<Context<'c>>, name: Option<&str>) -> Result<Self> {
        let list = ListCertificates { search: name.map(str::to_owned), ..ListCertificates::default() };
        let Found { certificates, server_time, .. } = all(call, list)?;
        Ok(Self { certificates, server_time })
    }

    /// The newest certificates of all names: one page.
    pub(crate) fn newest(context: &Context<'_>) -> Result<Self> {
        let list = ListCertificates { limit: Some(PAGE), page: Some(1), ..ListCertificates::default() };
        let found = list_page(context, &list)?;
        Ok(Self { certificates: found.page.results, server_time: found.server_time })
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.certificates.iter().map(|certificate| certificate.id.clone()).collect()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Certificate> {
        self.certificates.iter().find(|certificate| certificate.id == id)
    }

    /// Live orders that may have come of one of these creates, each fetched by its id: entries of a list may lack
    /// their validation values.
    pub(crate) fn candidates(
        &self,
        session: &Session<'_>,
        creates: &[&Sent],
        known: &[&str],
    ) -> Result<Vec<Certificate>> {
        let mut candidates = Vec::new();
        for entry in &self.certificates {
            if known.contains(&entry.id.as_str()) || !creates.iter().any(|sent| may_come_of(entry, sent)) {
                continue;
            }
            let whole = session.send(&GetCertificate::new(&entry.id))?;
            if creates.iter().any(|sent| may_come_of(&whole, sent)) {
                candidates.push(whole);
            }
        }
        Ok(candidates)
    }
}

/// Whether a certificate may have come of a create: a live one that was not there before, and is of these names or
/// carries the hash of the CSR.
fn may_come_of(certificate: &Certificate, sent: &Sent) -> bool {
    is_live(certificate)
        && !sent.baseline.contains(&certificate.id)
        && !is_older(certificate, sent)
        && (names::is_for(certificate, &sent.domains, sent.strict_domains)
            || carries_hash(certificate, &sent.csr_sha256))
}

/// By the server's clock, which dates its orders. Where it is not known nothing is left out: ours may be wrong.
fn is_older(certificate: &Certificate, sent: &Sent) -> bool {
    let created = certificate.created.as_ref().and_then(Time::to_system_time);
    let earliest = sent.server_time.as_ref().and_then(Time::to_system_time);
    match (created, earliest) {
        (Some(created), Some(earliest)) => created + ROUNDING < earliest,
        _ => false,
    }
}

/// Not given up, taken back or over.
pub(crate) fn is_live(certificate: &Certificate) -> bool {
    !matches!(certificate.status.as_deref(), Some("cancelled" | "revoked" | "expired"))
}

/// Whether it is still to be issued.
pub(crate) fn is_open(certificate: &Certificate) -> bool {
    matches!(certificate.status.as_deref(), Some("draft" | "pending_validation"))
}

/// Whether its names are those that are wanted.
pub(crate) fn has_names_of(certificate: &Certificate, terms: &Terms) -> bool {
    names::is_for(certificate, &terms.domains, terms.strict_domains)
}

pub(crate) fn is_revoked(certificate: &Certificate) -> bool {
    certificate.status.as_deref() == Some("revoked")
}

/// Whether the service says that a certificate is none of this account: unknown, or another account's.
pub(crate) fn is_not_ours(error: &Error) -> bool {
    error.is_one_of(&[codes::CERTIFICATE_NOT_FOUND, codes::PERMISSION_DENIED])
}

/// What an order's validation values say of the CSR that they are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Ours,
    Another,
    /// There is none to be read.
    Unknown,
}

/// The first line of the file is the SHA-256 of the CSR's DER, and the CNAME target begins with it. That is inferred from
/// the issuing CA's documents, so it confirms and never denies by itself.
pub(crate) fn hash_of(certificate: &Certificate, csr_sha256: &str) -> Hash {
    let mut found = Hash::Unknown;
    for values in certificate.validation.other_methods.values() {
        let line = values.file_validation_content.first().map(|line| line.trim().to_owned());
        let target = values.cname_validation_p2.as_deref().map(|target| target.split('.').take(2).collect());
        for hash in [line, target].into_iter().flatten() {
            if !csr_sha256.is_empty() && hash.eq_ignore_ascii_case(csr_sha256) {
                return Hash::Ours;
            }
            if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                found = Hash::Another;
            }
        }
    }
    found
}

pub(crate) fn carries_hash(certificate: &Certificate, csr_sha256: &str) -> bool {
    hash_of(certificate, csr_sha256) == Hash::Ours
}

/// How an order is named in a message.
pub(crate) fn shown(certificate: &Certificate) -> String {
    format!("{} ({})", certificate.id, certificate.status.as_deref().unwrap_or("in no state"))
}
