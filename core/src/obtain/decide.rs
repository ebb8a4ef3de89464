//! Decides what a call does next.
//!
//! docs/design.md shows the steps; `xtask check` compares the two.

use super::events::Stage;
use super::interface::Obtained;
use super::order_spec::Aim;
use super::session::Session;
use crate::error::Result;
use crate::obtain::steps::pursue::nothing_to_adopt;
use crate::obtain::store::journal::{Installed, Order};

/// How much of the renewal period may pass before a waiting order or a failing hook no longer blocks a renewal.
pub(crate) const BLOCKED_RENEWAL_SHARE: f64 = 0.5;

/// The next step of a call.
enum Step {
    /// The store cannot be written: the installed certificate is checked, and nothing else is done.
    CheckOnly,
    /// The current order is given up.
    GiveUp,
    /// The deploy hook runs for the installed certificate, because it has not run for it yet.
    Deploy,
    /// The installed certificate is good.
    Stay(Installed),
    /// The current order is continued.
    GoOn,
    /// A new order is made.
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

    /// Decides from the request, the journal and the installed certificate.
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
        if self.must_deploy_first()? {
            return Ok(Step::Deploy);
        }
        // An order that was not sent is no reason to ask the service while the certificate is good.
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

    /// Whether there is an order and it matches the request.
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

    /// Whether the hook has to run for the certificate in place before anything else: it has not run, or it is new and
    /// there is an order, which may take its time. What is damaged is replaced first.
    fn must_deploy_first(&self) -> Result<bool> {
        let Some(installed) = self.journal.installed.as_ref().filter(|_| !self.has_run_hook) else {
            return Ok(false);
        };
        let is_new = self.journal.order.is_some() && self.has_new_hook()?;
        Ok((!installed.deployed || is_new) && self.damage(installed)?.is_none())
    }

    /// If the hook has not run for the certificate, it runs again, and nothing is ordered.
    fn deploy_again(&mut self) -> Result<Option<Obtained>> {
        self.has_run_hook = true;
        let installed = self.requested_in_place()?;
        if let Some(installed) = &installed {
            self.complete_keystore(installed)?;
            self.settle_request()?;
        }
        match self.deploy() {
            Ok(()) => match installed.filter(|_| self.journal.order.is_none()) {
                // It may be another host's, revoked since then.
                Some(installed) if !self.was_revoked(&installed)? => self.unchanged(&installed).map(Some),
                _ => Ok(None),
            },
            // A hook that keeps failing must not let the certificate expire.
            Err(error) if self.is_due(self.spec.renew_at * BLOCKED_RENEWAL_SHARE)? => {
                let message = format!("the certificate in place has little time left all the same ({error})");
                self.warn(Stage::Deploy, &message, []);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn stay(&mut self, installed: Installed) -> Result<Obtained> {
        // While there is another request, its order is continued.
        if !self.is_in_force()
            && let Some(issued) = self.drop_order_if_any("the certificate in use is requested again")?
        {
            self.pass_over(&issued)?;
        }
        self.clear_leftovers()?;
        let installed = self.with_own_key(installed)?;
        self.complete_keystore(&installed)?;
        self.settle_request()?;
        if !self.spec.offline {
            self.account_for_lost_if_possible(None)?;
        }
        self.deploy()?;
        self.unchanged(&installed)
    }
}
