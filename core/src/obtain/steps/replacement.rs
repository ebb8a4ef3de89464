//! Which certificate a new order replaces, so that it needs no place in the quota; and which certificates block an
//! order.

use crate::answers::Certificate;
use crate::endpoints::GetCertificate;
use crate::error::{Error, Result, codes};
use crate::names;
use crate::obtain::order_spec::Replace;
use crate::obtain::session::Session;
use crate::obtain::steps::account::{Account, is_not_ours, shown};
use crate::obtain::steps::order_csr::OrderCsr;
use crate::obtain::store::journal::Installed;
use crate::ownership::carries_hash;
use crate::time::Time;

impl Session<'_> {
    /// The certificate that the new one replaces: the newest of the entry, or its successor, for example after a
    /// restore from a backup. If the store is lost, the newest on the account.
    pub(crate) fn replaced(&self, account: &Account) -> Result<Option<String>> {
        match &self.spec.replace {
            Replace::Never => return Ok(None),
            Replace::Id(id) => return Ok(Some(id.clone())),
            Replace::Auto => {}
        }
        let Some(Installed { id, .. }) = &self.journal.installed else {
            return Ok(self.newest_issued(account, &[]));
        };
        // A list may be late, so a certificate that is not in it is fetched.
        let found = match account.get(id) {
            Some(listed) => Ok(self.is_replaceable(listed)),
            None => self.send(&GetCertificate::new(id)).map(|certificate| self.is_replaceable(&certificate)),
        };
        match found {
            Ok(true) => Ok(Some(self.last_successor(account, id))),
            Ok(false) => Ok(self.newest_issued(account, &[])),
            Err(error) if is_not_ours(&error) => Ok(self.newest_issued(account, &[])),
            Err(error) => Err(error),
        }
    }

    /// What else can be replaced after these attempts: if the quota is full, or a live certificate of the name exists.
    pub(crate) fn other_replacement(
        &self,
        account: &Account,
        refused: &Error,
        tried: &[Option<String>],
    ) -> Option<String> {
        if self.spec.replace != Replace::Auto || !(is_duplicate(refused) || is_full(refused)) {
            return None;
        }
        let newest = self.newest_issued(account, tried);
        if newest.is_some() || !tried.contains(&None) {
            return newest;
        }
        let installed = self.journal.installed.as_ref().map(|installed| installed.id.clone())?;
        // One that was revoked or has expired: the service decides whether it can be replaced.
        let is_last_resort = account.get(&installed).is_some_and(|listed| !listed.is_open())
            && !tried.contains(&Some(installed.clone()));
        let predecessor = self.live_predecessor(account, &installed, tried);
        predecessor.or_else(|| is_last_resort.then_some(installed))
    }

    /// What a certificate has replaced, or what that one has, and so on. It is live again if its successor was revoked,
    /// and may have other names.
    fn live_predecessor(&self, account: &Account, id: &str, tried: &[Option<String>]) -> Option<String> {
        let mut id = id.to_owned();
        // Each certificate is found at most once, so this ends.
        for _ in &account.certificates {
            id = account.get(&id)?.replacement_for.clone()?;
            let is_it = |listed: &Certificate| self.is_replaceable(listed) && !is_replaced(account, &id);
            if account.get(&id).is_some_and(is_it) && !tried.contains(&Some(id.clone())) {
                return Some(id);
            }
        }
        None
    }

    /// The newest certificate on the account with our names that is issued and not replaced.
    fn newest_issued(&self, account: &Account, tried: &[Option<String>]) -> Option<String> {
        let ours = account.certificates.iter().filter(|certificate| {
            self.is_replaceable(certificate)
                && names::is_for(certificate, &self.terms.domains, self.terms.strict_domains)
                && !is_replaced(account, &certificate.id)
                && !tried.iter().flatten().any(|id| *id == certificate.id)
        });
        let newest =
            ours.max_by_key(|certificate| certificate.created.as_ref().and_then(Time::to_system_time));
        newest.map(|certificate| certificate.id.clone())
    }

    /// The successor of a certificate, its successor, and so on.
    fn last_successor(&self, account: &Account, id: &str) -> String {
        let mut last = id.to_owned();
        // Each certificate is found at most once, so this ends.
        for _ in &account.certificates {
            let next = account.certificates.iter().find(|other| {
                self.is_replaceable(other) && other.replacement_for.as_deref() == Some(last.as_str())
            });
            match next {
                Some(next) if next.id != id => last.clone_from(&next.id),
                _ => break,
            }
        }
        last
    }

    fn is_replaceable(&self, certificate: &Certificate) -> bool {
        certificate.is_issued() && names::has_common_name(certificate, self.terms.common_name())
    }

    /// After a refusal that may be caused by a lost order of ours: that order.
    pub(crate) fn after_refusal(
        &mut self,
        request: &OrderCsr,
        refused: &Error,
        tried: &[Option<String>],
    ) -> Result<Option<Certificate>> {
        if !is_in_the_way(refused) {
            return Ok(None);
        }
        let account = Account::of(self, self.terms.common_name())?;
        if let Some(found) = self.pick(&account, request, &self.same_request(request))? {
            return Ok(Some(found));
        }
        let Some(replaces) =
            tried.last().and_then(Option::as_deref).filter(|_| is_other_replacement(refused))
        else {
            return Ok(None);
        };
        for entry in account.certificates.iter().filter(|entry| entry.is_live()) {
            if entry.replacement_for.as_deref() == Some(replaces) {
                let full = self.send(&GetCertificate::new(&entry.id))?;
                if carries_hash(&full, &request.sha256) {
                    return Ok(Some(full));
                }
            }
        }
        Ok(None)
    }

    /// Adds to a refusal which certificates cause it.
    pub(crate) fn explained(&self, refused: Error, account: &Account) -> Error {
        if is_full(&refused) {
            return self.with_quota_use(refused, account);
        }
        if is_duplicate(&refused) || is_other_replacement(&refused) {
            return with_conflicting_certificates(refused, account);
        }
        refused
    }

    /// Adds which certificates use the quota of the account.
    fn with_quota_use(&self, refused: Error, account: &Account) -> Error {
        const MAX_SHOWN: usize = 10;
        let installed = self.journal.installed.as_ref().and_then(|installed| account.get(&installed.id));
        let refused = if installed.is_some_and(Certificate::is_revoked) {
            refused.and_say(
                "the certificate in place was revoked, so it keeps its place and cannot be replaced: see that a \
                 place is free before you revoke",
            )
        } else {
            refused
        };
        let all = match self.call().and_then(|context| Account::newest(&context)) {
            Ok(all) => all,
            Err(error) => return refused.and_say(&format!("what fills them could not be listed ({error})")),
        };
        let taken: Vec<&Certificate> = all
            .certificates
            .iter()
            .filter(|certificate| certificate.status.as_deref() != Some("cancelled"))
            .collect();
        if taken.is_empty() {
            return refused;
        }
        let mut places: Vec<String> = taken
            .iter()
            .take(MAX_SHOWN)
            .map(|certificate| {
                format!(
                    "{} of {}",
                    shown(certificate),
                    certificate.common_name.as_deref().unwrap_or("no name")
                )
            })
            .collect();
        if taken.len() > MAX_SHOWN {
            places.push(format!("{} more", taken.len() - MAX_SHOWN));
        }
        refused.and_say(&format!(
            "the places are taken by {}; only drafts can be cancelled to free one (`cancel_drafts`)",
            places.join(", ")
        ))
    }
}

