//! Orders that are no longer wanted, and those that turn up late.

use std::time::Duration;

use super::account::{Account, carries_hash, is_open, shown};
use super::entry::Entry;
use super::journal::Sent;
use super::session::Session;
use super::telling::Stage;
use crate::answers::Certificate;
use crate::error::{Error, Kind, Result};
use crate::operations::{CancelCertificate, GetCertificate, Obtained, Outcome};

/// For so long a create without an outcome is looked for.
const LOST_FOR: Duration = Duration::from_secs(24 * 3600);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

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
    pub(crate) fn abandon(mut self) -> Result<Obtained> {
        self.journal.held = None;
        let mut certificate = None;
        if self.journal.order.is_some() {
            match self.cancel_order()? {
                Some(GivenUp::Issued(issued)) if self.has_key()? => {
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
        self.clear_leftovers()?;
        self.account_for_lost()?;
        Ok(self.outcome(Outcome::Abandoned, certificate))
    }

    /// Gives up the order because another one is wanted.
    pub(crate) fn drop_order(&mut self, why: &str) -> Result<()> {
        let message = format!("{why}, so the order under way is given up");
        self.progress(Stage::Order, &message, []);
        if let Some(GivenUp::Issued(certificate)) = self.cancel_order()? {
            let message = format!(
                "certificate {} was issued before it could be cancelled; it is not used",
                certificate.id
            );
            self.warn(Stage::Order, &message, [("id", certificate.id.into())]);
        }
        self.forget_order()
    }

    /// The order is over: what it published goes, and the journal knows it no more.
    pub(crate) fn forget_order(&mut self) -> Result<()> {
        if let Some(order) = self.journal.order.take() {
            self.let_go(order.published);
        }
        self.save()
    }

    /// Cancels the order under way, or finds that it cannot be cancelled any more. `None`: nothing is known of it.
    fn cancel_order(&mut self) -> Result<Option<GivenUp>> {
        let order = self.order()?.clone();
        if let Some(id) = &order.id {
            return self.cancel(id).map(Some);
        }
        let Some(sent) = order.sent else { return Ok(None) };
        // Sent, and its answer lost: whatever has come of it is looked for now and, if need be, for a day.
        self.order()?.sent = None;
        self.journal.lost.push(sent);
        self.save()?;
        self.account_for_lost()?;
        Ok(None)
    }

    fn cancel(&self, id: &str) -> Result<GivenUp> {
        let mut pause = self.wish.poll_interval;
        loop {
            let certificate = match self.send(&GetCertificate::new(id)) {
                Ok(certificate) => certificate,
                Err(error) if error.is_api(2803, "certificate_not_found") => return Ok(GivenUp::Gone),
                Err(error) => return Err(error),
            };
            match certificate.status.as_deref() {
                Some("draft" | "pending_validation") => {}
                Some("issued") => return Ok(GivenUp::Issued(certificate)),
                _ => return Ok(GivenUp::Cancelled(certificate)),
            }
            self.progress(Stage::Order, &format!("cancelling order {id}"), [("id", id.into())]);
            match self.send(&CancelCertificate::new(id)) {
                Ok(_) => return Ok(GivenUp::Cancelled(self.send(&GetCertificate::new(id))?)),
                Err(error) if is_being_issued(&error) => {
                    if !self.pause(pause)? {
                        return Err(error);
                    }
                    pause = pause.mul_f64(1.5).min(LONGEST_PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn has_key(&mut self) -> Result<bool> {
        let serial = self.order()?.serial;
        Ok(self.entry.read(&Entry::in_version(serial, super::order::KEY))?.is_some())
    }

    /// The same where a good certificate is in place: that the service cannot be asked is no reason to fail.
    pub(crate) fn account_for_lost_if_possible(&mut self) -> Result<()> {
        match self.account_for_lost() {
            Err(error) if !matches!(error.kind(), Kind::Storage | Kind::Cancelled) => {
                let message = format!("orders whose answers were lost are looked for next time ({error})");
                self.warn(Stage::Order, &message, []);
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Looks for orders of creates whose answers were lost, and cancels what turned up beside the one in use.
    pub(crate) fn account_for_lost(&mut self) -> Result<()> {
        let now = self.now();
        let age = |sent: &Sent| {
            sent.at.to_system_time().and_then(|at| now.duration_since(at).ok()).unwrap_or_default()
        };
        let before = self.journal.lost.len();
        self.journal.lost.retain(|sent| age(sent) < LOST_FOR);
        let mut is_changed = self.journal.lost.len() != before;
        let mut names: Vec<String> =
            self.journal.lost.iter().filter_map(|sent| sent.domains.first().cloned()).collect();
        names.dedup();
        for name in names {
            is_changed |= self.cancel_late(&name)?;
        }
        if is_changed { self.save() } else { Ok(()) }
    }

    /// Of one name; says whether something was found.
    fn cancel_late(&mut self, name: &str) -> Result<bool> {
        let account = Account::of(self, name)?;
        let of_name = |sent: &&Sent| sent.domains.first().is_some_and(|first| first == name);
        let lost: Vec<Sent> = self.journal.lost.iter().filter(of_name).cloned().collect();
        let known: Vec<&str> = [
            self.journal.order.as_ref().and_then(|order| order.id.as_deref()),
            self.journal.installed.as_ref().map(|installed| installed.id.as_str()),
            self.journal.held.as_ref().map(|held| held.id.as_str()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let candidates = account.candidates(self, &lost.iter().collect::<Vec<_>>(), &known)?;
        let (ours, others): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .partition(|candidate| lost.iter().any(|sent| carries_hash(candidate, &sent.csr_sha256)));
        let unproven: Vec<_> = others.into_iter().filter(is_open).collect();
        let mut duplicates = ours;
        if !self.journal.hash_tells && !unproven.is_empty() {
            // As many as there are creates to account for are ours; among more, nobody can tell.
            if duplicates.len() + unproven.len() <= lost.len() {
                duplicates.extend(unproven);
            } else {
                let ids: Vec<_> = unproven.iter().map(shown).collect();
                let message =
                    format!("one of these orders may be ours and is left alone: {}", ids.join(", "));
                self.warn(Stage::Order, &message, []);
            }
        }
        let is_found = !duplicates.is_empty();
        for duplicate in duplicates {
            self.cancel_duplicate(&duplicate)?;
            let matching = |sent: &Sent| carries_hash(&duplicate, &sent.csr_sha256);
            let of_it = self.journal.lost.iter().position(matching);
            let of_name = |sent: &Sent| sent.domains.first().is_some_and(|first| first == name);
            if let Some(index) = of_it.or_else(|| self.journal.lost.iter().position(of_name)) {
                self.journal.lost.remove(index);
            }
        }
        Ok(is_found)
    }

    fn cancel_duplicate(&self, duplicate: &Certificate) -> Result<()> {
        let id = &duplicate.id;
        let message = match self.cancel(id) {
            Ok(GivenUp::Issued(_)) => format!("a duplicate, {id}, turned up late and is issued already"),
            Ok(GivenUp::Cancelled(_) | GivenUp::Gone) => {
                format!("a duplicate, {id}, turned up late and was cancelled")
            }
            Err(error) if error.kind() == Kind::Api => {
                format!("a duplicate, {id}, turned up late and could not be cancelled ({error})")
            }
            Err(error) => return Err(error),
        };
        self.warn(Stage::Order, &message, [("id", id.as_str().into())]);
        Ok(())
    }
}

fn is_being_issued(error: &Error) -> bool {
    error.is_api(2909, "certificate_not_revocable_being_issued") || error.is_api(114, "conflict")
}
