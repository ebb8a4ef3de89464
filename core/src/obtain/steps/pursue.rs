//! From an order, planned or made, to an installed certificate.

use crate::error::{Error, Result};
use crate::obtain::interface::{Obtained, Outcome};
use crate::obtain::session::Session;
use crate::obtain::steps::validate::Waited;
use crate::obtain::store::journal::Order;

impl Session<'_> {
    /// Makes an order, or continues the current one, until a certificate is installed.
    pub(crate) fn pursue(&mut self, has_order: bool) -> Result<Obtained> {
        self.check_adopt(has_order)?;
        self.prepare()?;
        let is_first = self.journal.installed.is_none();
        let mut is_new = false;
        let known = if has_order {
            self.keep_request()?;
            self.known()?
        } else {
            None
        };
        let order = match known {
            Some(order) => order,
            None if !self.may_order()? => return self.postponed(),
            None => {
                is_new = !has_order || self.journal.order.is_none();
                if is_new {
                    // A forbidden key is refused before anything is changed.
                    self.key_source()?;
                    self.keep_request()?;
                    if let Some(obtained) = self.give_up_current_order()? {
                        return Ok(obtained);
                    }
                    self.keep_request()?;
                    self.begin_order()?;
                }
                self.ordered()?
            }
        };
        match self.validated(order)? {
            Waited::Pending(certificate) => Ok(self.outcome(Outcome::Pending, Some(*certificate))),
            Waited::Issued(certificate) => {
                self.install(&certificate)?;
                self.settle_request()?;
                self.deploy()?;
                self.clear_leftovers()?;
                self.account_for_lost_if_possible(None)?;
                let outcome = match (is_new, is_first) {
                    (false, _) => Outcome::Resumed,
                    (true, true) => Outcome::Issued,
                    (true, false) => Outcome::Renewed,
                };
                Ok(self.outcome(outcome, Some(*certificate)))
            }
        }
    }

    fn check_adopt(&self, has_order: bool) -> Result<()> {
        let Some(id) = &self.spec.adopt else { return Ok(()) };
        if !has_order {
            return Err(nothing_to_adopt());
        }
        match self.journal.order.as_ref().and_then(|order| order.id.as_ref()) {
            Some(known) if known != id => {
                Err(Error::invalid("adopt", "the order under way is known already, and is another one"))
            }
            _ => Ok(()),
        }
    }

    /// Whether one more order may be made in this run of `renew_all`.
    fn may_order(&mut self) -> Result<bool> {
        let Some(budget) = &self.spec.budget else { return Ok(true) };
        self.permit = budget.take(self.context.cancel, self.end());
        self.check_not_cancelled()?;
        Ok(self.permit.is_some())
    }

    fn postponed(&self) -> Result<Obtained> {
        let certificate = self.journal.installed.as_ref().map(|there| self.stored_certificate(there));
        Ok(self.outcome(Outcome::Postponed, certificate.transpose()?))
    }

    /// Gives up the current order, because another one is made. If it is issued already, it is put in place: a first
    /// certificate that is not known to the entry would be in the way of every other one. If it is the requested one, it
    /// becomes the result of the call.
    fn give_up_current_order(&mut self) -> Result<Option<Obtained>> {
        let is_of_request_in_force = self.has_order_of_request_in_force();
        let Some(issued) = self.drop_order_if_any("another certificate is requested now")? else {
            return Ok(None);
        };
        if self.is_in_force() {
            self.is_wanted_issued = true;
            return Ok(Some(self.outcome(Outcome::Pending, Some(issued))));
        }
        if is_of_request_in_force {
            self.install(&issued)?;
            self.deploy()?;
        } else {
            self.pass_over(&issued)?;
        }
        Ok(None)
    }

    /// Whether the current order renews the installed certificate, or is for the entry's first one.
    pub(crate) fn has_order_of_request_in_force(&self) -> bool {
        let installed = self.journal.installed.as_ref();
        let is_it = |order: &Order| installed.is_none_or(|installed| installed.terms == order.terms);
        self.journal.order.as_ref().is_some_and(is_it)
    }
}

pub(crate) fn nothing_to_adopt() -> Error {
    Error::invalid("adopt", "there is no order under way that it could belong to")
}