fn is_replaced(account: &Account, id: &str) -> bool {
    let is_it = |other: &Certificate| other.is_live() && other.replacement_for.as_deref() == Some(id);
    account.certificates.iter().any(is_it)
}

fn is_other_replacement(error: &Error) -> bool {
    error.is(&codes::CANNOT_REPLACE_CERTIFICATE_OTHER_REPLACEMENT_IN_DRAFT)
}

fn is_full(error: &Error) -> bool {
    error.is(&codes::CERTIFICATE_LIMIT_REACHED)
}

fn is_duplicate(error: &Error) -> bool {
    error.is(&codes::DUPLICATE_CERTIFICATES_FOUND)
}

/// Refusals that may be caused by a lost order of ours.
pub(crate) fn is_in_the_way(error: &Error) -> bool {
    is_other_replacement(error) || is_full(error) || is_duplicate(error)
}

/// The service's refusals of a certificate that cannot be replaced.
pub(crate) fn is_no_replacement(error: &Error) -> bool {
    error.is_one_of(&[
        codes::PERMISSION_DENIED_ON_ORIGINAL_CERTIFICATE,
        codes::ORIGINAL_CERTIFICATE_NOT_ACTIVE,
        codes::CANNOT_FIND_ORIGINAL_CERTIFICATE,
        codes::REPLACEMENT_NEEDS_SAME_COMMON_NAME,
    ])
}

/// Adds which certificates of this name block an order, and what to do with them.
fn with_conflicting_certificates(refused: Error, account: &Account) -> Error {
    let live: Vec<_> = account.certificates.iter().filter(|certificate| certificate.is_live()).collect();
    if live.is_empty() {
        return refused.and_say("this account has none, so it is another account's");
    }
    let ids: Vec<_> = live.iter().copied().map(shown).collect();
    let mut advice = vec![format!("on this account there are {}", ids.join(", "))];
    if is_duplicate(&refused) && live.iter().any(|certificate| certificate.is_issued()) {
        advice.push("call with `replace` and the id of an issued one to order in its place".to_owned());
    }
    if live.iter().any(|certificate| certificate.is_open()) {
        advice.push("cancel a draft that is not wanted".to_owned());
    }
    refused.and_say(&advice.join("; "))
}
