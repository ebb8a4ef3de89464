//! What the operations work on: the accounts, the CA, the address book and the DNS zone.

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
use crate::validation::Check;

pub(crate) struct Service {
    /// The initial options, for a reset.
    pub(crate) options: Options,
    /// The DNS server that is asked for records.
    pub(crate) dns: SocketAddr,
    pub(crate) authority: Authority,
    pub(crate) zone: Arc<Zone>,
    /// Notified when a task may be due earlier than before.
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

    /// The accounts as the last call left them; what is due now was not applied.
    pub(crate) fn raw_state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The accounts as of now: everything that is due was applied.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.raw_state();
        state.settle(&self.authority);
        state
    }

    pub(crate) fn address_book(&self) -> MutexGuard<'_, AddressBook> {
        self.address_book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resets to the initial state. The CA and the base URL of links in mails stay.
    pub(crate) fn reset(&self) {
        let mut state = self.raw_state();
        let base = state.mailbox.base.take();
        *state = State::new(&self.options);
        state.mailbox.base = base;
        drop(state);
        *self.address_book() = AddressBook::new(&self.options);
        self.zone.reset();
    }

    /// A check of an order that starts now.
    pub(crate) fn check(&self, state: &State, order: &Order) -> Check {
        Check {
            names: order.names.clone(),
            proof: order.proof.clone(),
            book: self.address_book().clone(),
            dns: self.dns,
            end: Instant::now() + state.settings.validation_timeout,
        }
    }
}
