//! The order under way: begun, known, looked for or made, and never a second one.

use std::time::Duration;

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

/// An order that waits for longer than this is begun anew.
const STALE: Duration = Duration::from_secs(7 * 24 * 3600);

impl Session<'_> {
    /// Writes down that there is to be an order; its key and CSR are made later.
    pub(crate) fn begin_order(&mut self) -> Result<()> {
        self.journal.last_serial += 1;
        while self.entry.has_version(self.journal.last_serial) {
            self.journal.last_serial += 1;
        }
        let order = Order::new(self.journal.last_serial, self.terms.clone());
        self.journal.order = Some(Order { is_of_what_was_in_force: self.is_in_force(), ..order });
        self.save()
    }

    /// The order under way, whose id is not known: found again, or made.
    pub(crate) fn ordered(&mut self) -> Result<Certificate> {
        let request = self.make_request()?;
        if self.order()?.sent.is_some() {
            if let Some(found) = self.found_again(&request)? {
                return self.adopt(found, &request);
            }
            self.warn(Stage::Order, "the order was not made, as far as can be told", []);
            self.count_as_lost()?;
        }
        let (made, request) = self.create(request)?;
        self.adopt(made, &request)
    }

    /// The order whose id is known or named by the caller, unless it is over: then it is forgotten.
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
            Ok(certificate) if self.is_stale(&certificate) => {
                if let Some(issued) = self.drop_order("it is older than seven days")? {
                    return Ok(Some(issued));
                }
                format!("order {id} was older than seven days")
            }
            Ok(certificate) => return Ok(Some(certificate)),
            Err(error) if is_not_ours(&error) => {
                // Should it turn up again, it is one too many.
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

    fn is_stale(&self, certificate: &Certificate) -> bool {
        let created = certificate.created.as_ref().and_then(Time::to_system_time);
        certificate.is_draft()
            && created.is_some_and(|created| self.now().duration_since(created).unwrap_or_default() > STALE)
    }

    /// Takes an order for ours.
    fn adopt(&mut self, found: Certificate, request: &OrderCsr) -> Result<Certificate> {
        self.journal.hash_tells |= carries_hash(&found, &request.sha256);
        if self.order()?.sent.is_none() {
            // It came of an earlier create, which is accounted for by that.
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

    /// The one that the caller names.
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
        // What else is there now was looked at by a person, and is not ours.
        let others = Account::of(self, self.terms.common_name())?.ids();
        for lost in &mut self.journal.lost {
            lost.baseline.clone_from(&others);
        }
        self.adopt(certificate, &request)?;
        Ok(())
    }
}
