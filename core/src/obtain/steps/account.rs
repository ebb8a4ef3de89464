//! What the account holds for a name, and which of it may be ours.

use std::time::{Duration, SystemTime};

use crate::answers::Certificate;
use crate::context::Context;
use crate::endpoints::GetCertificate;
use crate::endpoints::list_certificates::{Found, ListCertificates, all, list_page};
use crate::error::{Error, Result, codes};
use crate::names;
use crate::obtain::session::Session;
use crate::obtain::steps::others::Others;
use crate::obtain::store::journal::{Sent, Terms};
use crate::ownership::{Sought, carries_hash};
use crate::time::Time;

/// As many on a page as the service gives.
const PAGE: u64 = 1000;

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
            if known.contains(&entry.id.as_str()) || !creates.iter().any(|sent| sent.sought().may_be(entry)) {
                continue;
            }
            let whole = session.send(&GetCertificate::new(&entry.id))?;
            if creates.iter().any(|sent| sent.sought().may_be(&whole)) {
                candidates.push(whole);
            }
        }
        let is_sure = |order: &Certificate| creates.iter().any(|sent| carries_hash(order, &sent.csr_sha256));
        if !candidates.iter().all(is_sure) {
            let others = Others::of(session);
            candidates.retain(|order| is_sure(order) || !others.have(order));
        }
        Ok(candidates)
    }
}

impl Sent {
    /// How long ago it was. The service's clock has the word: ours may have been years ahead for a moment, and what was
    /// noted then would be of today for years.
    pub(crate) fn age(&self, now: SystemTime) -> Duration {
        let at =
            self.server_time.as_ref().and_then(Time::to_system_time).or_else(|| self.at.to_system_time());
        at.and_then(|at| now.duration_since(at).ok()).unwrap_or_default()
    }

    /// What came of this create, if anything did.
    pub(crate) fn sought(&self) -> Sought<'_> {
        Sought {
            domains: &self.domains,
            strict_domains: self.strict_domains,
            baseline: &self.baseline,
            not_before: self.server_time.as_ref().and_then(Time::to_system_time),
            csr_sha256: &self.csr_sha256,
        }
    }
}

/// Whether its names are those that are wanted.
pub(crate) fn has_names_of(certificate: &Certificate, terms: &Terms) -> bool {
    names::is_for(certificate, &terms.domains, terms.strict_domains)
}

/// Whether the service says that a certificate is none of this account: unknown, or another account's.
pub(crate) fn is_not_ours(error: &Error) -> bool {
    error.is_one_of(&[codes::CERTIFICATE_NOT_FOUND, codes::PERMISSION_DENIED])
}

/// How an order is named in a message.
pub(crate) fn shown(certificate: &Certificate) -> String {
    format!("{} ({})", certificate.id, certificate.status.as_deref().unwrap_or("in no state"))
}
