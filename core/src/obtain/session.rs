//! One call of `obtain`: what its steps share, and the way it takes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::World;
use super::budget::Permit;
use super::check::Lifetime;
use super::entry::Entry;
use super::install::files;
use super::journal::{Installed, Journal, Order, Terms};
use super::publish::Publisher;
use super::telling::Stage;
use super::validate::Waited;
use super::wish::{Aim, Wish};
use crate::answers::Certificate;
use crate::attempts::cancelled;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::operation::Request;
use crate::operations::{Obtained, Outcome};

/// What the steps share.
pub(crate) struct Session<'a> {
    pub(crate) context: Context<'a>,
    pub(crate) world: &'a World<'a>,
    pub(crate) wish: Arc<Wish>,
    /// What is wanted of the certificate, with the key of an earlier call where that is kept.
    pub(crate) terms: Terms,
    /// Whether this renews what is in force, while something else is wanted.
    pub(crate) is_in_force: bool,
    pub(crate) entry: Entry<'a>,
    pub(crate) journal: Journal,
    pub(crate) permit: Option<Permit>,
    deadline: Option<Instant>,
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
    /// Takes the entry's lock and reads its journal.
    pub(crate) fn open(context: Context<'a>, world: &'a World<'a>, wish: Arc<Wish>) -> Result<Self> {
        if matches!(wish.publisher, Publisher::Caller) && context.events.is_none() {
            let why = "give `webroot`, `listen` or `hook`: only an op can ask its caller to publish";
            return Err(Error::invalid("validation", why));
        }
        let deadline = wish.deadline.and_then(|time| world.clock.instant().checked_add(time));
        let entry = Entry::open(context, world, &wish.directory, &wish.name, deadline)?;
        let journal = entry.journal()?;
        let terms = wish.terms.clone();
        Ok(Self { context, world, wish, terms, is_in_force: false, entry, journal, permit: None, deadline })
    }

    /// Goes on with another wish, in the time that is left of the call.
    pub(crate) fn turn_to(&mut self, wish: Arc<Wish>, deadline: Option<Instant>) {
        self.wish = wish;
        self.is_in_force = true;
        self.permit = None;
        self.deadline = deadline;
    }

    pub(crate) fn run(&mut self) -> Result<Obtained> {
        if self.entry.is_read_only() {
            return self.look_only();
        }
        self.clear_leftovers()?;
        if self.wish.aim == Aim::GiveUp {
            return self.abandon();
        }
        self.resolve_terms()?;
        self.look_at_held()?;
        if self.is_undeployed() {
            // Whoever finds it so runs the hook again, and does not order.
            self.keep_request()?;
            self.deploy()?;
            if self.journal.order.is_none()
                && let Some(installed) = self.wanted_installed()?
            {
                return self.unchanged(&installed);
            }
        }
        match self.next()? {
            Next::Stay(installed) => {
                self.drop_order_if_any("what is in place is wanted again")?;
                self.clear_leftovers()?;
                self.keep_request()?;
                if !self.wish.offline {
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
        let goes_on = match self.journal.order.clone() {
            Some(order) => self.goes_on(&order)?,
            None => false,
        };
        let is_untouched = self.journal.order.as_ref().is_none_or(Order::is_untouched);
        if goes_on && !(is_untouched && self.wish.adopt.is_none()) {
            return Ok(Next::GoOn);
        }
        if let Some(installed) = self.good()? {
            if self.wish.adopt.as_ref().is_some_and(|id| *id != installed.id) {
                return Err(nothing_to_adopt());
            }
            if !self.was_revoked(&installed)? {
                return Ok(Next::Stay(installed));
            }
        }
        Ok(if goes_on { Next::GoOn } else { Next::Begin })
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
        if !goes_on && self.wish.adopt.is_some() {
            return Err(nothing_to_adopt());
        }
        if self.journal.order.as_ref().is_none_or(|order| order.id.is_none() || !goes_on)
            && let Some(budget) = &self.wish.budget
        {
            self.permit = budget.take(self.context.cancel, self.end());
            if self.permit.is_none() {
                self.check_not_cancelled()?;
                let certificate = self.journal.installed.as_ref().map(|there| self.stored_certificate(there));
                return Ok(self.outcome(Outcome::Postponed, certificate.transpose()?));
            }
        }
        self.prepare()?;
        if !goes_on {
            // A key that must not be used is refused before anything is changed.
            self.key_source()?;
        }
        self.keep_request()?;
        if !goes_on {
            self.drop_order_if_any("something else is wanted now")?;
            self.begin_order()?;
        }
        let is_first = self.journal.installed.is_none();
        let order = self.ordered()?;
        match self.validated(order)? {
            Waited::Pending(certificate) => Ok(self.outcome(Outcome::Pending, Some(*certificate))),
            Waited::Issued(certificate) => {
                self.install(&certificate)?;
                self.keep_request()?;
                self.deploy()?;
                self.clear_leftovers()?;
                self.account_for_lost_if_possible(None)?;
                let outcome = match (goes_on, is_first) {
                    (true, _) => Outcome::Resumed,
                    (false, true) => Outcome::Issued,
                    (false, false) => Outcome::Renewed,
                };
                Ok(self.outcome(outcome, Some(*certificate)))
            }
        }
    }

    fn drop_order_if_any(&mut self, why: &str) -> Result<()> {
        match &self.journal.order {
            None => Ok(()),
            Some(order) if order.is_untouched() => self.forget_order(),
            Some(_) => self.drop_order(why),
        }
    }

    fn is_undeployed(&self) -> bool {
        self.journal.installed.as_ref().is_some_and(|installed| !installed.deployed)
    }

    pub(crate) fn unchanged(&self, installed: &Installed) -> Result<Obtained> {
        let certificate = self.stored_certificate(installed)?;
        Ok(self.outcome(Outcome::Unchanged, Some(certificate)))
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
        if self.wish.aim == Aim::Anew {
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
        let is_good = self
            .lifetime(&installed)?
            .is_some_and(|lifetime| !lifetime.is_due(self.wish.renew_at, self.now()));
        Ok(is_good.then_some(installed))
    }

    /// When the leaf in place is valid.
    pub(crate) fn lifetime(&self, installed: &Installed) -> Result<Option<Lifetime>> {
        let leaf = self.entry.read(&Entry::in_version(installed.serial, "cert.pem"))?;
        Ok(leaf.as_deref().and_then(Lifetime::of))
    }

    /// The end: what there is now.
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
        self.progress(Stage::Done, outcome.as_str(), [("outcome", outcome.as_str().into())]);
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
        self.world.clock.now()
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
        let time = left.map_or(self.context.core.timeout, |left| left.min(self.context.core.timeout));
        Ok(Context { deadline: Instant::now() + time, ..self.context })
    }

    /// One call to the service.
    pub(crate) fn send<R: Request>(&self, request: &R) -> Result<R::Answer> {
        self.call()?.send(request)
    }

    /// Until the deadline, if there is one.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(self.world.clock.instant()))
    }

    /// The deadline on the machine's own clock, for those who wait by that.
    pub(crate) fn end(&self) -> Option<Instant> {
        self.time_left().map(|left| Instant::now() + left)
    }

    /// Leaves a part of the call's time to others; gives the whole of it back.
    pub(crate) fn end_early(&mut self, longest: Duration) -> Option<Instant> {
        let whole = self.deadline;
        let now = self.world.clock.instant();
        let half = self.time_left().map_or(longest, |left| left / 2);
        self.deadline = now.checked_add(half).or(whole);
        whole
    }

    /// Waits; false if the deadline comes first.
    pub(crate) fn pause(&self, pause: Duration) -> Result<bool> {
        let left = self.time_left();
        let is_enough = left.is_none_or(|left| pause < left);
        let end = self.world.clock.instant() + if is_enough { pause } else { left.unwrap_or(pause) };
        if self.world.clock.sleep_until(end, self.context.cancel) { Ok(is_enough) } else { Err(cancelled()) }
    }

    fn check_not_cancelled(&self) -> Result<()> {
        if self.context.cancel.is_cancelled() { Err(cancelled()) } else { Ok(()) }
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
