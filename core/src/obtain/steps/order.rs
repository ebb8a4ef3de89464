//! The current order: planned, known, searched or made, and never a second one.

use std::time::{Duration, SystemTime};

use crate::answers::Certificate;
use crate::endpoints::GetCertificate;
use crate::error::{Error, Kind, Result};
use crate::obtain::events::Stage;
use crate::obtain::session::Session;
use crate::obtain::steps::account::{Account, has_names_of, is_not_ours, shown};
use crate::obtain::steps::order_csr::OrderCsr;
use crate::obtain::store::journal::Order;
use crate::ownership::carries_hash;
use crate::time::Time;

/// A waiting order that is older than this is replaced by a new one.
const STALE: Duration = Duration::from_secs(7 * 24 * 3600);

impl Session<'_> {
    /// Stores that there will be an order. Its key and CSR are made later.
    pub(crate) fn begin_order(&mut self) -> Result<()> {
        self.journal.last_serial += 1;
        while self.entry.has_version(self.journal.last_serial) {
            self.journal.last_serial += 1;
        }
        let order = Order::new(self.journal.last_serial, self.terms.clone());
        self.journal.order = Some(Order { is_of_what_was_in_force: self.is_in_force(), ..order });
        self.save()
    }

    /// The current order, whose id is not known: found again, or made.
    pub(crate) fn ordered(&mut self) -> Result<Certificate> {
        let request = self.make_request()?;
        if self.order()?.sent.is_some() {
            if let Some(found) = self.found_again(&request)? {
                return self.adopt_found(found, &request);
            }
            self.warn(Stage::Order, "the order was not made, as far as can be told", []);
            self.count_as_lost()?;
        }
        self.create(request)
    }

    /// The order whose id is known or given by the caller. If it has ended, it is forgotten.
    pub(crate) fn known(&mut self) -> Result<Option<Certificate>> {
        if let Some(id) = self.spec.adopt.clone() {
            self.adopt_named(&id)?;
        }
        let Some(id) = self.order()?.id.clone() else { return Ok(None) };
        let why = match self.send(&GetCertificate::new(&id)) {
            Ok(certificate) if !certificate.is_live() => {
                self.forbid_key_if_revoked(&certificate)?;
                format!("order {} is over", shown(&certificate))
            }
            Ok(certificate) if self.is_stale(&certificate)? => {
                if let Some(issued) = self.drop_order_if_any("it is older than seven days")? {
                    return Ok(Some(issued));
                }
                format!("order {id} was older than seven days")
            }
            Ok(certificate) => return Ok(Some(certificate)),
            Err(error) if is_not_ours(&error) => {
                // If it appears again, it is one too many.
                let sent = self.order()?.sent.take();
                self.journal.lost.extend(sent);
                format!("the service does not know order {id}")
            }
            Err(error) => return Err(error),
        };
        self.warn(Stage::Order, &format!("{why}, so another one is made"), [("id", id.into())]);
        self.forget_order()?;
        Ok(None)
    }

    /// By the service's clock too: an order that waits is not given up because this machine's has jumped ahead.
    fn is_stale(&self, certificate: &Certificate) -> Result<bool> {
        let Some(created) = certificate.created.as_ref().and_then(Time::to_system_time) else {
            return Ok(false);
        };
        let is_old = |now: SystemTime| now.duration_since(created).is_ok_and(|age| age > STALE);
        if !certificate.is_draft() || !is_old(self.now()) {
            return Ok(false);
        }
        Ok(Account::of(self, self.terms.common_name())?.server_time.is_none_or(is_old))
    }

    /// Takes an order that was looked for as ours. Without the hash of our CSR that is a guess, unless the service has named
    /// it.
    pub(crate) fn adopt_found(&mut self, found: Certificate, request: &OrderCsr) -> Result<Certificate> {
        let order = self.order()?;
        order.is_guessed =
            !carries_hash(&found, &request.sha256) && order.answered.as_ref() != Some(&found.id);
        self.adopt(found, request)
    }

    /// Takes an order as ours.
    pub(crate) fn adopt(&mut self, found: Certificate, request: &OrderCsr) -> Result<Certificate> {
        self.journal.hash_tells |= carries_hash(&found, &request.sha256);
        if self.order()?.sent.is_none() {
            // It came from an earlier create, whose outcome is then known.
            let create = self.journal.lost.iter().position(|sent| sent.csr_sha256 == request.sha256);
            let create = create.map(|index| self.journal.lost.remove(index));
            self.order()?.sent = create;
        }
        for lost in &mut self.journal.lost {
            lost.baseline.push(found.id.clone());
        }
        self.order()?.id = Some(found.id.clone());
        self.order()?.answered = None;
        self.save()?;
        if let Some(permit) = self.permit.take() {
            permit.use_up();
        }
        self.progress(
            Stage::Order,
            &format!("the order is {}", shown(&found)),
            [("id", found.id.as_str().into())],
        );
        Ok(found)
    }

    /// The order that the caller names.
    fn adopt_named(&mut self, id: &str) -> Result<()> {
        if self.order()?.id.is_some() {
            return Ok(());
        }
        let certificate = self.send(&GetCertificate::new(id))?;
        if !has_names_of(&certificate, &self.terms) || !certificate.is_live() {
            let message = format!(
                "`adopt` names {}, which is no live order of these names; give the id of ours, or call with `abandon`",
                shown(&certificate)
            );
            return Err(Error::new(Kind::Ambiguous, message));
        }
        let request = self.make_request()?;
        // A person has checked the other orders, and they are not ours.
        let others = Account::of(self, self.terms.common_name())?.ids();
        for lost in &mut self.journal.lost {
            lost.baseline.clone_from(&others);
        }
        self.adopt(certificate, &request)?;
        Ok(())
    }
}
