//! One call of `obtain`: what its steps share, and the way it takes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::budget::Permit;
use super::check::Lifetime;
use super::entry::Entry;
use super::env::Env;
use super::events::Stage;
use super::install::files;
use super::journal::{Installed, Journal, Order, Terms};
use super::order_spec::{Aim, OrderSpec};
use super::validate::Waited;
use crate::answers::Certificate;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::obtain::interface::{Obtained, Outcome};
use crate::operation::Request;

/// What stands in the way of a renewal, an order that only waits or a hook that fails, has this share of the time in which
/// a certificate is renewed.
pub(crate) const PATIENCE: f64 = 0.5;

/// What the steps share.
pub(crate) struct Session<'a> {
    pub(crate) context: Context<'a>,
    pub(crate) env: &'a Env<'a>,
    pub(crate) spec: Arc<OrderSpec>,
    /// What is wanted of the certificate, with the key of an earlier call where that is kept.
    pub(crate) terms: Terms,
    pub(crate) turn: Turn,
    pub(crate) entry: Entry<'a>,
    pub(crate) journal: Journal,
    pub(crate) permit: Option<Permit>,
    /// Whether this call has sent a create of which it is not known what became.
    pub(crate) has_unknown_create: bool,
    /// Whether the order of what is wanted turned out to be issued when it was to make way for what is in force.
    pub(crate) is_wanted_issued: bool,
    pub(crate) deadline: Option<Instant>,
    has_run_hook: bool,
}

/// Whose turn it is in an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Wanted,
    /// What is in place is renewed, while something else is wanted.
    InForce,
}

/// What a call does next.
enum Next {
    /// What is in place is what is wanted.
    Stay(Installed),
    /// The order under way goes on.
    GoOn,
    /// Another order is made.
    Begin,
}

impl<'a> Session<'a> {
    /// Reads the journal of an entry that is ours alone.
    pub(crate) fn new(
        context: Context<'a>,
        env: &'a Env<'a>,
        entry: Entry<'a>,
        spec: Arc<OrderSpec>,
        deadline: Option<Instant>,
    ) -> Result<Self> {
        let journal = entry.journal()?;
        let terms = spec.terms.clone();
        Ok(Self {
            context,
            env,
            spec,
            terms,
            turn: Turn::Wanted,
            entry,
            journal,
            permit: None,
            has_unknown_create: false,
            is_wanted_issued: false,
            deadline,
            has_run_hook: false,
        })
    }

    /// Goes on with another spec, in the time that is left of the call.
    pub(crate) fn turn_to(&mut self, turn: Turn, spec: Arc<OrderSpec>, deadline: Option<Instant>) {
        self.spec = spec;
        self.turn = turn;
        self.permit = None;
        self.deadline = deadline;
    }

    pub(crate) fn is_in_force(&self) -> bool {
        self.turn == Turn::InForce
    }

    pub(crate) fn run(&mut self) -> Result<Obtained> {
        if self.entry.is_read_only() {
            return self.look_only();
        }
        self.clear_leftovers()?;
        if self.spec.aim == Aim::GiveUp {
            return self.abandon();
        }
        self.resolve_terms()?;
        self.look_at_held()?;
        if self.is_undeployed() && !std::mem::replace(&mut self.has_run_hook, true) {
            // Whoever finds it so runs the hook again, and does not order.
            let installed = self.wanted_installed()?;
            if installed.is_some() {
                self.settle_request()?;
            }
            match self.deploy() {
                // A hook that keeps failing must not let the certificate expire.
                Err(error) if self.is_due(self.spec.renew_at * PATIENCE)? => {
                    let message =
                        format!("the certificate in place has little time left all the same ({error})");
                    self.warn(Stage::Deploy, &message, []);
                }
                Err(error) => return Err(error),
                Ok(()) => {
                    if let Some(installed) = installed.filter(|_| self.journal.order.is_none()) {
                        return self.unchanged(&installed);
                    }
                }
            }
        }
        match self.next()? {
            Next::Stay(installed) => {
                // While something else is wanted, its order goes on.
                if !self.is_in_force()
                    && let Some(issued) = self.drop_order_if_any("what is in place is wanted again")?
                {
                    self.pass_over(&issued)?;
                }
                self.clear_leftovers()?;
                let installed = self.pinned(installed)?;
                self.settle_request()?;
                if !self.spec.offline {
                    self.account_for_lost_if_possible(None)?;
                }
                self.unchanged(&installed)
            }
            Next::GoOn => self.pursue(true),
            Next::Begin => self.pursue(false),
        }
    }

