//! An order and the certificate that comes of it: what is known of one, and
//! how it moves from one status to the next.

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
    /// A human looks at its name.
    pub(crate) brand: bool,
    pub(crate) replacement_for: Option<String>,
    pub(crate) csr: Csr,
    pub(crate) proof: Proof,
    /// Set when domain control was shown: the certificate is there from then on.
    pub(crate) ready_at: Option<OffsetDateTime>,
    /// Looked at once more before it is issued, and not yet.
    pub(crate) awaits_second_look: bool,
    /// The number of the look that is taken at it just now.
    pub(crate) look: Option<u64>,
    /// Accepted, and never to be issued.
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

    /// Whether the order waits for domain control to be shown.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status, Status::Draft | Status::PendingValidation)
    }

    pub(crate) fn expires_soon(&self, now: OffsetDateTime) -> bool {
        self.status == Status::Issued && self.expires - now <= Duration::days(30)
    }

    pub(crate) fn turn(&mut self, status: Status, now: OffsetDateTime) {
        self.status = status;
        self.updated = now;
        // One that stays, say of an order that is verified again and again, is
        // there already.
        if self.history.last().is_none_or(|(_, last)| *last != status) {
            self.history.push((now, status));
        }
    }

    /// The address to which the mail about a name goes.
    pub(crate) fn address_for(&self, name: &Name) -> Option<&String> {
        let eligible = eligible_addresses(name);
        let suits = |address: &&String| eligible.iter().any(|known| known.eq_ignore_ascii_case(address));
        // In the order of the names, as they are asked for.
        let place = self.names.iter().position(|known| known == name)?;
        let own = self.emails.get(place).filter(suits);
        own.or_else(|| self.emails.iter().find(suits))
    }

    /// Who is still to answer a mail, and about which name.
    pub(crate) fn recipients(&self) -> Vec<(Name, String)> {
        let open = self.names.iter().filter(|name| !self.answered.contains(&name.to_string()));
        open.filter_map(|name| Some((name.clone(), self.address_for(name)?.clone()))).collect()
    }

    /// The status that it had at a time; none before it was made.
    pub(crate) fn status_at(&self, time: OffsetDateTime) -> Option<Status> {
        let mut past = self.history.iter().rev();
        past.find(|(since, _)| *since <= time).map(|(_, status)| *status)
    }

    /// When its time comes, if nobody stands in its way.
    fn ready(&self) -> Option<OffsetDateTime> {
        let waits = self.status == Status::PendingValidation && !self.stalled && !self.brand;
        self.ready_at.filter(|_| waits)
    }

    /// When it is to be issued, or ends.
    pub(crate) fn next_change(&self) -> Option<OffsetDateTime> {
        match self.status {
            Status::Issued => Some(self.expires),
            _ => self.ready().filter(|_| !self.awaits_second_look),
        }
    }

    /// When it is to be looked at once more; not while that is being done.
    pub(crate) fn next_look(&self) -> Option<OffsetDateTime> {
        self.ready().filter(|_| self.awaits_second_look && self.look.is_none())
    }

    /// How a revocation list has it, if it is revoked.
    pub(crate) fn revocation(&self) -> Option<Revoked> {
        let (revocation_time, reason) = self.revoked?;
        let entry = RevokedCertParams {
            serial_number: SerialNumber::from_slice(&self.serial),
            revocation_time,
            // Unspecified is said by silence.
            reason_code: (reason != RevocationReason::Unspecified).then_some(reason),
            invalidity_date: None,
        };
        Some(Revoked { ca_certificate_id: self.leaf.as_ref()?.ca_certificate_id, entry })
    }

    /// Lets happen what is due by now: issuing, then expiring.
    pub(crate) fn settle(&mut self, now: OffsetDateTime, settings: &Settings, authority: &Authority) {
        if let Some(ready) = self.ready()
            && ready <= now
            && !self.awaits_second_look
        {
            let expires = expiry(ready, settings.lifetime_days(self.validity_days, ready));
            // What the rules let through can be signed; a failure would leave
            // the order pending, as the service does.
            let serial = SerialNumber::from_slice(&self.serial);
            if let Ok(leaf) = authority.issue(&self.names, &self.csr, serial, ready, expires) {
                self.leaf = Some(leaf);
                self.expires = expires;
                self.turn(Status::Issued, ready);
            }
        }
        if self.status == Status::Issued && self.expires < now {
            self.turn(Status::Expired, self.expires);
        }
    }
}
