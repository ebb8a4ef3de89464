//! The create call: what is stored before it, and what its answers mean.

use std::time::{Duration, SystemTime};

use crate::answers::Certificate;
use crate::endpoints::CreateCertificate;
use crate::error::{Error, Kind, Result, codes};
use crate::names;
use crate::obtain::events::Stage;
use crate::obtain::order_spec::Aim;
use crate::obtain::session::Session;
use crate::obtain::steps::account::Account;
use crate::obtain::steps::order_csr::OrderCsr;
use crate::obtain::steps::replacement::{is_in_the_way, is_no_replacement};
use crate::obtain::store::journal::Sent;
use crate::time::Time;

/// How many creates of an entry may have an unknown outcome. Each may use a place in the quota.
const MAX_UNKNOWN_CREATES: usize = 3;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// How far the local clock may differ from the server's. Above the first there is a warning. Above the second nothing
/// is ordered, because the age of orders would be unknown.
const CLOCK_WARNING: Duration = Duration::from_secs(300);
const CLOCK_REFUSAL: Duration = Duration::from_secs(3600);

/// The result of a create call.
enum Sending {
    Made(Box<Certificate>),
    /// It is not known whether it was carried out.
    Unknown(Error),
    /// It was certainly not carried out.
    Refused(Error),
}

