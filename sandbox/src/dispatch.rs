//! The path of a call: its access key, its operation, its faults and quirks, and its answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use crate::account::Owner;
use crate::as_of::{self, Since};
use crate::call::Call;
use crate::fault::{Faults, When};
use crate::journal::{Asked, Journal};
use crate::operation;
use crate::quirk::Effect;
use crate::refusal::{self, Refusal};
use crate::reply::{Reply, WireFault};
use crate::routes::{self, Found};
use crate::server::{Received, Responder};
use crate::service::Service;
use crate::spelled::Spellings;
use crate::state::signed;
use crate::wrong_types;

pub(crate) struct Dispatcher {
    pub(crate) service: Arc<Service>,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    late: Mutex<Vec<Late>>,
}

/// A call that is carried out after it was answered.
pub(crate) struct Late {
    when: OffsetDateTime,
    call: Call,
    found: Found,
}

impl Dispatcher {
    pub(crate) fn new(service: Arc<Service>) -> Self {
        Self { service, faults: Faults::default(), journal: Journal::default(), late: Mutex::default() }
    }

    /// Lock order: this lock first, then the state.
    fn late(&self) -> MutexGuard<'_, Vec<Late>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resets to the initial state.
    pub(crate) fn reset(&self) {
        let mut late = self.late();
        self.service.reset();
        late.clear();
        drop(late);
        self.faults.clear();
        self.journal.reset();
    }

    /// The first delayed call that is due and that `suits` accepts.
    pub(crate) fn take_late(&self, suits: impl Fn(&Late) -> bool) -> Option<Late> {
        let mut late = self.late();
        let now = self.service.raw_state().clock.now();
        let place = late.iter().position(|late| late.when <= now && suits(late))?;
        Some(late.remove(place))
    }

    pub(crate) fn carry_out_late(&self, mut late: Late) {
        self.answer(&mut late.call, late.found);
    }

    /// Carries out the delayed calls that are due, except those that wait for the network.
    pub(crate) fn carry_out_due(&self) {
        let waits = |late: &Late| late.found.operation() == Some(operation::VERIFY_DOMAINS);
        while let Some(late) = self.take_late(|late| !waits(late)) {
            self.carry_out_late(late);
        }
    }

    /// When the next delayed call is due.
    pub(crate) fn next_late(&self) -> Option<OffsetDateTime> {
        self.late().iter().map(|late| late.when).min()
    }

    fn answer(&self, call: &mut Call, found: Found) -> Reply {
        let reply = self.carry_out(call, found).unwrap_or_else(Reply::from);
        let reply = match Spellings::of_call(&call.effects) {
            Some(spellings) => reply.with_json(|answer| spellings.of(answer)),
            None => reply,
        };
        if call.effects.has(Effect::WrongTypes) {
            reply.with_json(wrong_types::with_wrong_types)
        } else {
            reply
        }
    }

    fn carry_out(&self, call: &mut Call, found: Found) -> Result<Reply, Refusal> {
        if !matches!(found, Found::Route(route) if !route.needs_key) {
            call.owner = self.owner(call)?;
        }
        if let Some(refusal) = &call.malformed {
            return Err(refusal.clone());
        }
        match found {
            Found::Route(route) => {
                call.effects = self.faults.take_effects(route.operation);
                (route.handler)(&self.service, call).map(Reply::from)
            }
            Found::OtherMethod => Err(refusal::INCORRECT_REQUEST_TYPE),
            Found::Nothing => Err(refusal::INVALID_API_FUNCTION),
        }
    }

    /// The account of a call's access key.
    fn owner(&self, call: &Call) -> Result<Owner, Refusal> {
        let state = self.service.raw_state();
        let refuse = |refusal: Refusal| {
            let early = !as_of::has(state.settings.as_of, Since::KeyStatus);
            if early { refusal.with_status(200) } else { refusal }
        };
        let key = call.key.as_ref().ok_or_else(|| refuse(refusal::MISSING_ACCESS_KEY))?;
        let place = state.accounts.iter().position(|account| account.key == *key);
        let place = place.ok_or_else(|| refuse(refusal::INVALID_ACCESS_KEY))?;
        if state.accounts[place].active { Ok(Owner(place)) } else { Err(refusal::INACTIVE_USER) }
    }

    /// The time of the sandbox's own clock, for the `Date` field.
    fn date(&self) -> String {
        let now = self.service.raw_state().clock.now();
        httpdate::fmt_http_date(now.into())
    }

    fn reply(&self, call: &mut Call, found: Found) -> Reply {
        let Some(fault) = self.faults.take_fault(found.operation()) else {
            return self.answer(call, found);
        };
        match fault.when {
            When::Before => fault.reply,
            When::After => fault.reply.in_place_of(self.answer(call, found)),
            When::Late { by } => {
                let mut late = self.late();
                let when = self.service.raw_state().clock.now().saturating_add(signed(by));
                late.push(Late { when, call: call.clone(), found });
                drop(late);
                self.service.changed.notify_one();
                fault.reply
            }
        }
    }
}

impl Responder for Dispatcher {
    fn respond(&self, received: &Received) -> Reply {
        self.carry_out_due();
        let day = self.service.raw_state().settings.as_of;
        let mut call = Call::read(received, day);
        let found = routes::find(&mut call, day);
        let reply = self.reply(&mut call, found).with_header_unless_given("date", || self.date());
        let log_size = self.service.raw_state().settings.log_size;
        let is_sent = !matches!(reply.fault, Some(WireFault::Reset | WireFault::Hang));
        let asked = Asked {
            number: 0,
            connection: received.connection,
            operation: found.operation(),
            method: call.method.to_string(),
            path: call.path,
            parameters: call.parameters,
            left_out: BTreeMap::new(),
            body_length: received.body.len(),
            key: call.key_place,
            user_agent: call.user_agent,
            at: received.at,
            status: if is_sent { reply.status } else { 0 },
            code: reply.error_code().filter(|_| is_sent),
        };
        self.journal.add(asked, log_size);
        reply
    }
}
