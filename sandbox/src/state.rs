//! The accounts and their orders, settings and mails: all state that changes.

use std::time::Duration;

use crate::account::{Account, AccountSummary, Owner};
use crate::authority::Authority;
use crate::call::Call;
use crate::clock::Clock;
use crate::mailbox::Mailbox;
use crate::options::Options;
use crate::order::{Order, Status};
use crate::orders::Orders;
use crate::refusal::{self, Refusal};
use crate::rules::names::Name;
use crate::settings::{self, Settings};

pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) random: fastrand::Rng,
    pub(crate) settings: Settings,
    pub(crate) accounts: Vec<Account>,
    pub(crate) mailbox: Mailbox,
    /// Of all accounts.
    pub(crate) orders: Orders,
}

impl State {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            clock: Clock::default(),
            random: options.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
            settings: Settings {
                issue_delay: match options.issue_delay {
                    Duration::ZERO => options.settings.issue_delay,
                    delay => (delay, delay),
                },
                validation_timeout: match options.validation_timeout {
                    settings::VALIDATION_TIMEOUT => options.settings.validation_timeout,
                    timeout => timeout,
                },
                ..options.settings.clone()
            },
            accounts: vec![Account::new(options.access_key.clone(), options.quota)],
            mailbox: Mailbox::default(),
            orders: Orders::default(),
        }
    }

    pub(crate) fn settle(&mut self, authority: &Authority) {
        let now = self.clock.now();
        self.orders.settle(now, &self.settings, authority);
    }

    /// The order that a call names, if it is the caller's.
    pub(crate) fn find(&self, call: &Call) -> Result<&Order, Refusal> {
        let order = self.orders.get(&call.id).ok_or(refusal::CERTIFICATE_NOT_FOUND)?;
        if order.owner == call.owner { Ok(order) } else { Err(refusal::PERMISSION_DENIED) }
    }

    /// Changes the order that a call names, if it is the caller's.
    pub(crate) fn change<T>(
        &mut self,
        call: &Call,
        change: impl FnOnce(&mut Order) -> T,
    ) -> Result<T, Refusal> {
        self.find(call)?;
        self.orders.change(&call.id, change).ok_or(refusal::CERTIFICATE_NOT_FOUND)
    }

    /// The orders of an account, in the order of creation.
    pub(crate) fn orders_of(&self, owner: Owner) -> impl DoubleEndedIterator<Item = &Order> {
        self.orders.iter().filter(move |order| order.owner == owner)
    }

    pub(crate) fn is_full(&self, owner: Owner) -> bool {
        self.accounts.get(owner.0).is_none_or(|account| self.orders.taken(owner) >= account.quota)
    }

    pub(crate) fn account_summaries(&self) -> Vec<AccountSummary> {
        let summary = |(number, account): (usize, &Account)| AccountSummary {
            number,
            quota: account.quota,
            taken: self.orders.taken(Owner(number)),
            active: account.active,
        };
        self.accounts.iter().enumerate().map(summary).collect()
    }

    /// How long the next order takes to be issued.
    pub(crate) fn draw_issue_delay(&mut self) -> time::Duration {
        let (from, to) = self.settings.issue_delay;
        signed(from.saturating_add(to.saturating_sub(from).mul_f64(self.random.f64())))
    }

    /// `length` random characters of this alphabet.
    pub(crate) fn random_text(&mut self, alphabet: &[u8], length: usize) -> String {
        let character = |_| self.random.choice(alphabet).copied().map_or('0', char::from);
        (0..length).map(character).collect()
    }

    /// Sends the mails of an order to these recipients.
    pub(crate) fn send_mails(&mut self, id: &str, recipients: &[(Name, String)]) {
        let sent = crate::clock::stamp(self.clock.now());
        for (name, address) in recipients {
            let token = self.random_text(b"0123456789abcdefghijklmnopqrstuvwxyz", 24);
            let size = self.settings.mailbox_size;
            self.mailbox.send(token, address, &name.to_string(), id, sent.clone(), size);
        }
    }

    /// Records the answer to a mail. The last one proves control over all names.
    pub(crate) fn answer_mail(&mut self, token: &str) -> bool {
        let Some((id, domain)) = self.mailbox.answer(token) else {
            return false;
        };
        let ready = self.clock.now().saturating_add(self.draw_issue_delay());
        self.orders.change(&id, |order| {
            if order.status == Status::PendingValidation {
                order.answered.insert(domain);
                let done = order.names.iter().all(|name| order.answered.contains(&name.to_string()));
                if done && order.ready_at.is_none() {
                    order.ready_at = Some(ready);
                }
            }
        });
        true
    }
}

/// Converts a duration; one that is too long becomes the longest that `time` can hold.
pub(crate) fn signed(duration: Duration) -> time::Duration {
    duration.try_into().unwrap_or(time::Duration::MAX)
}
