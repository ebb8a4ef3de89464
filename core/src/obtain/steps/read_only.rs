//! A store that cannot be written: another machine renews it, or the file system is mounted read-only. A good
//! certificate is still good there.

use crate::error::{Error, Result};
use crate::obtain::events::Stage;
use crate::obtain::interface::Obtained;
use crate::obtain::order_spec::Aim;
use crate::obtain::session::Session;
use crate::obtain::store::files::REQUEST;

impl Session<'_> {
    /// `unchanged`, if that needs no write.
    pub(crate) fn check_only(&mut self) -> Result<Obtained> {
        let path = self.entry.path.clone();
        let needed = |what: &str| {
            let why = format!("nothing can be written there, and {what}; make it writable for this user");
            Err(Error::storage(&path, why))
        };
        if self.spec.aim != Aim::Good {
            return needed("the call asks for a change");
        }
        if self.journal.quarantined.is_some() {
            return needed("a certificate is kept for a person to look at");
        }
        if self.journal.order.is_some() || !self.journal.leftovers.is_empty() {
            return needed("an order is not done with");
        }
        self.resolve_terms()?;
        let Some(installed) = self.good()? else { return needed("there is no certificate that is good") };
        if !installed.deployed {
            return needed("the deploy hook has not had the certificate");
        }
        if self.spec.adopt.as_ref().is_some_and(|id| *id != installed.id) {
            return needed("another order is to be adopted");
        }
        if self.revoked_status(&installed)?.is_some() {
            return needed("the certificate in place was revoked");
        }
        if self.entry.read_json(REQUEST).ok().flatten().as_ref() != Some(&self.spec.request) {
            let message = "nothing can be written there, so `renew_all` goes by what was asked for before";
            self.warn(Stage::Done, message, []);
        }
        self.unchanged(&installed)
    }
}