    /// What is to be done, from what the journal says and what is in place.
    fn next(&mut self) -> Result<Next> {
        // One that was not sent is no reason to ask the service while the certificate is good.
        let (touched, untouched) = match self.journal.order.clone() {
            Some(order) if order.is_untouched() && self.spec.adopt.is_none() => (None, Some(order)),
            order => (order, None),
        };
        if let Some(order) = touched
            && self.goes_on(&order)?
        {
            return Ok(Next::GoOn);
        }
        if let Some(installed) = self.good()? {
            if self.spec.adopt.as_ref().is_some_and(|id| *id != installed.id) {
                return Err(nothing_to_adopt());
            }
            if !self.was_revoked(&installed)? {
                return Ok(Next::Stay(installed));
            }
        }
        match untouched {
            Some(order) if self.goes_on(&order)? => Ok(Next::GoOn),
            _ => Ok(Next::Begin),
        }
    }

    /// Whether the order under way is the one that is wanted.
    fn goes_on(&mut self, order: &Order) -> Result<bool> {
        if !self.terms.are_met_by(&order.terms, order.terms.public_key.as_deref()) {
            return Ok(false);
        }
        match self.order_key(order)? {
            Some(public_key) if self.is_used_already(&public_key)? => Ok(!self.is_revoked_key(&public_key)?),
            _ => Ok(true),
        }
    }

    /// Orders, or goes on with the order under way, up to a certificate in place.
    fn pursue(&mut self, goes_on: bool) -> Result<Obtained> {
        self.check_adopt(goes_on)?;
        self.prepare()?;
        let is_first = self.journal.installed.is_none();
        let mut is_new = false;
        let known = if goes_on {
            self.keep_request()?;
            self.known()?
        } else {
            None
        };
        let order = match known {
            Some(order) => order,
            None if !self.may_order()? => return self.postponed(),
            None => {
                is_new = !goes_on || self.journal.order.is_none();
                if is_new {
                    // A key that must not be used is refused before anything is changed.
                    self.key_source()?;
                    self.keep_request()?;
                    if let Some(obtained) = self.make_way()? {
                        return Ok(obtained);
                    }
                    self.begin_order()?;
                }
                self.ordered()?
            }
        };
        match self.validated(order)? {
            Waited::Pending(certificate) => Ok(self.outcome(Outcome::Pending, Some(*certificate))),
            Waited::Issued(certificate) => {
                self.install(&certificate)?;
                self.settle_request()?;
                self.deploy()?;
                self.clear_leftovers()?;
                self.account_for_lost_if_possible(None)?;
                let outcome = match (is_new, is_first) {
                    (false, _) => Outcome::Resumed,
                    (true, true) => Outcome::Issued,
                    (true, false) => Outcome::Renewed,
                };
                Ok(self.outcome(outcome, Some(*certificate)))
            }
        }
    }

    fn check_adopt(&self, goes_on: bool) -> Result<()> {
        let Some(id) = &self.spec.adopt else { return Ok(()) };
        if !goes_on {
            return Err(nothing_to_adopt());
        }
        match self.journal.order.as_ref().and_then(|order| order.id.as_ref()) {
            Some(known) if known != id => {
                Err(Error::invalid("adopt", "the order under way is known already, and is another one"))
            }
            _ => Ok(()),
        }
    }

    /// Whether one more order may be made in this run through a store.
    fn may_order(&mut self) -> Result<bool> {
        let Some(budget) = &self.spec.budget else { return Ok(true) };
        self.permit = budget.take(self.context.cancel, self.end());
        self.check_not_cancelled()?;
        Ok(self.permit.is_some())
    }

    fn postponed(&self) -> Result<Obtained> {
        let certificate = self.journal.installed.as_ref().map(|there| self.stored_certificate(there));
        Ok(self.outcome(Outcome::Postponed, certificate.transpose()?))
    }

