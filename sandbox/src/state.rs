//! The account and what goes with it: everything that changes.

use std::time::Duration;

use crate::authority::Authority;
use crate::clock::Clock;
use crate::options::Options;
use crate::order::{Order, Status};
use crate::refusal::{self, Refusal};

pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) random: fastrand::Rng,
    pub(crate) quota: usize,
    pub(crate) issue_delay: Duration,
    /// In the order of creation.
    pub(crate) orders: Vec<Order>,
    /// When EAB credentials were handed out.
    pub(crate) eab_given: Vec<time::OffsetDateTime>,
}

impl State {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            clock: Clock::default(),
            random: options.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
            quota: options.quota,
            issue_delay: options.issue_delay,
            orders: Vec::new(),
            eab_given: Vec::new(),
        }
    }

    pub(crate) fn settle(&mut self, authority: &Authority) {
        let now = self.clock.now();
        for order in &mut self.orders {
            order.settle(now, authority);
        }
    }

    pub(crate) fn find(&self, id: &str) -> Result<&Order, Refusal> {
        let order = self.orders.iter().find(|order| order.id == id);
        order.ok_or(refusal::CERTIFICATE_NOT_FOUND)
    }

    pub(crate) fn find_mut(&mut self, id: &str) -> Result<&mut Order, Refusal> {
        let order = self.orders.iter_mut().find(|order| order.id == id);
        order.ok_or(refusal::CERTIFICATE_NOT_FOUND)
    }

    /// Whether every place is taken: only cancelling frees one.
    pub(crate) fn is_full(&self) -> bool {
        let taken = self.orders.iter().filter(|order| order.status != Status::Cancelled);
        taken.count() >= self.quota
    }

    /// So many random characters of this alphabet.
    pub(crate) fn random_text(&mut self, alphabet: &[u8], length: usize) -> String {
        let character = |_| self.random.choice(alphabet).copied().map_or('0', char::from);
        (0..length).map(character).collect()
    }
}
