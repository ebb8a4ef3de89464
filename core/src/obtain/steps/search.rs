//! Looking for an order whose answer was lost.

use std::time::{Duration, SystemTime};

use crate::answers::Certificate;
use crate::backoff::Backoff;
use crate::endpoints::GetCertificate;
use crate::error::{Error, Kind, Result};
use crate::obtain::check::Leaf;
use crate::obtain::events::Stage;
use crate::obtain::session::Session;
use crate::obtain::steps::account::{Account, has_names_of, is_not_ours, shown};
use crate::obtain::steps::order_csr::OrderCsr;
use crate::obtain::steps::others::Others;
use crate::obtain::store::journal::Sent;
use crate::ownership::{Hash, carries_hash, hash_of};
use crate::time::Time;

/// Between two listings of the account.
const FIRST_POLL: Duration = Duration::from_secs(1);
const MAX_POLL: Duration = Duration::from_secs(8);
/// Between the note that a create is sent and the request itself: a write to a shared store, and what a busy machine needs.
const MAX_DELAY: Duration = Duration::from_secs(30);

impl Session<'_> {
    /// The order of a create whose answer was lost, or was about other names: looked for at once, and again until it has
    /// had the time to turn up. `None`: it was not made, as far as can be told.
    pub(crate) fn found_again(&mut self, request: &OrderCsr) -> Result<Option<Certificate>> {
        if let Some(found) = self.search(request)? {
            return Ok(Some(found));
        }
        // The service has said that this is our order, and none of our names has turned up.
        let Some(id) = self.order()?.answered.clone() else { return Ok(None) };
        match self.send(&GetCertificate::new(&id)) {
            // It is another account's: the answer was another one's, too.
            Err(error) if is_not_ours(&error) => {
                self.warn(
                    Stage::Order,
                    &format!("order {id}, of which the answer told, is none of this account"),
                    [],
                );
                self.order()?.answered = None;
                self.save()?;
                Ok(None)
            }
            outcome => outcome.map(Some),
        }
    }

    fn search(&mut self, request: &OrderCsr) -> Result<Option<Certificate>> {
        let Some(sent) = self.order()?.sent.clone() else { return Ok(None) };
        let begin = self.env.clock.instant();
        let mut polls = Backoff::new(FIRST_POLL, 2.0, MAX_POLL);
        loop {
            let account = Account::of(self, self.terms.common_name())?;
            let mut creates = self.same_request(request);
            creates.push(sent.clone());
            if let Some(found) = self.pick(&account, request, &creates)? {
                return Ok(Some(found));
            }
            // From when this call begins to look: neither another host's clock nor the time until the create was really
            // sent counts against it.
            let left = self.spec.settle.saturating_sub(self.env.clock.instant().duration_since(begin));
            if left == Duration::ZERO || self.is_long_ago(&sent, account.server_time) {
                return Ok(None);
            }
            let pause = polls.pause().min(left);
            let message = "the order is not there yet";
            self.progress(Stage::Order, message, [("next_poll", pause.as_secs_f64().into())]);
            if !self.pause(pause)? {
                return Err(self.out_of_time());
            }
        }
    }

    /// Whether a create is so old by the service's clock that its order must have turned up, however long it took from the
    /// note in the journal until the service had it.
    fn is_long_ago(&self, sent: &Sent, server_time: Option<SystemTime>) -> bool {
        let noted = sent.server_time.as_ref().and_then(Time::to_system_time);
        let age = server_time.zip(noted).and_then(|(now, noted)| now.duration_since(noted).ok());
        age.is_some_and(|age| age > self.spec.settle + self.context.connection.timeout + MAX_DELAY)
    }

    /// A create that cannot be accounted for is looked for later.
    pub(crate) fn count_as_lost(&mut self) -> Result<()> {
        let sent = self.order()?.sent.take();
        self.journal.lost.extend(sent);
        self.save()
    }

    /// Creates of this very CSR whose outcome is not known.
    pub(crate) fn same_request(&self, request: &OrderCsr) -> Vec<Sent> {
        self.journal.lost.iter().filter(|sent| sent.csr_sha256 == request.sha256).cloned().collect()
    }

    /// Whether what was found by its names and its time alone is for another key.
    pub(crate) fn is_somebody_elses(&mut self, issued: &Certificate) -> Result<bool> {
        let order = self.order()?.clone();
        if !order.is_guessed {
            return Ok(false);
        }
        let download = self.download(&issued.id)?;
        let key = Leaf::of(download.certificate.as_bytes()).map(|leaf| leaf.public_key);
        Ok(key.zip(self.order_key(&order)?).is_some_and(|(its, ours)| its != ours))
    }

    /// Takes nothing of an order that turned out to be somebody else's. Ours is looked for again.
    pub(crate) fn disown(&mut self, theirs: &Certificate) -> Result<()> {
        let message = format!("certificate {} is for another key, so it is somebody else's", shown(theirs));
        self.warn(Stage::Order, &message, [("id", theirs.id.as_str().into())]);
        let order = self.order()?;
        (order.id, order.is_guessed) = (None, false);
        order.mailed.clear();
        order.sent.iter_mut().for_each(|sent| sent.baseline.push(theirs.id.clone()));
        let published = std::mem::take(&mut order.published);
        self.schedule_cleanup(published);
        self.save()
    }

    /// An order of this very CSR that no note tells of: a disk that lies has lost the note. Of other orders of these names
    /// that wait there is a warning, since a store that was lost has forgotten its own.
    pub(crate) fn unnoted(&self, account: &Account, request: &OrderCsr) -> Result<Option<Certificate>> {
        let is_like_ours = |entry: &&Certificate| entry.is_open() && has_names_of(entry, &self.terms);
        let mut others = Vec::new();
        for entry in account.certificates.iter().filter(is_like_ours) {
            let whole = self.send(&GetCertificate::new(&entry.id))?;
            // With the caller's key or CSR others may have ordered, too.
            if self.terms.public_key.is_none() && carries_hash(&whole, &request.sha256) {
                let message = format!("order {} is ours, and there was no note of it", shown(&whole));
                self.warn(Stage::Order, &message, []);
                return Ok(Some(whole));
            }
            others.push(whole);
        }
        if !others.is_empty() {
            // Those of other entries are not forgotten.
            let of_entries = Others::of(self);
            others.retain(|order| !of_entries.have(order));
        }
        if !others.is_empty() {
            let message = format!(
                "on the account another order of these names waits: {}; nothing here tells that it is ours, so cancel it \
                 unless somebody else wants it",
                others.iter().map(shown).collect::<Vec<_>>().join(", ")
            );
            self.warn(Stage::Order, &message, []);
        }
        Ok(None)
    }

    /// The one order that came of these creates, if there is one.
    pub(crate) fn pick(
        &self,
        account: &Account,
        request: &OrderCsr,
        creates: &[Sent],
    ) -> Result<Option<Certificate>> {
        let creates: Vec<&Sent> = creates.iter().collect();
        let known: Vec<&str> = self.journal.installed.iter().map(|installed| installed.id.as_str()).collect();
        let mut candidates = account.candidates(self, &creates, &known)?;
        candidates.sort_by_key(rank);
        if let Some(ours) = candidates.iter().rev().find(|candidate| carries_hash(candidate, &request.sha256))
        {
            return Ok(Some(ours.clone()));
        }
        // Another hash speaks against an order, but only a person may say that it is none of ours.
        let is_denied =
            |order: &Certificate| self.journal.hash_tells && hash_of(order, &request.sha256) == Hash::Another;
        let open = candidates.iter().filter(|order| !is_denied(order)).count();
        if candidates.is_empty() {
            return Ok(None);
        }
        if (1..=creates.len()).contains(&open) {
            return Ok(candidates.into_iter().rfind(|order| !is_denied(order)));
        }
        let ids: Vec<_> = candidates.iter().map(shown).collect();
        let message = format!(
            "an order was sent, its answer lost, and it cannot be told whether it is among those of these names: {}; \
             call again with `adopt` and the id that is ours, cancel those that are not, or call with `abandon`",
            ids.join(", ")
        );
        let candidates = candidates.iter().map(|candidate| serde_json::json!(candidate)).collect();
        Err(Error::new(Kind::Ambiguous, message).with_candidates(candidates))
    }
}

/// The error when what was found is somebody else's.
pub(crate) fn ours_is_missing(theirs: &Certificate) -> Error {
    let message = format!(
        "the answer about our order was lost, and certificate {}, which was found in its place, is for another key; call \
         again: ours is looked for once more, and then ordered anew",
        theirs.id
    );
    Error::new(Kind::Response, message).retryable(true)
}

/// What to take when several are ours: the one that is furthest, then the newest.
fn rank(certificate: &Certificate) -> (u8, Option<SystemTime>) {
    let state = match certificate.status.as_deref() {
        Some("issued") => 2,
        Some("pending_validation") => 1,
        _ => 0,
    };
    (state, certificate.created.as_ref().and_then(Time::to_system_time))
}