impl Session<'_> {
    /// Creates the order. After a create with an unknown outcome the call makes no other create.
    pub(crate) fn create(&mut self, mut request: OrderCsr) -> Result<Certificate> {
        // Lost creates of other requests. An order of this request is adopted below.
        self.account_for_lost_if_possible(Some(&request.sha256))?;
        let mut account = Account::of(self, self.terms.common_name())?;
        // An order of an earlier create that has appeared since then.
        if let Some(found) = self.pick(&account, &request, &self.same_request(&request))? {
            return self.adopt_found(found, &request);
        }
        if let Some(found) = self.unnoted(&account, &request)? {
            return self.adopt_found(found, &request);
        }
        self.check_create_limit()?;
        if let Some(off) = self.compare_clocks(account.server_time)? {
            self.warn(Stage::Order, &off, []);
        }
        let mut replaces = self.replaced(&account)?;
        let mut tried = Vec::new();
        let mut may_try_again = true;
        // Why another certificate is replaced.
        let mut reason = None;
        loop {
            let refused = match self.send_create(&account, &request, replaces.as_deref())? {
                Sending::Made(made) => return self.adopt(*made, &request),
                Sending::Unknown(lost) => {
                    let found = self.after_unknown(&request, lost)?;
                    return self.adopt_found(found, &request);
                }
                Sending::Refused(refused) => refused,
            };
            tried.push(replaces.take());
            if is_country_missing(&refused)
                && let Some(other) = self.with_country(&request)?
            {
                replaces = tried.pop().flatten();
                request = other;
                continue;
            }
            let was_replacement = tried.last().is_some_and(Option::is_some);
            if was_replacement && is_no_replacement(&refused) && !tried.contains(&None) {
                self.warn(Stage::Order, &format!("ordering without a replacement ({refused})"), []);
                continue;
            }
            if may_try_again
                && is_in_the_way(&refused)
                && self.account_for_lost_if_possible(Some(&request.sha256))?
            {
                may_try_again = false;
                replaces = tried.pop().flatten();
                account = Account::of(self, self.terms.common_name())?;
                continue;
            }
            if let Some(found) = self.after_refusal(&request, &refused, &tried)? {
                return self.adopt_found(found, &request);
            }
            account = Account::of(self, self.terms.common_name())?;
            let cause = reason.as_ref().filter(|_| is_no_replacement(&refused)).unwrap_or(&refused);
            match self.other_replacement(&account, cause, &tried) {
                Some(other) => {
                    let message =
                        format!("ordering as a replacement of {other}, since a new order was refused");
                    self.warn(Stage::Order, &format!("{message} ({refused})"), []);
                    replaces = Some(other);
                    reason.get_or_insert(refused);
                }
                None => {
                    let refused = reason.filter(|_| is_no_replacement(&refused)).unwrap_or(refused);
                    return Err(self.explained(refused, &account));
                }
            }
        }
    }

    /// One create call. It is stored before it is sent.
    fn send_create(
        &mut self,
        account: &Account,
        request: &OrderCsr,
        replaces: Option<&str>,
    ) -> Result<Sending> {
        self.write_sent(account, request)?;
        let message = match replaces {
            Some(id) => format!("ordering, as a replacement of {id}"),
            None => "ordering".to_owned(),
        };
        self.progress(Stage::Order, &message, [("replaces", replaces.into())]);
        // Whoever was held up since the note looks once more whether the entry is still theirs.
        self.entry.keep_lease()?;
        let mut create = CreateCertificate::new(self.terms.domains.clone(), &request.csr);
        create.validity_days = Some(self.terms.validity_days);
        create.strict_domains = Some(self.terms.strict_domains);
        create.replacement_for_certificate = replaces.map(str::to_owned);
        match self.call().and_then(|context| create.send_once(&context)) {
            // An id that existed before belongs to another order: the answers were mixed up.
            Ok(made) if account.get(&made.id).is_some() => {
                let message =
                    format!("the service answered with order {}, which was there before ours", made.id);
                Ok(Sending::Unknown(Error::new(Kind::Response, message).retryable(true)))
            }
            Ok(made) if names::is_for_others(&made, &self.terms.domains) => {
                let message =
                    format!("the service answered with order {}, which is for other names", made.id);
                self.order()?.answered = Some(made.id);
                self.save()?;
                Ok(Sending::Unknown(Error::new(Kind::Response, message).retryable(true)))
            }
            // Whatever the spelling of its names.
            Ok(made) => Ok(Sending::Made(Box::new(made))),
            Err(lost) if lost.is_uncertain() && lost.kind() == Kind::Cancelled => Err(lost),
            Err(lost) if lost.is_uncertain() => Ok(Sending::Unknown(lost)),
            Err(refused) => {
                self.order()?.sent = None;
                self.save()?;
                Ok(Sending::Refused(refused))
            }
        }
    }

    /// Looks for the order. If it is not found, the next call looks once more before it orders again: in an outage each
    /// create may use a place in the quota.
    fn after_unknown(&mut self, request: &OrderCsr, lost: Error) -> Result<Certificate> {
        self.has_unknown_create = true;
        let message = format!("it cannot be told whether the order was made ({lost}); looking for it");
        self.warn(Stage::Order, &message, []);
        if let Some(permit) = self.permit.take() {
            permit.use_up();
        }
        if let Some(found) = self.found_again(request)? {
            return Ok(found);
        }
        self.count_as_lost()?;
        let what_follows = "the order is not on the account, so it was probably not made; call again: it is looked for \
                            once more and then ordered anew";
        Err(lost.and_say(what_follows).retryable(true))
    }

    /// Stores before the call that it is sent, and which orders existed before.
    fn write_sent(&mut self, account: &Account, request: &OrderCsr) -> Result<()> {
        let sent = Sent {
            at: Time::from(self.now()),
            server_time: account.server_time.map(Time::from),
            domains: self.terms.domains.clone(),
            strict_domains: self.terms.strict_domains,
            csr_sha256: request.sha256.clone(),
            baseline: account.ids(),
        };
        let order = self.order()?;
        order.sent = Some(sent);
        order.answered = None;
        self.save()
    }

    /// Limits the creates with an unknown outcome per day, unless the caller uses `force`.
    pub(crate) fn check_create_limit(&self) -> Result<()> {
        let now = self.now();
        let ages: Vec<Duration> = self.journal.lost.iter().map(|sent| sent.age(now)).collect();
        let recent = ages.iter().filter(|age| **age < DAY);
        if self.spec.aim == Aim::Anew || recent.clone().count() < MAX_UNKNOWN_CREATES {
            return Ok(());
        }
        let oldest = recent.max().copied().unwrap_or_default();
        let message = format!(
            "{MAX_UNKNOWN_CREATES} orders were sent for this entry in 24 hours without an answer that tells what became of them, \
             and each may take a place in the quota; look at `list_certificates`, and call with `force` to order all \
             the same"
        );
        Err(Error::new(Kind::RateLimited, message).with_limit_for(DAY.saturating_sub(oldest)))
    }

    /// Compares this machine's clock with the service's. A small difference is returned as a warning.
    pub(crate) fn compare_clocks(&self, server_time: Option<SystemTime>) -> Result<Option<String>> {
        let Some(server_time) = server_time else { return Ok(None) };
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
        Ok((off > CLOCK_WARNING)
            .then(|| format!("this machine's clock is {minutes} minutes off the service's; set the clock")))
    }
}

fn is_country_missing(error: &Error) -> bool {
    error.is(&codes::MISSING_COUNTRY_CODE)
}