    /// Another order is made, so the one under way is given up. Where it is issued already and is what is wanted, that is
    /// what comes of the call.
    fn make_way(&mut self) -> Result<Option<Obtained>> {
        let is_renewal = self.is_renewal();
        let Some(issued) = self.drop_order_if_any("something else is wanted now")? else { return Ok(None) };
        if self.is_in_force() {
            self.is_wanted_issued = true;
            return Ok(Some(self.outcome(Outcome::Pending, Some(issued))));
        }
        if is_renewal {
            self.install(&issued)?;
            self.deploy()?;
        } else {
            self.pass_over(&issued)?;
        }
        Ok(None)
    }

    /// Whether the order under way is for another certificate like the one in place.
    pub(crate) fn is_renewal(&self) -> bool {
        let (order, installed) = (self.journal.order.as_ref(), self.journal.installed.as_ref());
        order.is_some() && order.map(|order| &order.terms) == installed.map(|installed| &installed.terms)
    }

    /// Gives up the order under way; the certificate, if it was too late for that.
    pub(crate) fn drop_order_if_any(&mut self, why: &str) -> Result<Option<Certificate>> {
        match &self.journal.order {
            None => Ok(None),
            Some(order) if order.is_untouched() => self.forget_order().map(|()| None),
            Some(_) => self.drop_order(why),
        }
    }

    fn is_undeployed(&self) -> bool {
        self.journal.installed.as_ref().is_some_and(|installed| !installed.deployed)
    }

    /// What is in place, with the key of the caller's if it is that: it is the caller's from now on.
    fn pinned(&mut self, mut installed: Installed) -> Result<Installed> {
        if self.terms.has_own_key() && !installed.terms.has_own_key() {
            self.note_key_use(installed.serial, &installed.id, true)?;
            installed.terms = self.terms.clone();
            self.journal.installed = Some(installed.clone());
            self.save()?;
        }
        Ok(installed)
    }

    pub(crate) fn unchanged(&self, installed: &Installed) -> Result<Obtained> {
        let certificate = self.stored_certificate(installed)?;
        Ok(self.outcome(Outcome::Unchanged, Some(certificate)))
    }

    /// Whether what is in place is what is wanted, as far as that can be told.
    pub(crate) fn has_what_is_wanted(&mut self) -> bool {
        self.resolve_terms().is_ok() && self.wanted_installed().is_ok_and(|installed| installed.is_some())
    }

    /// What is in place, if it is of the terms that are wanted.
    pub(crate) fn wanted_installed(&self) -> Result<Option<Installed>> {
        let Some(installed) = &self.journal.installed else { return Ok(None) };
        let public_key = match (&self.terms.public_key, &installed.terms.public_key) {
            (None, _) => None,
            (Some(_), Some(known)) => Some(known.clone()),
            (Some(_), None) => self.public_key_of(installed.serial)?,
        };
        let is_met = self.terms.are_met_by(&installed.terms, public_key.as_deref());
        Ok(is_met.then(|| installed.clone()))
    }

    /// What is in place, if it is what is wanted and not due.
    pub(crate) fn good(&self) -> Result<Option<Installed>> {
        if self.spec.aim == Aim::Anew {
            return Ok(None);
        }
        let Some(installed) = self.wanted_installed()? else { return Ok(None) };
        for file in files(self.terms.by_csr || installed.terms.by_csr) {
            if self.entry.read(&Entry::in_version(installed.serial, file))?.is_none() {
                let message = format!("{file} of the certificate in place is gone, so a new one is ordered");
                self.warn(Stage::Order, &message, []);
                return Ok(None);
            }
        }
        if let Some(why) = self.damage(&installed)? {
            let message = format!("the certificate in place is damaged ({why}), so a new one is ordered");
            self.warn(Stage::Order, &message, []);
            return Ok(None);
        }
        if !self.entry.is_current(installed.serial)? {
            self.warn(
                Stage::Install,
                "`current` does not lead to the certificate in place; it is put right",
                [],
            );
            self.entry.switch(installed.serial)?;
        }
        let is_due = self.leaf()?.is_none_or(|leaf| leaf.is_due(self.spec.renew_at, self.now()));
        Ok((!is_due).then_some(installed))
    }

    /// When the leaf in place is valid.
    pub(crate) fn leaf(&self) -> Result<Option<Lifetime>> {
        let Some(installed) = &self.journal.installed else { return Ok(None) };
        let leaf = self.entry.read(&Entry::in_version(installed.serial, "cert.pem"))?;
        Ok(leaf.as_deref().and_then(Lifetime::of))
    }

