//! The create call: what is written down before it, and what its answers mean.

use std::time::{Duration, SystemTime};

use super::account::{Account, carries_hash, has_names_of, is_live, shown};
use super::journal::{Installed, Sent};
use super::request::Request;
use super::session::Session;
use super::telling::Stage;
use super::wish::Replace;
use crate::answers::Certificate;
use crate::error::{Error, Kind, Result};
use crate::operations::{CreateCertificate, GetCertificate};
use crate::time::Time;

/// The brake: how many creates an entry may send in this time.
const MOST_CREATES: usize = 3;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// How far our clock may be off the server's: the first is worth a word, beyond the second nothing is ordered, since
/// what was made when could not be told.
const CLOCK_WARNING: Duration = Duration::from_secs(300);
const CLOCK_REFUSAL: Duration = Duration::from_secs(3600);

impl Session<'_> {
    /// Sends the create call. `None`: it cannot be told whether it was carried out.
    pub(crate) fn create(&mut self, request: &Request) -> Result<Option<Certificate>> {
        self.brake()?;
        // Of other requests: one of this request is adopted.
        self.account_for_lost_if_possible(Some(&request.sha256))?;
        let mut account = Account::of(self, self.wish.terms.common_name())?;
        // One of an earlier create, that turned up since.
        if let Some(found) = self.pick(&account, request, &self.same_request(request))? {
            return Ok(Some(found));
        }
        self.compare_clocks(account.server_time)?;
        let mut replaces = self.replaced(&account)?;
        let mut may_try_again = true;
        loop {
            self.write_sent(&account, request)?;
            let replacement = match &replaces {
                Some(id) => format!("ordering, as a replacement of {id}"),
                None => "ordering".to_owned(),
            };
            self.progress(Stage::Order, &replacement, [("replaces", replaces.clone().into())]);
            let terms = &self.wish.terms;
            let mut create = CreateCertificate::new(terms.domains.clone(), &request.csr);
            create.validity_days = Some(terms.validity_days);
            create.strict_domains = Some(terms.strict_domains);
            create.replacement_for_certificate.clone_from(&replaces);
            let refused = match self.call().and_then(|context| create.send_once(&context)) {
                Ok(made) if self.may_be_new(&made, &account) => return Ok(Some(made)),
                Ok(made) => {
                    let message = format!("the service answers with order {}, which is not ours", made.id);
                    self.warn(Stage::Order, &message, [("id", made.id.into())]);
                    return Ok(None);
                }
                Err(lost) if lost.is_uncertain() && lost.kind() != Kind::Cancelled => {
                    let message =
                        format!("it cannot be told whether the order was made ({lost}); looking for it");
                    self.warn(Stage::Order, &message, []);
                    return Ok(None);
                }
                Err(cancelled) if cancelled.is_uncertain() => return Err(cancelled),
                Err(refused) => refused,
            };
            self.take_back_sent()?;
            if replaces.is_some() && is_no_replacement(&refused) {
                self.warn(Stage::Order, &format!("ordering without a replacement ({refused})"), []);
                replaces = None;
                continue;
            }
            if may_try_again
                && is_in_the_way(&refused)
                && self.account_for_lost_if_possible(Some(&request.sha256))?
            {
                may_try_again = false;
                account = Account::of(self, self.wish.terms.common_name())?;
                continue;
            }
            return self.after_refusal(request, refused, replaces.as_deref());
        }
    }

    /// Whether an answer to a create can be the new order: not one that was there, nor one of other names.
    fn may_be_new(&self, made: &Certificate, account: &Account) -> bool {
        account.get(&made.id).is_none()
            && (made.common_name.is_none() || has_names_of(made, &self.wish.terms))
    }

    /// On disk before the call: that it goes out, and what was there before.
    fn write_sent(&mut self, account: &Account, request: &Request) -> Result<()> {
        let at = Time::from(self.now());
        let terms = self.wish.terms.clone();
        let sent = Sent {
            at: at.clone(),
            server_time: account.server_time.map(Time::from),
            domains: terms.domains,
            strict_domains: terms.strict_domains,
            csr_sha256: request.sha256.clone(),
            baseline: account.ids(),
        };
        self.order()?.sent = Some(sent);
        self.journal.creates.push(at);
        self.save()
    }

    /// It surely was not carried out.
    fn take_back_sent(&mut self) -> Result<()> {
        self.order()?.sent = None;
        self.journal.creates.pop();
        self.save()
    }

    /// A refusal that a lost order of ours may be the reason for.
    fn after_refusal(
        &mut self,
        request: &Request,
        refused: Error,
        replaces: Option<&str>,
    ) -> Result<Option<Certificate>> {
        if !is_in_the_way(&refused) {
            return Err(refused);
        }
        let is_replaced = replaces.is_some() && is_other_replacement(&refused);
        let is_full = refused.is_api(2817, "certificate_limit_reached");
        let account = Account::of(self, self.wish.terms.common_name())?;
        if let Some(found) = self.pick(&account, request, &self.same_request(request))? {
            return Ok(Some(found));
        }
        let replacements = account
            .certificates
            .iter()
            .filter(|entry| is_replaced && is_live(entry) && entry.replacement_for.as_deref() == replaces);
        for entry in replacements {
            let whole = self.send(&GetCertificate::new(&entry.id))?;
            if carries_hash(&whole, &request.sha256) {
                return Ok(Some(whole));
            }
        }
        Err(if is_full { self.say_what_fills(refused) } else { say_what_stands(refused, &account) })
    }

    /// What takes the places of the account.
    fn say_what_fills(&self, refused: Error) -> Error {
        const SHOWN: usize = 10;
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
            .take(SHOWN)
            .map(|certificate| {
                format!(
                    "{} of {}",
                    shown(certificate),
                    certificate.common_name.as_deref().unwrap_or("no name")
                )
            })
            .collect();
        if taken.len() > SHOWN {
            places.push(format!("{} more", taken.len() - SHOWN));
        }
        refused.and_say(&format!(
            "the places are taken by {}; only drafts can be cancelled to free one",
            places.join(", ")
        ))
    }

    /// At most so many creates a day: something is wrong, and each may take a place in the quota.
    fn brake(&mut self) -> Result<()> {
        let now = self.now();
        let age = |time: &Time| time.to_system_time().map(|at| now.duration_since(at).unwrap_or_default());
        self.journal.creates.retain(|time| age(time).is_some_and(|age| age < DAY));
        if self.journal.creates.len() < MOST_CREATES {
            return Ok(());
        }
        let oldest = self.journal.creates.iter().filter_map(age).max().unwrap_or_default();
        let message = format!(
            "{MOST_CREATES} orders were sent for this entry in 24 hours, and each may take a place in the quota; find \
             out what became of them with `list_certificates`"
        );
        Err(Error::new(Kind::RateLimited, message).with_retry_after(Some(DAY.saturating_sub(oldest))))
    }

    fn compare_clocks(&self, server_time: Option<SystemTime>) -> Result<()> {
        let Some(server_time) = server_time else { return Ok(()) };
        let now = self.now();
        let off = now.duration_since(server_time).unwrap_or_else(|error| error.duration());
        let minutes = (off.as_secs() + 30) / 60;
        if off > CLOCK_REFUSAL {
            let message = format!(
                "this machine's clock is {minutes} minutes off the service's, so what was ordered when could not be \
                 told; set the clock"
            );
            return Err(Error::new(Kind::Response, message));
        }
        if off > CLOCK_WARNING {
            let message =
                format!("this machine's clock is {minutes} minutes off the service's; set the clock");
            self.warn(Stage::Order, &message, []);
        }
        Ok(())
    }

    /// The certificate that the new one replaces, which passes the quota: the newest of the entry; with the store lost,
    /// ours on the account.
    fn replaced(&self, account: &Account) -> Result<Option<String>> {
        match &self.wish.replace {
            Replace::Never => return Ok(None),
            Replace::Id(id) => return Ok(Some(id.clone())),
            Replace::Auto => {}
        }
        let is_fit = |certificate: &Certificate| {
            certificate.status.as_deref() == Some("issued")
                && certificate.common_name.as_deref() == Some(self.wish.terms.common_name())
        };
        if let Some(Installed { id, .. }) = &self.journal.installed {
            // Lists lag, so one that is not there is asked for.
            let found = match account.get(id) {
                Some(listed) => Ok(is_fit(listed)),
                None => self.send(&GetCertificate::new(id)).map(|certificate| is_fit(&certificate)),
            };
            return match found {
                Ok(is_fit) => Ok(is_fit.then(|| id.clone())),
                Err(error) if error.is_api(2803, "certificate_not_found") => Ok(None),
                Err(error) => Err(error),
            };
        }
        let is_replaced = |id: &str| {
            account
                .certificates
                .iter()
                .any(|other| is_live(other) && other.replacement_for.as_deref() == Some(id))
        };
        let ours = account.certificates.iter().filter(|certificate| {
            is_fit(certificate)
                && has_names_of(certificate, &self.wish.terms)
                && !is_replaced(&certificate.id)
        });
        let newest =
            ours.max_by_key(|certificate| certificate.created.as_ref().and_then(Time::to_system_time));
        Ok(newest.map(|certificate| certificate.id.clone()))
    }
}

fn is_other_replacement(error: &Error) -> bool {
    error.is_api(2813, "cannot_replace_certificate_other_replacement_in_draft")
}

/// Refusals that a lost order of ours may be the reason for.
fn is_in_the_way(error: &Error) -> bool {
    is_other_replacement(error)
        || error.is_api(2817, "certificate_limit_reached")
        || error.is_api(2839, "duplicate_certificates_found")
}

/// What the service says of a certificate that cannot be replaced.
fn is_no_replacement(error: &Error) -> bool {
    [
        (2814, "permission_denied_on_original_certificate"),
        (2815, "original_certificate_not_active"),
        (2816, "cannot_find_original_certificate"),
        (2842, "replacement_needs_same_common_name"),
    ]
    .into_iter()
    .any(|(code, api_type)| error.is_api(code, api_type))
}

/// What stands in the way of an order of this name.
fn say_what_stands(refused: Error, account: &Account) -> Error {
    let live: Vec<_> =
        account.certificates.iter().filter(|certificate| is_live(certificate)).map(shown).collect();
    if live.is_empty() {
        return refused.and_say("this account has none, so it is another account's");
    }
    refused
        .and_say(&format!("on this account there are {}; cancel a draft that is not wanted", live.join(", ")))
}
