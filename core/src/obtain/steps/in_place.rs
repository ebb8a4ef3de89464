//! The installed certificate: whether it is the requested one, and how long it is good.

use crate::error::Result;
use crate::obtain::check::Lifetime;
use crate::obtain::events::Stage;
use crate::obtain::interface::Layout;
use crate::obtain::order_spec::Aim;
use crate::obtain::session::Session;
use crate::obtain::store::entry::Entry;
use crate::obtain::store::journal::Installed;

impl Session<'_> {
    pub(crate) fn is_undeployed(&self) -> bool {
        self.journal.installed.as_ref().is_some_and(|installed| !installed.deployed)
    }

    /// Whether this call has run its hook for the certificate in place, and it has failed.
    pub(crate) fn has_failing_hook(&self) -> bool {
        self.has_run_hook && !self.spec.deploy_hook.is_empty() && self.is_undeployed()
    }

    /// The installed certificate. If the caller gives its key, the key counts as the caller's from now on.
    pub(crate) fn with_own_key(&mut self, mut installed: Installed) -> Result<Installed> {
        if self.terms.has_own_key() && !installed.terms.has_own_key() {
            self.note_key_use(installed.serial, &installed.id, true)?;
            installed.terms = self.terms.clone();
            self.journal.installed = Some(installed.clone());
            self.save()?;
        }
        Ok(installed)
    }

    /// Whether the installed certificate is the requested one, as far as is known.
    pub(crate) fn has_requested_certificate(&mut self) -> bool {
        self.resolve_terms().is_ok() && self.requested_in_place().is_ok_and(|installed| installed.is_some())
    }

    /// The installed certificate, if it matches the requested terms.
    pub(crate) fn requested_in_place(&self) -> Result<Option<Installed>> {
        let Some(installed) = &self.journal.installed else { return Ok(None) };
        let public_key = match (&self.terms.public_key, &installed.terms.public_key) {
            (None, _) => None,
            (Some(_), Some(known)) => Some(known.clone()),
            (Some(_), None) => self.public_key_of(installed.serial)?,
        };
        let is_met = self.terms.are_met_by(&installed.terms, public_key.as_deref());
        Ok(is_met.then(|| installed.clone()))
    }

    /// The installed certificate, if it is the requested one and not due.
    pub(crate) fn good(&self) -> Result<Option<Installed>> {
        if self.spec.aim == Aim::Anew {
            return Ok(None);
        }
        let Some(installed) = self.requested_in_place()? else { return Ok(None) };
        if let Some(why) = self.damage(&installed)? {
            let message = format!("the certificate in place is damaged ({why}), so a new one is ordered");
            self.warn(Stage::Order, &message, []);
            return Ok(None);
        }
        if !self.is_in_place(installed.serial)? {
            let message = "`current` does not lead to the certificate in place; it is put right";
            self.warn(Stage::Install, message, []);
            self.entry.switch(installed.serial, self.spec.layout)?;
        }
        let is_due = self.leaf()?.is_none_or(|leaf| leaf.is_due(self.spec.renew_at, self.now()));
        Ok((!is_due).then_some(installed))
    }

    /// Whether `current` leads to this version. Where nothing can be written, in whatever layout.
    fn is_in_place(&self, serial: u32) -> Result<bool> {
        let (layout, any) = (self.spec.layout, [Layout::Links, Layout::Files]);
        let accepted = if self.entry.is_read_only() { &any[..] } else { std::slice::from_ref(&layout) };
        accepted.iter().try_fold(false, |found, layout| Ok(found || self.entry.is_current(serial, *layout)?))
    }

    /// The validity of the installed leaf.
    pub(crate) fn leaf(&self) -> Result<Option<Lifetime>> {
        let Some(installed) = &self.journal.installed else { return Ok(None) };
        let leaf = self.entry.read(&Entry::in_version(installed.serial, "cert.pem"))?;
        Ok(leaf.as_deref().and_then(Lifetime::of))
    }

    /// Whether the installed certificate has less than this share of its lifetime left, or is damaged.
    pub(crate) fn is_due(&self, renew_at: f64) -> Result<bool> {
        let Some(installed) = &self.journal.installed else { return Ok(true) };
        let is_due = self.leaf()?.is_none_or(|leaf| leaf.is_due(renew_at, self.now()));
        Ok(is_due || self.damage(installed)?.is_some())
    }
}
