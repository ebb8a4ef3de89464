//! Orders that are no longer wanted, and those that turn up late.

use std::collections::BTreeSet;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::answers::Certificate;
use crate::endpoints::{CancelCertificate, GetCertificate};
use crate::error::{Error, Kind, Result, codes};
use crate::obtain::events::Stage;
use crate::obtain::interface::{Obtained, Outcome};
use crate::obtain::session::Session;
use crate::obtain::steps::account::{Account, is_not_ours, shown};
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::KEY;
use crate::obtain::store::journal::Sent;
use crate::ownership::{Hash, carries_hash, hash_of};

/// For so long a create without an outcome is looked for.
const LOST_FOR: Duration = Duration::from_secs(24 * 3600);

/// What became of an order that was to be given up.
enum GivenUp {
    Cancelled(Certificate),
    /// It was too late for that.
    Issued(Certificate),
    /// The service does not know it any more.
    Gone,
}

impl Session<'_> {
    /// Gives up the order under way; what is issued already is installed.
    pub(crate) fn abandon(&mut self) -> Result<Obtained> {
        // What is quarantined may be good by now.
        if self.journal.order.is_none() {
            self.release_quarantined()?;
        }
        self.journal.quarantined = None;
        let mut certificate = None;
        if self.journal.order.is_some() {
            match self.cancel_order()? {
                Some(GivenUp::Issued(issued)) if self.has_key()? => {
                    // Of a change that is in place now, the request is put in force by the next call.
                    if self.has_order_of_request_in_force() {
                        self.forget_wanted()?;
                    }
                    self.install(&issued)?;
                    self.clear_leftovers()?;
                    self.deploy()?;
                    return Ok(self.outcome(Outcome::Resumed, Some(issued)));
                }
                Some(GivenUp::Issued(order) | GivenUp::Cancelled(order)) => certificate = Some(order),
                Some(GivenUp::Gone) | None => {}
            }
            self.forget_order()?;
        }
        self.save()?;
        self.forget_wanted()?;
        self.clear_leftovers()?;
        self.account_for_lost(None)?;
        Ok(self.outcome(Outcome::Abandoned, certificate))
    }

    /// Gives up the order under way, if there is one. The certificate, and the order stays, if it was too late for that.
    pub(crate) fn end_order_if_any(&mut self, why: &str) -> Result<Option<Certificate>> {
        match &self.journal.order {
            None => return Ok(None),
            Some(order) if order.is_untouched() => return self.forget_order().map(|()| None),
            Some(_) => {}
        }
        let message = format!("{why}, so the order under way is given up");
        self.progress(Stage::Order, &message, []);
        match self.cancel_order()? {
            Some(GivenUp::Issued(issued)) if self.is_somebody_elses(&issued)? => {
                self.disown(&issued)?;
                self.end_order_if_any(why)
            }
            Some(GivenUp::Issued(issued)) => Ok(Some(issued)),
            _ => self.forget_order().map(|()| None),
        }
    }

    /// The same because another one is wanted. A certificate without its key is of no use.
    pub(crate) fn drop_order_if_any(&mut self, why: &str) -> Result<Option<Certificate>> {
        match self.end_order_if_any(why)? {
            Some(issued) if !self.has_key()? => self.pass_over(&issued).map(|()| None),
            outcome => Ok(outcome),
        }
    }

    /// The order is issued, and nobody wants it.
    pub(crate) fn pass_over(&mut self, issued: &Certificate) -> Result<()> {
        let message =
            format!("certificate {} was issued before it could be cancelled; it is not used", issued.id);
        self.warn(Stage::Order, &message, [("id", issued.id.as_str().into())]);
        self.forget_order()
    }

    /// The order is over: what it published goes, and the journal knows it no more.
    pub(crate) fn forget_order(&mut self) -> Result<()> {
        if let Some(order) = self.journal.order.take() {
            self.schedule_cleanup(order.published);
        }
        self.save()
    }

    /// Cancels the order under way, or finds that it cannot be cancelled any more. `None`: nothing is known of it.
    fn cancel_order(&mut self) -> Result<Option<GivenUp>> {
        let order = self.order()?.clone();
        if let Some(id) = &order.id {
            match self.cancel(id) {
                Err(error) if is_final(&error) => {
                    let message = format!(
                        "order {id} cannot be cancelled ({error}), and is tried again for a day; see to it in the dashboard"
                    );
                    self.warn(Stage::Order, &message, [("id", id.as_str().into())]);
                }
                outcome => return outcome.map(Some),
            }
        }
        let Some(sent) = order.sent else { return Ok(None) };
        // Sent, and its answer lost: whatever has come of it is looked for now and, if need be, for a day.
        self.order()?.sent = None;
        self.journal.lost.push(sent);
        self.save()?;
        self.account_for_lost(None)?;
        Ok(None)
    }

    /// Cancels an order; one that is just being issued is waited for.
    fn cancel(&self, id: &str) -> Result<GivenUp> {
        let mut pauses = self.spec.polls();
        loop {
            match self.cancel_once(id) {
                Err(error) if is_being_issued(&error) => {
                    if !self.pause(pauses.pause())? {
                        return Err(error);
                    }
                }
                outcome => return outcome,
            }
        }
    }

    fn cancel_once(&self, id: &str) -> Result<GivenUp> {
        let certificate = match self.send(&GetCertificate::new(id)) {
            Ok(certificate) => certificate,
            Err(error) if is_not_ours(&error) => return Ok(GivenUp::Gone),
            Err(error) => return Err(error),
        };
        match certificate.status.as_deref() {
            Some("draft" | "pending_validation") => {}
            Some("issued") => return Ok(GivenUp::Issued(certificate)),
            _ => return Ok(GivenUp::Cancelled(certificate)),
        }
        self.progress(Stage::Order, &format!("cancelling order {id}"), [("id", id.into())]);
        self.send(&CancelCertificate::new(id))?;
        // Its own status decides, as for everything that is not to be lost.
        let now = self.send(&GetCertificate::new(id))?;
        if now.is_open() {
            let message = format!(
                "the service took the cancel of order {}, and did not carry it out; call again",
                shown(&now)
            );
            return Err(Error::new(Kind::Response, message).retryable(true));
        }
        Ok(GivenUp::Cancelled(now))
    }

    fn has_key(&mut self) -> Result<bool> {
        let order = self.order()?;
        let (serial, by_csr) = (order.serial, order.terms.by_csr);
        Ok(by_csr || self.entry.read(&Entry::in_version(serial, KEY))?.map(Zeroizing::new).is_some())
    }

    /// The same where that is not what the call is for: that the service cannot be asked is no reason to fail.
    pub(crate) fn account_for_lost_if_possible(&mut self, except: Option<&str>) -> Result<bool> {
        match self.account_for_lost(except) {
            Err(error) if !matches!(error.kind(), Kind::Storage | Kind::Cancelled) => {
                let message = format!("orders whose answers were lost are looked for next time ({error})");
                self.warn(Stage::Order, &message, []);
                Ok(false)
            }
            outcome => outcome,
        }
    }

    /// Looks for orders of creates whose answers were lost, and cancels what turned up beside the one in use; not those
    /// of one request, if it is named. Says whether there was one.
    pub(crate) fn account_for_lost(&mut self, except: Option<&str>) -> Result<bool> {
        let wanted = |sent: &&Sent| Some(sent.csr_sha256.as_str()) != except;
        let names: BTreeSet<String> = self
            .journal
            .lost
            .iter()
            .filter(wanted)
            .filter_map(|sent| sent.domains.first().cloned())
            .collect();
        let (mut is_found, mut server_time) = (false, None);
        for name in &names {
            let account = Account::of(self, name)?;
            is_found |= self.cancel_late(name, &account, except)?;
            server_time = account.server_time.or(server_time);
        }
        // Each has been looked for once more by now. Our clock may be ahead for a moment.
        let now = server_time.unwrap_or_else(|| self.now());
        let before = self.journal.lost.len();
        self.journal.lost.retain(|sent| !wanted(&sent) || sent.age(now) < LOST_FOR);
        if is_found || self.journal.lost.len() != before {
            self.save()?;
        }
        Ok(is_found)
    }

    /// Of one name; says whether one was cancelled.
    fn cancel_late(&mut self, name: &str, account: &Account, except: Option<&str>) -> Result<bool> {
        let is_meant = |sent: &Sent| {
            sent.domains.first().is_some_and(|first| first == name)
                && Some(sent.csr_sha256.as_str()) != except
        };
        let lost: Vec<Sent> = self.journal.lost.iter().filter(|sent| is_meant(sent)).cloned().collect();
        let known: Vec<&str> = [
            self.journal.order.as_ref().and_then(|order| order.id.as_deref()),
            self.journal.installed.as_ref().map(|installed| installed.id.as_str()),
            self.journal.quarantined.as_ref().map(|quarantined| quarantined.id.as_str()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let candidates = account.candidates(self, &lost.iter().collect::<Vec<_>>(), &known)?;
        let hash = |order: &Certificate| {
            let mut hashes = lost.iter().map(|sent| hash_of(order, &sent.csr_sha256));
            let first = hashes.next().unwrap_or(Hash::Unknown);
            if hashes.any(|hash| hash == Hash::Ours) { Hash::Ours } else { first }
        };
        let (mut duplicates, others): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|order| hash(order) == Hash::Ours);
        let is_denied = |order: &Certificate| self.journal.hash_tells && hash(order) == Hash::Another;
        let (denied, open): (Vec<_>, Vec<_>) =
            others.into_iter().filter(Certificate::is_open).partition(is_denied);
        let mut unclear = denied;
        // As many as there are creates to account for are ours; among more, nobody can tell.
        if duplicates.len() + open.len() <= lost.len() {
            duplicates.extend(open);
        } else {
            unclear.extend(open);
        }
        if !unclear.is_empty() {
            let ids: Vec<_> = unclear.iter().map(shown).collect();
            let message = format!(
                "one of these orders may be ours and is left alone: {}; cancel those that nobody wants",
                ids.join(", ")
            );
            self.warn(Stage::Order, &message, []);
        }
        let mut is_found = false;
        for duplicate in duplicates {
            if !self.cancel_duplicate(&duplicate)? {
                continue;
            }
            is_found = true;
            let of_it = self.journal.lost.iter().position(|sent| carries_hash(&duplicate, &sent.csr_sha256));
            if let Some(index) = of_it.or_else(|| self.journal.lost.iter().position(is_meant)) {
                self.journal.lost.remove(index);
            }
        }
        Ok(is_found)
    }

    /// Says whether that is over: one that cannot be cancelled now is tried again with the next call.
    fn cancel_duplicate(&self, duplicate: &Certificate) -> Result<bool> {
        let id = &duplicate.id;
        let (message, is_over) = match self.cancel_once(id) {
            Ok(GivenUp::Issued(_)) => {
                (format!("a duplicate, {id}, turned up late and is issued already"), true)
            }
            Ok(GivenUp::Cancelled(_) | GivenUp::Gone) => {
                (format!("a duplicate, {id}, turned up late and was cancelled"), true)
            }
            Err(error) if error.kind() == Kind::Api => {
                (format!("a duplicate, {id}, turned up late and could not be cancelled yet ({error})"), false)
            }
            Err(error) => return Err(error),
        };
        self.warn(Stage::Order, &message, [("id", id.as_str().into())]);
        Ok(is_over)
    }
}

/// Refusals to cancel that asking again does not change.
fn is_final(error: &Error) -> bool {
    error.is_one_of(&[codes::CERTIFICATE_CANNOT_BE_CANCELLED, codes::FAILED_CANCELLING_CERTIFICATE])
}

fn is_being_issued(error: &Error) -> bool {
    error.is_one_of(&[codes::CERTIFICATE_NOT_REVOCABLE_BEING_ISSUED, codes::CONFLICT_114])
}
