//! The service: who may call, which operation it is, what strikes it, and the
//! answer.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::account::Owner;
use crate::address_book::AddressBook;
use crate::as_of::{self, Since};
use crate::authority::Authority;
use crate::background::Background;
use crate::call::Call;
use crate::dns::Zone;
use crate::fault::{Faults, When};
use crate::journal::{Asked, Journal};
use crate::options::Options;
use crate::order::Order;
use crate::quirk::Effect;
use crate::refusal::{self, Refusal};
use crate::reply::{Reply, WireFault};
use crate::routes::{self, Found};
use crate::server::{Received, Responder};
use crate::spelled::Spellings;
use crate::state::{Late, State, signed};
use crate::validation::Look;
use crate::wrong_types;

pub(crate) struct Service {
    /// As it was set up: to this it can be reset.
    options: Options,
    dns: SocketAddr,
    pub(crate) background: Background,
    pub(crate) authority: Authority,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) zone: Arc<Zone>,
    state: Mutex<State>,
    address_book: Arc<Mutex<AddressBook>>,
}

impl Service {
    /// A service that asks this DNS server for records.
    pub(crate) fn new(options: &Options, dns: SocketAddr) -> std::io::Result<Self> {
        let address_book = Arc::new(Mutex::new(AddressBook::new(options)));
        Ok(Self {
            options: options.clone(),
            dns,
            background: Background::default(),
            authority: Authority::new().map_err(std::io::Error::other)?,
            faults: Faults::default(),
            journal: Journal::default(),
            zone: Arc::new(Zone::new(Arc::clone(&address_book))),
            state: Mutex::new(State::new(options)),
            address_book,
        })
    }

    /// The accounts as the last call left them.
    pub(crate) fn raw_state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The accounts as they stand now: whatever was due has happened.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.raw_state();
        state.settle(&self.authority);
        state
    }

    pub(crate) fn address_book(&self) -> MutexGuard<'_, AddressBook> {
        self.address_book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Back to the start. The CA stays, and so does where mails lead to.
    pub(crate) fn reset(&self) {
        let mut state = self.raw_state();
        let base = state.mailbox.base.take();
        *state = State::new(&self.options);
        state.mailbox.base = base;
        drop(state);
        *self.address_book() = AddressBook::new(&self.options);
        self.faults.clear();
        self.journal.reset();
        self.zone.reset();
    }

    pub(crate) fn carry_out_late(&self, mut late: Late) {
        self.answer(&mut late.call, &late.found);
    }

    /// What has to be looked at for an order, from now on.
    pub(crate) fn look(&self, state: &State, order: &Order) -> Look {
        Look {
            names: order.names.clone(),
            proof: order.proof.clone(),
            book: self.address_book().clone(),
            dns: self.dns,
            end: Instant::now() + state.settings.validation_timeout,
        }
    }

    fn answer(&self, call: &mut Call, found: &Found) -> Reply {
        let reply = self.carry_out(call, found).unwrap_or_else(Reply::from);
        let reply = match Spellings::met(&call.met) {
            Some(spellings) => reply.with_json(|answer| spellings.of(answer)),
            None => reply,
        };
        if call.met.has(Effect::WrongTypes) { reply.with_json(wrong_types::bent) } else { reply }
    }

    fn carry_out(&self, call: &mut Call, found: &Found) -> Result<Reply, Refusal> {
        if !matches!(found, Found::Route(route) if !route.needs_key) {
            call.owner = self.owner(call)?;
        }
        if let Some(refusal) = &call.malformed {
            return Err(refusal.clone());
        }
        match found {
            Found::Route(route) => {
                call.met = self.faults.meet(route.operation);
                (route.handler)(self, call).map(Reply::from)
            }
            Found::OtherMethod => Err(refusal::INCORRECT_REQUEST_TYPE),
            Found::Nothing => Err(refusal::INVALID_API_FUNCTION),
        }
    }

    /// Whose key a call has.
    fn owner(&self, call: &Call) -> Result<Owner, Refusal> {
        let state = self.raw_state();
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
        let now = self.raw_state().clock.now();
        httpdate::fmt_http_date(now.into())
    }

    fn reply(&self, call: &mut Call, found: &Found) -> Reply {
        let operation = match found {
            Found::Route(route) => Some(route.operation),
            _ => None,
        };
        let Some(fault) = self.faults.strike(operation) else {
            return self.answer(call, found);
        };
        match fault.when {
            When::Before => fault.reply,
            When::After => fault.reply.in_place_of(self.answer(call, found)),
            When::Late { by } => {
                let mut state = self.raw_state();
                let when = state.clock.now().saturating_add(signed(by));
                state.late.push(Late { when, call: call.clone(), found: *found });
                drop(state);
                self.background.tell();
                fault.reply
            }
        }
    }
}

impl Responder for Service {
    fn respond(&self, received: &Received) -> Reply {
        self.carry_out_due();
        let day = self.raw_state().settings.as_of;
        let mut call = Call::read(received, day);
        let found = routes::find(&mut call, day);
        let reply = self.reply(&mut call, &found).with_header_unless_given("date", || self.date());
        let log_size = self.raw_state().settings.log_size;
        let is_sent = !matches!(reply.fault, Some(WireFault::Reset | WireFault::Hang));
        let asked = Asked {
            number: 0,
            connection: received.connection,
            operation: match &found {
                Found::Route(route) => Some(route.operation),
                _ => None,
            },
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
