//! One order, and never a second: what is written before the create call, and how its outcome is found again.

use std::time::{Duration, SystemTime};

use super::account::{Account, Hash, carries_hash, has_names_of, hash_of, is_live, shown};
use super::entry::{Entry, PRIVATE};
use super::journal::{Installed, Order, Sent};
use super::session::Session;
use super::telling::Stage;
use super::wish::Replace;
use crate::answers::Certificate;
use crate::error::{Error, Kind, Result};
use crate::operations::{CreateCertificate, GetCertificate};
use crate::signing_request;
use crate::time::Time;

pub(crate) const KEY: &str = "privkey.pem";
pub(crate) const CSR: &str = "csr.pem";

/// The brake: how many creates an entry may send in this time.
const MOST_CREATES: usize = 3;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// How far our clock may be off the server's: the first is worth a word, beyond the second nothing is ordered, since
/// what was made when could not be told.
const CLOCK_WARNING: Duration = Duration::from_secs(300);
const CLOCK_REFUSAL: Duration = Duration::from_secs(3600);
/// Between two looks for a lost order.
const FIRST_LOOK: Duration = Duration::from_secs(1);
const LONGEST_LOOK: Duration = Duration::from_secs(8);
/// An order that waits for longer than this is begun anew.
const STALE: Duration = Duration::from_secs(7 * 24 * 3600);

