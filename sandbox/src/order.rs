//! An order and its certificate: its data, and how it moves from one status to the next.

use std::collections::HashSet;

use rcgen::{RevocationReason, RevokedCertParams, SerialNumber};
use time::{Duration, OffsetDateTime, Time};

use crate::account::Owner;
use crate::authority::{Authority, Leaf, Revoked};
use crate::rules::addresses::eligible_addresses;
use crate::rules::csr::Csr;
use crate::rules::names::Name;
use crate::settings::Settings;
use crate::validation::{Method, Proof};

#[cfg_attr(test, derive(Clone))]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) owner: Owner,
    pub(crate) kind: Kind,
    /// All names, the common name first.
    pub(crate) names: Vec<Name>,
    pub(crate) validity_days: i64,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
    /// Preset on drafts, as if the certificate were issued on the same day.
    pub(crate) expires: OffsetDateTime,
    pub(crate) status: Status,
    /// Every change of its status, with the time at which it began.
    pub(crate) history: Vec<(OffsetDateTime, Status)>,
    pub(crate) method: Option<Method>,
    pub(crate) emails: Vec<String>,
    /// The names about which a mail was answered.
    pub(crate) answered: HashSet<String>,
    /// Set for a name that a human has to review.
    pub(crate) brand: bool,
    pub(crate) replacement_for: Option<String>,
    pub(crate) csr: Csr,
    pub(crate) proof: Proof,
    /// Set when domain control was proven: the time at which the certificate is issued.
    pub(crate) ready_at: Option<OffsetDateTime>,
    /// Its proof has to be checked again before it is issued.
    pub(crate) awaits_recheck: bool,
    /// The number of the recheck that is running.
    pub(crate) running_recheck: Option<u64>,
    /// Accepted, but never issued.
    pub(crate) stalled: bool,
    pub(crate) revoked: Option<(OffsetDateTime, RevocationReason)>,
    pub(crate) serial: [u8; 16],
    pub(crate) leaf: Option<Leaf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Draft,
    PendingValidation,
    Issued,
    Cancelled,
    Revoked,
    Expired,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::PendingValidation => "pending_validation",
            Self::Issued => "issued",
            Self::Cancelled => "cancelled",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// The kind of product, which the service calls the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind(u8);

const KINDS: [&str; 7] = [
    "single90Days",
    "wildcard90Days",
    "multiDomain90Days",
    "single1Year",
    "wildcard1Year",
    "multiDomain1Year",
    "acme90Days",
];

impl Kind {
    pub(crate) fn of(asked: &[Name], validity_days: i64) -> Self {
        let shape = match asked {
            [Name::Wildcard(_)] => 2,
            [_] => 1,
            _ => 3,
        };
        Self(if validity_days > 90 { shape + 3 } else { shape })
    }

    /// Reads a number from 1 or a name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = match KINDS.iter().position(|name| *name == text) {
            Some(place) => place + 1,
            None => text.parse().ok()?,
        };
        (1..=KINDS.len()).contains(&number).then_some(())?;
        u8::try_from(number).ok().map(Self)
    }

    pub(crate) fn number(self) -> String {
        self.0.to_string()
    }
}

/// The last second of the last day of a certificate made at this time.
pub(crate) fn expiry(made: OffsetDateTime, validity_days: i64) -> OffsetDateTime {
    const LAST_SECOND: Time = time::macros::time!(23:59:59);
    made.saturating_add(Duration::days(validity_days)).replace_time(LAST_SECOND)
}

impl Order {
    pub(crate) fn common_name(&self) -> String {
        self.names.first().map(ToString::to_string).unwrap_or_default()
    }

    /// Whether the order waits for proof of domain control.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status, Status::Draft | Status::PendingValidation)
    }

    pub(crate) fn expires_soon(&self, now: OffsetDateTime) -> bool {
        self.status == Status::Issued && self.expires - now <= Duration::days(30)
    }

    pub(crate) fn set_status(&mut self, status: Status, now: OffsetDateTime) {
        self.status = status;
        self.updated = now;
        // A repeated status, as of an order that is verified several times, is already in the list.
        if self.history.last().is_none_or(|(_, last)| *last != status) {
            self.history.push((now, status));
        }
    }

    /// The address to which the mail about a name goes.
    pub(crate) fn address_for(&self, name: &Name) -> Option<&String> {
        let eligible = eligible_addresses(name);
        let suits = |address: &&String| eligible.iter().any(|known| known.eq_ignore_ascii_case(address));
        // The addresses are in the order of the names.
        let place = self.names.iter().position(|known| known == name)?;
        let own = self.emails.get(place).filter(suits);
        own.or_else(|| self.emails.iter().find(suits))
    }

    /// The names without an answered mail, and the recipients of their mails.
    pub(crate) fn recipients(&self) -> Vec<(Name, String)> {
        let open = self.names.iter().filter(|name| !self.answered.contains(&name.to_string()));
        open.filter_map(|name| Some((name.clone(), self.address_for(name)?.clone()))).collect()
    }

    /// The status at a time; `None` before the order was created.
    pub(crate) fn status_at(&self, time: OffsetDateTime) -> Option<Status> {
        let mut past = self.history.iter().rev();
        past.find(|(since, _)| *since <= time).map(|(_, status)| *status)
    }

    /// When it can be issued, if nothing blocks it.
    fn ready(&self) -> Option<OffsetDateTime> {
        let waits = self.status == Status::PendingValidation && !self.stalled && !self.brand;
        self.ready_at.filter(|_| waits)
    }

    /// When it is issued, or expires.
    pub(crate) fn next_change(&self) -> Option<OffsetDateTime> {
        match self.status {
            Status::Issued => Some(self.expires),
            _ => self.ready().filter(|_| !self.awaits_recheck),
        }
    }

    /// When its proof is due for a recheck; `None` while a recheck is running.
    pub(crate) fn next_recheck(&self) -> Option<OffsetDateTime> {
        self.ready().filter(|_| self.awaits_recheck && self.running_recheck.is_none())
    }

    /// Its entry in a revocation list, if it is revoked.
    pub(crate) fn revocation(&self) -> Option<Revoked> {
        let (revocation_time, reason) = self.revoked?;
        let entry = RevokedCertParams {
            serial_number: SerialNumber::from_slice(&self.serial),
            revocation_time,
            // "Unspecified" is the default, so it has no code.
            reason_code: (reason != RevocationReason::Unspecified).then_some(reason),
            invalidity_date: None,
        };
        Some(Revoked { ca_certificate_id: self.leaf.as_ref()?.ca_certificate_id, entry })
    }

    /// Applies what is due now: issues, then expires.
    pub(crate) fn settle(&mut self, now: OffsetDateTime, settings: &Settings, authority: &Authority) {
        if let Some(ready) = self.ready()
            && ready <= now
            && !self.awaits_recheck
        {
            let expires = expiry(ready, settings.lifetime_days(self.validity_days, ready));
            // A request that passed the rules can be signed. If signing fails all the same, the order stays
            // pending, as at the service.
            let serial = SerialNumber::from_slice(&self.serial);
            if let Ok(leaf) = authority.issue(&self.names, &self.csr, serial, ready, expires) {
                self.leaf = Some(leaf);
                self.expires = expires;
                self.set_status(Status::Issued, ready);
            }
        }
        if self.status == Status::Issued && self.expires < now {
            self.set_status(Status::Expired, self.expires);
        }
    }
}
