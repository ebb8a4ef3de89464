//! The service: who may call, which operation it is, what strikes it, and the
//! answer.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::address_book::AddressBook;
use crate::authority::Authority;
use crate::call::Call;
use crate::fault::{Faults, When};
use crate::journal::{Asked, Journal};
use crate::refusal::{self, Refusal};
use crate::reply::{Reply, WireFault};
use crate::routes::{self, Found};
use crate::server::{Received, Responder};
use crate::state::State;

pub(crate) struct Service {
    access_key: String,
    pub(crate) validation_timeout: std::time::Duration,
    pub(crate) authority: Authority,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    state: Mutex<State>,
    address_book: Mutex<AddressBook>,
}

impl Service {
    pub(crate) fn new(options: &crate::Options) -> std::io::Result<Self> {
        Ok(Self {
            access_key: options.access_key.clone(),
            validation_timeout: options.validation_timeout,
            authority: Authority::new().map_err(std::io::Error::other)?,
            faults: Faults::default(),
            journal: Journal::default(),
            state: Mutex::new(State::new(options)),
            address_book: Mutex::new(AddressBook::new(options)),
        })
    }

    /// The account as it stands now: whatever was due has happened.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.settle(&self.authority);
        state
    }

    pub(crate) fn address_book(&self) -> MutexGuard<'_, AddressBook> {
        self.address_book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, call: &Call, found: &Found) -> Reply {
        self.carry_out(call, found).unwrap_or_else(Reply::from)
    }

    fn carry_out(&self, call: &Call, found: &Found) -> Result<Reply, Refusal> {
        if !matches!(found, Found::Route(route) if !route.needs_key) {
            match &call.key {
                None => return Err(refusal::MISSING_ACCESS_KEY),
                Some(key) if *key != self.access_key => return Err(refusal::INVALID_ACCESS_KEY),
                Some(_) => {}
            }
        }
        if let Some(refusal) = &call.malformed {
            return Err(refusal.clone());
        }
        match found {
            Found::Route(route) => (route.handler)(self, call).map(Reply::from),
            Found::OtherMethod => Err(refusal::INCORRECT_REQUEST_TYPE),
            Found::Nothing => Err(refusal::INVALID_API_FUNCTION),
        }
    }

    /// The time of the sandbox's own clock, for the `Date` field.
    fn date(&self) -> String {
        let now = self.state.lock().unwrap_or_else(PoisonError::into_inner).clock.now();
        httpdate::fmt_http_date(now.into())
    }

    fn reply(&self, call: &Call, found: &Found) -> Reply {
        let operation = match found {
            Found::Route(route) => Some(route.operation),
            _ => None,
        };
        match self.faults.strike(operation) {
            None => self.answer(call, found),
            Some(fault) => match fault.when {
                When::Before => fault.reply,
                When::After => fault.reply.in_place_of(self.answer(call, found)),
            },
        }
    }
}

impl Responder for Service {
    fn respond(&self, received: &Received) -> Reply {
        let mut call = Call::read(received);
        let found = routes::find(&mut call);
        let reply = self.reply(&call, &found).with_header_unless_given("date", || self.date());
        self.journal.add(Asked {
            connection: received.connection,
            operation: match &found {
                Found::Route(route) => Some(route.operation),
                _ => None,
            },
            method: call.method.to_string(),
            path: call.path,
            parameters: call.parameters,
            key: call.key_place,
            user_agent: call.user_agent,
            at: received.at,
            status: match reply.fault {
                Some(WireFault::Reset | WireFault::Hang) => 0,
                _ => reply.status,
            },
        });
        reply
    }
}
