//! The certificates whose keys go with an entry: in place, in quarantine, in use on this host alone.

use std::cmp::Reverse;
use std::time::SystemTime;

use crate::answers::Certificate;
use crate::endpoints::{GetCertificate, Reason, RevokeCertificate};
use crate::error::{Error, Kind, Result};
use crate::obtain::check::Leaf;
use crate::obtain::events::Stage;
use crate::obtain::interface::Layout;
use crate::obtain::session::Session;
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::{CERT, CERTIFICATE};
use crate::obtain::store::folder::CURRENT;
use crate::obtain::store::journal::{Installed, Order, Quarantined};
use crate::time::Time;

/// A certificate, and what is lost with its key.
struct AtStake {
    serial: u32,
    /// Not known if somebody has changed the files.
    id: Option<String>,
    public_key: Option<String>,
    /// Not known if the files are damaged.
    not_after: Option<SystemTime>,
    /// What it is, and how it is saved.
    what: String,
    is_quarantined: bool,
}

impl Session<'_> {
    /// The key of a good certificate is not removed by a slip.
    pub(super) fn expect_nothing_good(&self) -> Result<()> {
        match self.at_stake()?.iter().find(|one| self.is_good(one)) {
            Some(good) => Err(refusal(&good.what)),
            None => Ok(()),
        }
    }

    /// Revokes the newest first: one that was replaced can only be revoked after what has replaced it.
    pub(super) fn revoke_all(&mut self, reason: Option<Reason>) -> Result<()> {
        for one in self.at_stake()? {
            let Some(id) = &one.id else {
                if self.is_good(&one) {
                    let why = format!(
                        "{}, and its id is not known; give `force` in the place of `revoke`",
                        one.what
                    );
                    return Err(Error::invalid("revoke", why));
                }
                continue;
            };
            let is_revoked = self.revoke(id, reason)?;
            if one.is_quarantined {
                self.journal.quarantined = None;
                self.save()?;
            }
            // Whatever fails after this, the next call knows it.
            if let Some(public_key) = one.public_key.filter(|_| is_revoked) {
                self.forbid_key(public_key)?;
            }
        }
        Ok(())
    }

    /// Revokes the certificate of the order under way, and forgets the order after that.
    pub(super) fn revoke_order(&mut self, issued: &Certificate, reason: Option<Reason>) -> Result<()> {
        let order = self.order()?.clone();
        if self.revoke(&issued.id, reason)?
            && let Some(public_key) = self.order_key(&order)?
        {
            self.forbid_key(public_key)?;
        }
        self.forget_order()
    }

    /// Says whether it is revoked now. One that was cancelled or has expired need not be.
    fn revoke(&self, id: &str, reason: Option<Reason>) -> Result<bool> {
        self.progress(Stage::Order, &format!("revoking certificate {id}"), [("id", id.into())]);
        let refused = match self.send(&RevokeCertificate { reason, ..RevokeCertificate::new(id) }) {
            Ok(_) => return Ok(true),
            Err(error) if error.kind() != Kind::Api => return Err(error),
            Err(refused) => refused,
        };
        match self.send(&GetCertificate::new(id)) {
            Ok(certificate) if !certificate.is_live() => Ok(certificate.is_revoked()),
            Err(error) if error.kind() == Kind::Cancelled => Err(error),
            _ => {
                let what_follows = format!(
                    "certificate {id} is not revoked and the entry is kept; call again, or give `force` in the place of \
                     `revoke`"
                );
                Err(refused.and_say(&what_follows))
            }
        }
    }

    fn is_good(&self, one: &AtStake) -> bool {
        one.not_after.is_none_or(|end| end > self.now())
            && one.public_key.as_ref().is_none_or(|key| !self.journal.revoked_keys.contains(key))
    }

    /// The newest first.
    fn at_stake(&self) -> Result<Vec<AtStake>> {
        let mut found = Vec::new();
        if let Some(installed) = &self.journal.installed {
            found.push(self.installed_at_stake(installed)?);
        }
        if let Some(quarantined) = &self.journal.quarantined {
            found.push(self.quarantined_at_stake(quarantined)?);
        }
        found.extend(self.in_use_at_stake()?);
        found.sort_by_key(|one| Reverse(one.serial));
        Ok(found)
    }

    /// Whether it is in place on this host, or only on others.
    fn installed_at_stake(&self, installed: &Installed) -> Result<AtStake> {
        let leaf = self.entry.read(&Entry::in_version(installed.serial, CERT))?.as_deref().and_then(Leaf::of);
        let (not_after, public_key) = match leaf {
            Some(leaf) => (Some(leaf.lifetime.not_after), Some(leaf.public_key)),
            None => (self.noted_end(installed.serial), None),
        };
        Ok(AtStake {
            serial: installed.serial,
            id: Some(installed.id.clone()),
            public_key,
            not_after,
            what: format!("certificate {} is good", installed.id),
            is_quarantined: false,
        })
    }

    /// Its files may be of another certificate.
    fn quarantined_at_stake(&self, quarantined: &Quarantined) -> Result<AtStake> {
        let order = Order::new(quarantined.serial, quarantined.terms.clone());
        let what = format!(
            "certificate {} was issued and failed our checks ({}): `obtain` looks at it again, and with `abandon` forgets it",
            quarantined.id, quarantined.why
        );
        Ok(AtStake {
            serial: quarantined.serial,
            id: Some(quarantined.id.clone()),
            public_key: self.order_key(&order)?,
            not_after: self.noted_end(quarantined.serial),
            what,
            is_quarantined: true,
        })
    }

    /// What `current` leads to, if that is another one: after a rollback, where this host has not installed the newest, or
    /// where the entry was removed for all.
    fn in_use_at_stake(&self) -> Result<Option<AtStake>> {
        let Some(pem) = self.entry.read(&format!("{CURRENT}/{CERT}"))? else { return Ok(None) };
        if let Some(installed) = &self.journal.installed {
            for layout in [Layout::Links, Layout::Files] {
                if self.entry.is_current(installed.serial, layout)? {
                    return Ok(None);
                }
            }
        }
        let Some(leaf) = Leaf::of(&pem) else { return Ok(None) };
        let mut serial = 0;
        for version in 1..=self.journal.last_serial {
            if self.entry.read(&Entry::in_version(version, CERT))?.as_ref() == Some(&pem) {
                serial = version;
            }
        }
        if self.journal.installed.as_ref().is_some_and(|installed| installed.serial == serial) {
            return Ok(None);
        }
        let id = self.certificate_id(serial).ok().flatten();
        let what = match &id {
            Some(id) => format!("certificate {id}, which is in use on this host, is good"),
            None => "the certificate in use on this host is good".to_owned(),
        };
        Ok(Some(AtStake {
            serial,
            id,
            public_key: Some(leaf.public_key),
            not_after: Some(leaf.lifetime.not_after),
            what,
            is_quarantined: false,
        }))
    }

    /// When it expires, as the service has said.
    fn noted_end(&self, serial: u32) -> Option<SystemTime> {
        let noted = self.entry.read_json(&Entry::in_version(serial, CERTIFICATE)).ok().flatten();
        noted.and_then(|noted: Certificate| noted.expires).as_ref().and_then(Time::to_system_time)
    }
}

/// The error that says what would be lost.
pub(super) fn refusal(what: &str) -> Error {
    let why = format!("{what}; its key would be lost: give `force`, or `revoke` to revoke it first");
    Error::invalid("force", why)
}
