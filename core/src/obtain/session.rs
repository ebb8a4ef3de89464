//! One call of `obtain`: which way it takes, from what the journal says.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use super::World;
use super::check::Lifetime;
use super::entry::{Entry, REQUEST};
use super::install::FILES;
use super::journal::{Installed, Journal, Order};
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
    pub(crate) wish: &'a Wish,
    pub(crate) entry: Entry<'a>,
    pub(crate) journal: Journal,
    deadline: Option<Instant>,
}

impl<'a> Session<'a> {
    /// Takes the entry's lock and reads its journal.
    pub(crate) fn open(context: Context<'a>, world: &'a World<'a>, wish: &'a Wish) -> Result<Self> {
        if matches!(wish.publisher, Publisher::Caller) && context.events.is_none() {
            let why = "give `webroot`, `listen` or `hook`: only an op can ask its caller to publish";
            return Err(Error::invalid("validation", why));
        }
        let deadline = wish.deadline.and_then(|time| world.clock.instant().checked_add(time));
        let entry = Entry::open(context, world, &wish.directory, &wish.name, deadline)?;
        let journal = entry.journal()?;
        Ok(Self { context, world, wish, entry, journal, deadline })
    }

    pub(crate) fn run(mut self) -> Result<Obtained> {
        if self.entry.is_read_only() {
            return self.look_only();
        }
        self.clear_leftovers()?;
        if self.wish.aim == Aim::GiveUp {
            return self.abandon();
        }
        self.look_at_held()?;
        if self.is_undeployed() {
            // Whoever finds it so runs the hook again, and does not order.
            self.keep_request()?;
            self.deploy()?;
            if let Some(installed) = self
                .journal
                .installed
                .clone()
                .filter(|there| self.journal.order.is_none() && there.terms == self.wish.terms)
            {
                return self.unchanged(&installed);
            }
        }
        self.drop_unwanted_order()?;
        let is_resumed = self.journal.order.is_some();
        if !is_resumed && let Some(installed) = self.good()? {
            if self.wish.adopt.as_ref().is_some_and(|id| *id != installed.id) {
                return Err(nothing_to_adopt());
            }
            self.keep_request()?;
            self.account_for_lost_if_possible(None)?;
            return self.unchanged(&installed);
        }
        if self.journal.order.as_ref().is_none_or(Order::is_untouched) && !self.wish.may_order() {
            let certificate = self.journal.installed.as_ref().map(|there| self.stored_certificate(there));
            return Ok(self.outcome(Outcome::Postponed, certificate.transpose()?));
        }
        self.prepare()?;
        self.keep_request()?;
        if !is_resumed {
            if self.wish.adopt.is_some() {
                return Err(nothing_to_adopt());
            }
            self.begin_order()?;
        }
        let is_first = self.journal.installed.is_none();
        let order = self.ordered()?;
        match self.validated(order)? {
            Waited::Pending(certificate) => Ok(self.outcome(Outcome::Pending, Some(*certificate))),
            Waited::Issued(certificate) => {
                self.install(&certificate)?;
                self.deploy()?;
                self.clear_leftovers()?;
                self.account_for_lost_if_possible(None)?;
                let outcome = match (is_resumed, is_first) {
                    (true, _) => Outcome::Resumed,
                    (false, true) => Outcome::Issued,
                    (false, false) => Outcome::Renewed,
                };
                Ok(self.outcome(outcome, Some(*certificate)))
            }
        }
    }

    /// What was asked for, for `renew_all`.
    fn keep_request(&self) -> Result<()> {
        // One that cannot be read is written anew.
        if self.entry.read_json(REQUEST).ok().flatten().as_ref() == Some(&self.wish.request) {
            return Ok(());
        }
        self.entry.write_json(REQUEST, &self.wish.request)
    }