impl Session<'_> {
    /// Writes down that there is to be an order; its key and CSR are made later.
    pub(crate) fn begin_order(&mut self) -> Result<()> {
        self.journal.last_serial += 1;
        while self.entry.has_version(self.journal.last_serial) {
            self.journal.last_serial += 1;
        }
        self.journal.order = Some(Order {
            serial: self.journal.last_serial,
            terms: self.wish.terms.clone(),
            sent: None,
            id: None,
            published: Vec::new(),
            mailed: Vec::new(),
        });
        self.save()
    }

    /// The order under way at the service: known, found again, or made.
    pub(crate) fn ordered(&mut self) -> Result<Certificate> {
        if let Some(id) = self.wish.adopt.clone() {
            self.adopt_named(&id)?;
        }
        if let Some(certificate) = self.known()? {
            return Ok(certificate);
        }
        let request = self.make_request()?;
        loop {
            if self.order()?.sent.is_some()
                && let Some(found) = self.search(&request)?
            {
                return self.adopt(found, &request);
            }
            if let Some(made) = self.create(&request)? {
                return self.adopt(made, &request);
            }
        }
    }

    /// The order whose id is known, unless it is over: then it is forgotten, and another one is begun.
    fn known(&mut self) -> Result<Option<Certificate>> {
        let Some(id) = self.order()?.id.clone() else { return Ok(None) };
        let why = match self.send(&GetCertificate::new(&id)) {
            Ok(certificate) if !is_live(&certificate) => {
                format!("order {} is over", shown(&certificate))
            }
            Ok(certificate) if self.is_stale(&certificate) => {
                self.drop_order("it is older than seven days")?;
                format!("order {id} was older than seven days")
            }
            Ok(certificate) => return Ok(Some(certificate)),
            Err(error) if error.is_api(2803, "certificate_not_found") => {
                // Should it turn up again, it is one too many.
                let sent = self.order()?.sent.take();
                self.journal.lost.extend(sent);
                format!("the service does not know order {id}")
            }
            Err(error) => return Err(error),
        };
        self.warn(Stage::Order, &format!("{why}, so another one is made"), [("id", id.into())]);
        self.forget_order()?;
        self.begin_order()?;
        Ok(None)
    }

    fn is_stale(&self, certificate: &Certificate) -> bool {
        let created = certificate.created.as_ref().and_then(Time::to_system_time);
        certificate.status.as_deref() == Some("draft")
            && created.is_some_and(|created| self.now().duration_since(created).unwrap_or_default() > STALE)
    }

    /// Key and CSR, on disk before anything is sent. Those of an order that may have been sent are never replaced.
    fn make_request(&mut self) -> Result<Request> {
        let order = self.order()?.clone();
        let (key_file, csr_file) =
            (Entry::in_version(order.serial, KEY), Entry::in_version(order.serial, CSR));
        if let (Some(_), Some(csr)) = (self.entry.read(&key_file)?, self.entry.read_text(&csr_file)?) {
            let request = Request::of(csr);
            if order.sent.as_ref().is_none_or(|sent| sent.csr_sha256 == request.sha256) {
                return Ok(request);
            }
        }
        if order.sent.is_some() {
            return Err(Error::storage(
                self.entry.path.join(&key_file),
                "the key or the CSR of the order under way is gone or is another one; restore it, or call with \
                 `abandon` to give the order up",
            ));
        }
        self.progress(
            Stage::Key,
            "making the key and the CSR",
            [("key_type", order.terms.key_type.as_str().into())],
        );
        let key = match self.kept_key()? {
            Some(pem) => signing_request::read_key(&pem, Some(order.terms.key_type.as_str()))?,
            None => signing_request::new_key(order.terms.key_type.as_str())?,
        };
        let names: Vec<&str> = order.terms.domains.iter().map(String::as_str).collect();
        let csr = signing_request::make(&key, &names)?;
        self.entry.make_version(order.serial)?;
        let pem = zeroize::Zeroizing::new(key.serialize_pem());
        self.entry.write(&key_file, pem.as_bytes(), PRIVATE)?;
        self.entry.write(&csr_file, csr.as_bytes(), PRIVATE)?;
        Ok(Request::of(csr))
    }

    /// The key in use, if it is to be kept and is of the wanted kind.
    fn kept_key(&self) -> Result<Option<zeroize::Zeroizing<String>>> {
        let Some(installed) = self.journal.installed.as_ref().filter(|_| self.wish.reuse_key) else {
            return Ok(None);
        };
        if installed.terms.key_type != self.wish.terms.key_type {
            return Ok(None);
        }
        Ok(self.entry.read_text(&Entry::in_version(installed.serial, KEY))?.map(zeroize::Zeroizing::new))
    }

    /// Sends the create call. `None`: it cannot be told whether it was carried out.
    fn create(&mut self, request: &Request) -> Result<Option<Certificate>> {
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

    /// After a lost answer: looks at once, and again until it has had the time to turn up. `None`: it was not made.
    fn search(&mut self, request: &Request) -> Result<Option<Certificate>> {
        let Some(sent) = self.order()?.sent.clone() else { return Ok(None) };
        let mut pause = FIRST_LOOK;
        loop {
            let account = Account::of(self, self.wish.terms.common_name())?;
            let mut creates = self.same_request(request);
            creates.push(sent.clone());
            if let Some(found) = self.pick(&account, request, &creates)? {
                return Ok(Some(found));
            }
            let age = sent.at.to_system_time().and_then(|at| self.now().duration_since(at).ok());
            // A clock that was set back tells nothing, so the whole time is waited for.
            let left = self.wish.settle.saturating_sub(age.unwrap_or_default());
            if left == Duration::ZERO {
                break;
            }
            let message = "the order is not there yet";
            self.progress(Stage::Order, message, [("next_poll", pause.min(left).as_secs_f64().into())]);
            if !self.pause(pause.min(left))? {
                return Err(self.out_of_time());
            }
            pause = (pause * 2).min(LONGEST_LOOK);
        }
        self.warn(Stage::Order, "the order was not made, as far as can be told", []);
        self.order()?.sent = None;
        self.journal.lost.push(sent);
        self.save()?;
        Ok(None)
    }

    /// Creates of this very CSR whose outcome is not known.
    fn same_request(&self, request: &Request) -> Vec<Sent> {
        self.journal.lost.iter().filter(|sent| sent.csr_sha256 == request.sha256).cloned().collect()
    }

    /// The one order that came of these creates, if there is one.
    fn pick(&self, account: &Account, request: &Request, creates: &[Sent]) -> Result<Option<Certificate>> {
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

    /// Takes an order for ours.
    fn adopt(&mut self, found: Certificate, request: &Request) -> Result<Certificate> {
        self.journal.hash_tells |= carries_hash(&found, &request.sha256);
        if self.order()?.sent.is_none() {
            // It came of an earlier create, which is accounted for by that.
            let create = self.journal.lost.iter().position(|sent| sent.csr_sha256 == request.sha256);
            let create = create.map(|index| self.journal.lost.remove(index));
            self.order()?.sent = create;
        }
        for lost in &mut self.journal.lost {
            lost.baseline.push(found.id.clone());
        }
        self.order()?.id = Some(found.id.clone());
        self.save()?;
        self.progress(
            Stage::Order,
            &format!("the order is {}", shown(&found)),
            [("id", found.id.as_str().into())],
        );
        Ok(found)
    }

    /// The one that the caller names.
    fn adopt_named(&mut self, id: &str) -> Result<()> {
        if self.order()?.id.as_deref() == Some(id) {
            return Ok(());
        }
        if self.order()?.id.is_some() {
            return Err(Error::invalid("adopt", "the order under way is known already, and is another one"));
        }
        let certificate = self.send(&GetCertificate::new(id))?;
        if !has_names_of(&certificate, &self.wish.terms) || !is_live(&certificate) {
            let why = format!("{} is no live order of these names", shown(&certificate));
            return Err(Error::invalid("adopt", why));
        }
        let request = self.make_request()?;
        // What else is there now was looked at by a person, and is not ours.
        let others = Account::of(self, self.wish.terms.common_name())?.ids();
        for lost in &mut self.journal.lost {
            lost.baseline.clone_from(&others);
        }
        self.adopt(certificate, &request)?;
        Ok(())
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

/// A CSR and the hash that names it.
struct Request {
    csr: String,
    sha256: String,
}

impl Request {
    fn of(csr: String) -> Self {
        let sha256 = signing_request::sha256(&csr);
        Self { csr, sha256 }
    }
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
