//! One call of `obtain`: the state that its steps share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::budget::Permit;
use super::env::Env;
use super::events::{Facts, Stage, emit};
use super::order_spec::OrderSpec;
use crate::answers::Certificate;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::event::EventType;
use crate::obtain::interface::{Obtained, Outcome};
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::{KEYSTORE, files, short_name};
use crate::obtain::store::journal::{Installed, Journal, Order, Terms};
use crate::operation::Request;

/// The state that the steps share.
pub(crate) struct Session<'a> {
    pub(crate) context: Context<'a>,
    pub(crate) env: &'a Env<'a>,
    pub(crate) spec: Arc<OrderSpec>,
    /// The requested terms, with the key of an earlier call if that is kept.
    pub(crate) terms: Terms,
    pub(crate) turn: Turn,
    pub(crate) entry: Entry<'a>,
    pub(crate) journal: Journal,
    pub(crate) permit: Option<Permit>,
    /// Whether this call has sent a create whose outcome is not known.
    pub(crate) has_unknown_create: bool,
    /// Whether the requested order was found to be issued when a renewal should replace it.
    pub(crate) is_wanted_issued: bool,
    pub(crate) deadline: Option<Instant>,
    pub(crate) has_run_hook: bool,
}

/// Which request is worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Requested,
    /// The certificate in use is renewed, while another one is requested.
    InForce,
    /// The request is only tried out: nothing is stored, neither here nor in the shared store.
    Dry,
}

impl<'a> Session<'a> {
    /// Reads the journal of an entry that this call has locked.
    pub(crate) fn new(
        context: Context<'a>,
        env: &'a Env<'a>,
        entry: Entry<'a>,
        spec: Arc<OrderSpec>,
        deadline: Option<Instant>,
    ) -> Result<Self> {
        let journal = entry.journal().inspect_err(|_| entry.leave())?;
        let terms = spec.terms.clone();
        Ok(Self {
            context,
            env,
            spec,
            terms,
            turn: Turn::Requested,
            entry,
            journal,
            permit: None,
            has_unknown_create: false,
            is_wanted_issued: false,
            deadline,
            has_run_hook: false,
        })
    }

    /// Continues with another spec, in the time that is left of the call.
    pub(crate) fn turn_to(&mut self, turn: Turn, spec: Arc<OrderSpec>, deadline: Option<Instant>) {
        // What has no hook has not run one.
        self.has_run_hook &= !self.spec.deploy_hook.is_empty();
        self.spec.publisher.make_way_for(&spec.publisher);
        self.spec = spec;
        self.turn = turn;
        self.permit = None;
        self.deadline = deadline;
    }

    pub(crate) fn is_in_force(&self) -> bool {
        self.turn == Turn::InForce
    }

    pub(crate) fn unchanged(&self, installed: &Installed) -> Result<Obtained> {
        let certificate = self.stored_certificate(installed)?;
        let is_new_here = self.entry.has_brought_certificate();
        if is_new_here {
            self.prune();
        }
        let outcome = if is_new_here { Outcome::Installed } else { Outcome::Unchanged };
        Ok(self.outcome(outcome, Some(certificate)))
    }

    /// Sends an event with the result of the call.
    pub(crate) fn send_outcome(&self, outcome: Result<Obtained>) -> Result<Obtained> {
        let obtained = outcome?;
        let outcome = obtained.outcome.as_str();
        self.progress(Stage::Done, outcome, [("outcome", outcome.into())]);
        Ok(obtained)
    }

    /// The answer, from the current state.
    pub(crate) fn outcome(&self, outcome: Outcome, certificate: Option<Certificate>) -> Obtained {
        let installed = self.journal.installed.as_ref();
        let has_new_hook = self.has_new_hook().is_ok_and(|is_new| is_new);
        let files: BTreeMap<String, String> = match installed {
            Some(installed) => self
                .files_in_use(installed)
                .map(|file| (short_name(file).to_owned(), self.entry.current(file).display().to_string()))
                .collect(),
            None => BTreeMap::new(),
        };
        Obtained {
            outcome,
            certificate,
            files,
            deployed: installed.map(|installed| installed.deployed && !has_new_hook),
            findings: Vec::new(),
            extra: crate::answers::Extra::default(),
        }
    }