    /// Whether what is in place has less than this share of its time left, or is damaged.
    pub(crate) fn is_due(&self, renew_at: f64) -> Result<bool> {
        let Some(installed) = &self.journal.installed else { return Ok(true) };
        let is_due = self.leaf()?.is_none_or(|leaf| leaf.is_due(renew_at, self.now()));
        Ok(is_due || self.damage(installed)?.is_some())
    }

    /// Tells what came of the call.
    pub(crate) fn tell_end(&self, outcome: Result<Obtained>) -> Result<Obtained> {
        let obtained = outcome?;
        let outcome = obtained.outcome.as_str();
        self.progress(Stage::Done, outcome, [("outcome", outcome.into())]);
        Ok(obtained)
    }

    /// What there is now.
    pub(crate) fn outcome(&self, outcome: Outcome, certificate: Option<Certificate>) -> Obtained {
        let installed = self.journal.installed.as_ref();
        let files: BTreeMap<String, String> = match installed {
            Some(installed) => files(self.terms.by_csr || installed.terms.by_csr)
                .iter()
                .map(|file| {
                    let path = self.entry.current(file).display().to_string();
                    (file.trim_end_matches(".pem").to_owned(), path)
                })
                .collect(),
            None => BTreeMap::new(),
        };
        Obtained {
            outcome,
            certificate,
            files,
            deployed: installed.map(|installed| installed.deployed),
            extra: crate::answers::Extra::default(),
        }
    }

    pub(crate) fn save(&self) -> Result<()> {
        self.entry.save(&self.journal)
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.env.clock.now()
    }

    /// The order under way; only called where there is one.
    pub(crate) fn order(&mut self) -> Result<&mut Order> {
        let missing = || Error::new(Kind::Internal, "the journal has lost its order; please report this");
        self.journal.order.as_mut().ok_or_else(missing)
    }

    /// The context of one call to the service: with the time of a call, and not beyond the deadline.
    pub(crate) fn call(&self) -> Result<Context<'a>> {
        let left = self.time_left();
        if left == Some(Duration::ZERO) {
            return Err(self.out_of_time());
        }
        let time =
            left.map_or(self.context.connection.timeout, |left| left.min(self.context.connection.timeout));
        Ok(Context { deadline: Instant::now() + time, ..self.context })
    }

    /// One call to the service.
    pub(crate) fn send<R: Request>(&self, request: &R) -> Result<R::Answer> {
        self.call()?.send(request)
    }

    /// Until the deadline, if there is one.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(self.env.clock.instant()))
    }

    /// The deadline on the machine's own clock, for those who wait by that.
    pub(crate) fn end(&self) -> Option<Instant> {
        self.time_left().map(|left| Instant::now() + left)
    }

    /// Leaves a part of the call's time to others; gives the whole of it back.
    pub(crate) fn end_early(&mut self, longest: Duration) -> Option<Instant> {
        let whole = self.deadline;
        let now = self.env.clock.instant();
        let half = self.time_left().map_or(longest, |left| left / 2);
        self.deadline = now.checked_add(half).or(whole);
        whole
    }

    /// Waits; false if the deadline comes first.
    pub(crate) fn pause(&self, pause: Duration) -> Result<bool> {
        let left = self.time_left();
        let is_enough = left.is_none_or(|left| pause < left);
        let end = self.env.clock.instant() + if is_enough { pause } else { left.unwrap_or(pause) };
        if self.env.clock.sleep_until(end, self.context.cancel) {
            Ok(is_enough)
        } else {
            Err(Error::cancelled())
        }
    }

    fn check_not_cancelled(&self) -> Result<()> {
        if self.context.cancel.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    pub(crate) fn out_of_time(&self) -> Error {
        let doing = match &self.journal.order {
            Some(order) if order.id.is_some() => "the order is kept: call again to go on with it",
            Some(Order { sent: Some(_), .. }) => {
                "whether the order was made cannot be told yet: call again, and it is looked for"
            }
            _ => "nothing was ordered: call again",
        };
        Error::new(Kind::Timeout, format!("the deadline came first; {doing}"))
    }
}

fn nothing_to_adopt() -> Error {
    Error::invalid("adopt", "there is no order under way that it could belong to")
}