    /// An order under way goes on, unless something else is wanted now, or nothing was sent for it and nothing needs to
    /// be.
    fn drop_unwanted_order(&mut self) -> Result<()> {
        let Some(order) = &self.journal.order else { return Ok(()) };
        if order.terms != self.wish.terms {
            if self.good()?.is_none() {
                self.prepare()?;
            }
            return self.drop_order("something else is wanted now");
        }
        if order.is_untouched() && self.wish.adopt.is_none() && self.good()?.is_some() {
            return self.forget_order();
        }
        Ok(())
    }

    fn is_undeployed(&self) -> bool {
        self.journal.installed.as_ref().is_some_and(|installed| !installed.deployed)
    }

    pub(crate) fn unchanged(&self, installed: &Installed) -> Result<Obtained> {
        let certificate = self.stored_certificate(installed)?;
        Ok(self.outcome(Outcome::Unchanged, Some(certificate)))
    }

    /// What is in place, if it is what is wanted and not due.
    pub(crate) fn good(&self) -> Result<Option<Installed>> {
        let Some(installed) = &self.journal.installed else { return Ok(None) };
        if self.wish.aim == Aim::Anew || installed.terms != self.wish.terms {
            return Ok(None);
        }
        let status = self.wish.statuses.as_ref().and_then(|statuses| statuses.get(&installed.id));
        if let Some(status) = status.filter(|status| matches!(status.as_str(), "revoked" | "cancelled")) {
            let message = format!("the certificate in place is {status}, so a new one is ordered");
            self.warn(Stage::Order, &message, [("id", installed.id.as_str().into())]);
            return Ok(None);
        }
        for file in FILES {
            if self.entry.read(&Entry::in_version(installed.serial, file))?.is_none() {
                let message = format!("{file} of the certificate in place is gone, so a new one is ordered");
                self.warn(Stage::Order, &message, []);
                return Ok(None);
            }
        }
        if let Some(why) = self.damage(installed.serial)? {
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
        let leaf = self.entry.read(&Entry::in_version(installed.serial, "cert.pem"))?;
        let lifetime = leaf.as_deref().and_then(Lifetime::of);
        let is_good = lifetime.is_some_and(|lifetime| !lifetime.is_due(self.wish.renew_at, self.now()));
        Ok(is_good.then(|| installed.clone()))
    }

    /// A certificate that failed our checks: it is looked at again, since it may have been our clock, and refused if
    /// that changes nothing.
    fn look_at_held(&mut self) -> Result<()> {
        let Some(held) = self.journal.held.clone().filter(|held| held.terms == self.wish.terms) else {
            return Ok(());
        };
        if self.is_fit(held.serial, &held.terms.domains)? {
            self.journal.order = Some(Order {
                serial: held.serial,
                terms: held.terms,
                sent: None,
                id: Some(held.id),
                published: Vec::new(),
                mailed: Vec::new(),
            });
            self.journal.held = None;
            return self.save();
        }
        let folder = self.entry.path.join(format!("versions/{}", held.serial));
        let message = format!(
            "certificate {} was issued and failed our checks ({}); it is kept in {} for a person to look at, and no \
             other is ordered; `abandon` forgets it",
            held.id,
            held.why,
            folder.display()
        );
        Err(Error::new(Kind::Response, message).retryable(false))
    }

    /// The end: what there is now.
    pub(crate) fn outcome(&self, outcome: Outcome, certificate: Option<Certificate>) -> Obtained {
        let installed = self.journal.installed.as_ref();
        let files: BTreeMap<String, String> = match installed {
            Some(_) => FILES
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

    /// Waits; false if the deadline comes first.
    pub(crate) fn pause(&self, pause: Duration) -> Result<bool> {
        let left = self.time_left();
        let is_enough = left.is_none_or(|left| pause < left);
        let end = self.world.clock.instant() + if is_enough { pause } else { left.unwrap_or(pause) };
        if self.world.clock.sleep_until(end, self.context.cancel) { Ok(is_enough) } else { Err(cancelled()) }
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