    pub(crate) fn files_in_use(&self, installed: &Installed) -> impl Iterator<Item = &'static str> + use<> {
        let by_csr = self.terms.by_csr || installed.terms.by_csr;
        let path = self.entry.path.join(Entry::in_version(installed.serial, KEYSTORE));
        let has_keystore = self.spec.pkcs12_password_file.is_some() && !by_csr && path.is_file();
        files(by_csr).iter().copied().chain(has_keystore.then_some(KEYSTORE))
    }

    pub(crate) fn progress<const N: usize>(&self, stage: Stage, message: &str, facts: Facts<N>) {
        self.emit(EventType::Progress, stage, message, facts);
    }

    /// A problem that needs attention, although the call continues.
    pub(crate) fn warn<const N: usize>(&self, stage: Stage, message: &str, facts: Facts<N>) {
        self.emit(EventType::Warning, stage, message, facts);
    }

    fn emit<const N: usize>(&self, kind: EventType, stage: Stage, message: &str, facts: Facts<N>) {
        emit(&self.context, &self.entry.name, kind, stage, message, facts);
    }

    pub(crate) fn save(&self) -> Result<()> {
        if self.turn == Turn::Dry { Ok(()) } else { self.entry.save(&self.journal) }
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.env.clock.now()
    }

    /// The current order. Only called if there is one.
    pub(crate) fn order(&mut self) -> Result<&mut Order> {
        let missing = || Error::new(Kind::Internal, "the journal has lost its order; please report this");
        self.journal.order.as_mut().ok_or_else(missing)
    }

    /// The context of one request to the service: it has the time-out of a request and ends at the call's deadline.
    pub(crate) fn call(&self) -> Result<Context<'a>> {
        let left = self.time_left();
        if left == Some(Duration::ZERO) {
            return Err(self.out_of_time());
        }
        let time =
            left.map_or(self.context.connection.timeout, |left| left.min(self.context.connection.timeout));
        Ok(Context { deadline: Instant::now() + time, ..self.context })
    }

    /// Sends one request to the service.
    pub(crate) fn send<R: Request>(&self, request: &R) -> Result<R::Answer> {
        self.call()?.send(request)
    }

    /// The time until the deadline, if there is one.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(self.env.clock.instant()))
    }

    /// The deadline by the machine's own clock, for code that waits by that clock.
    pub(crate) fn end(&self) -> Option<Instant> {
        self.time_left().map(|left| Instant::now() + left)
    }

    /// Ends earlier and leaves a part of the time to others. Returns the real deadline.
    pub(crate) fn end_early(&mut self, max_time: Duration) -> Option<Instant> {
        let call_deadline = self.deadline;
        let now = self.env.clock.instant();
        let half = self.time_left().map_or(max_time, |left| left / 2);
        self.deadline = now.checked_add(half).or(call_deadline);
        call_deadline
    }

    /// Waits. False if the deadline comes first.
    pub(crate) fn pause(&self, pause: Duration) -> Result<bool> {
        let left = self.time_left();
        let is_enough = left.is_none_or(|left| pause < left);
        let end = self.env.clock.instant() + if is_enough { pause } else { left.unwrap_or(pause) };
        loop {
            match self.entry.keep_lease() {
                // The engine may be back before the lease ends.
                Err(error) if error.kind() == Kind::Storage && error.is_retryable() => {
                    self.context.log(|| format!("{}: {error}", self.entry.name));
                }
                outcome => outcome?,
            }
            let next = self.entry.longest_pause().map(|longest| self.env.clock.instant() + longest);
            let next = next.map_or(end, |next| next.min(end));
            if !self.env.clock.sleep_until(next, self.context.cancel) {
                return Err(Error::cancelled());
            }
            if next == end {
                return Ok(is_enough);
            }
        }
    }

    pub(crate) fn check_not_cancelled(&self) -> Result<()> {
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
