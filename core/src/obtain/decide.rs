//! The decision: what a call does next.
//!
//! docs/design.md draws the steps; `xtask check` compares the two.

use super::events::Stage;
use super::interface::Obtained;
use super::order_spec::Aim;
use super::session::Session;
use crate::error::Result;
use crate::obtain::steps::pursue::nothing_to_adopt;
use crate::obtain::store::journal::{Installed, Order};

/// What stands in the way of a renewal, an order that only waits or a hook that fails, has this share of the time in which
/// a certificate is renewed.
pub(crate) const PATIENCE: f64 = 0.5;

/// What a call does next.
enum Step {
    /// The store cannot be written: the certificate in place is checked, and nothing else is done.
    CheckOnly,
    /// The order under way is given up.
    GiveUp,
    /// The deploy hook runs for the certificate in place: it has not had that one yet.
    Deploy,
    /// The certificate in place is good.
    Stay(Installed),
    /// The order under way goes on.
    GoOn,
    /// Another order is made.
    Begin,
}

impl Session<'_> {
    /// Takes steps until the call is done.
    pub(crate) fn run(&mut self) -> Result<Obtained> {
        loop {
            match self.next()? {
                Step::CheckOnly => return self.check_only(),
                Step::GiveUp => return self.abandon(),
                Step::Deploy => {
                    if let Some(obtained) = self.deploy_again()? {
                        return Ok(obtained);
                    }
                }
                Step::Stay(installed) => return self.stay(installed),
                Step::GoOn => return self.pursue(true),
                Step::Begin => return self.pursue(false),
            }
        }
    }

    /// From what is wanted, what the journal says and what is in place: what is to be done.
    fn next(&mut self) -> Result<Step> {
        if self.entry.is_read_only() {
            return Ok(Step::CheckOnly);
        }
        self.clear_leftovers()?;
        if self.spec.aim == Aim::GiveUp {
            return Ok(Step::GiveUp);
        }
        self.resolve_terms()?;
        self.recheck_quarantined()?;
        if self.is_undeployed() && !self.has_run_hook {
            return Ok(Step::Deploy);
        }
        // One that was not sent is no reason to ask the service while the certificate is good.
        let order = self.journal.order.clone();
        let is_pressing =
            self.spec.adopt.is_some() || order.as_ref().is_some_and(|order| !order.is_untouched());
        let (now, later) = if is_pressing { (order, None) } else { (None, order) };
        if self.is_requested(now.as_ref())? {
            return Ok(Step::GoOn);
        }
        if let Some(installed) = self.good()? {
            if self.spec.adopt.as_ref().is_some_and(|id| *id != installed.id) {
                return Err(nothing_to_adopt());
            }
            if !self.was_revoked(&installed)? {
                return Ok(Step::Stay(installed));
            }
        }
        Ok(if self.is_requested(later.as_ref())? { Step::GoOn } else { Step::Begin })
    }

    /// Whether there is an order and it is the one that is wanted.
    fn is_requested(&mut self, order: Option<&Order>) -> Result<bool> {
        let Some(order) = order else { return Ok(false) };
        if !self.terms.are_met_by(&order.terms, order.terms.public_key.as_deref()) {
            return Ok(false);
        }
        match self.order_key(order)? {
            Some(public_key) if self.is_used_already(&public_key)? => Ok(!self.is_revoked_key(&public_key)?),
            _ => Ok(true),
        }
    }

    /// Whoever finds that the hook has not had the certificate runs it again, and does not order.
    fn deploy_again(&mut self) -> Result<Option<Obtained>> {
        self.has_run_hook = true;
        let installed = self.requested_in_place()?;
        if installed.is_some() {
            self.settle_request()?;
        }
        match self.deploy() {
            Ok(()) => match installed.filter(|_| self.journal.order.is_none()) {
                Some(installed) => self.unchanged(&installed).map(Some),
                None => Ok(None),
            },
            // A hook that keeps failing must not let the certificate expire.
            Err(error) if self.is_due(self.spec.renew_at * PATIENCE)? => {
                let message = format!("the certificate in place has little time left all the same ({error})");
                self.warn(Stage::Deploy, &message, []);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn stay(&mut self, installed: Installed) -> Result<Obtained> {
        // While something else is wanted, its order goes on.
        if !self.is_in_force()
            && let Some(issued) = self.drop_order_if_any("what is in place is wanted again")?
        {
            self.pass_over(&issued)?;
        }
        self.clear_leftovers()?;
        let installed = self.pinned(installed)?;
        self.settle_request()?;
        if !self.spec.offline {
            self.account_for_lost_if_possible(None)?;
        }
        self.unchanged(&installed)
    }
}
