//! What the operations work on: the accounts, the CA, and what is known of
//! the world outside.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use crate::address_book::AddressBook;
use crate::authority::Authority;
use crate::dns::Zone;
use crate::options::Options;
use crate::order::Order;
use crate::state::State;
use crate::validation::Look;

pub(crate) struct Service {
    /// As it was set up: to this it can be reset.
    pub(crate) options: Options,
    /// The DNS server that is asked for records.
    pub(crate) dns: SocketAddr,
    pub(crate) authority: Authority,
    pub(crate) zone: Arc<Zone>,
    /// Something may be due earlier than it was.
    pub(crate) changed: Notify,
    state: Mutex<State>,
    address_book: Arc<Mutex<AddressBook>>,
}

impl Service {
    pub(crate) fn new(options: &Options, dns: SocketAddr) -> std::io::Result<Self> {
        let address_book = Arc::new(Mutex::new(AddressBook::new(options)));
        Ok(Self {
            options: options.clone(),
            dns,
            authority: Authority::new().map_err(std::io::Error::other)?,
            zone: Arc::new(Zone::new(Arc::clone(&address_book))),
            changed: Notify::new(),
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
        self.zone.reset();
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
}
