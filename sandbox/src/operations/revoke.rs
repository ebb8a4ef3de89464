//! Revoke certificate.

use rcgen::RevocationReason;

use crate::answer::Answer;
use crate::call::Call;
use crate::order::Status;
use crate::refusal::{self, Refusal};
use crate::service::Service;

const REASONS: [(&str, RevocationReason); 5] = [
    ("Unspecified", RevocationReason::Unspecified),
    ("keyCompromise", RevocationReason::KeyCompromise),
    ("affiliationChanged", RevocationReason::AffiliationChanged),
    ("Superseded", RevocationReason::Superseded),
    ("cessationOfOperation", RevocationReason::CessationOfOperation),
];

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let mut state = service.state();
    let now = state.clock.now();
    let order = state.find(call)?;
    let reason = call.text("reason").unwrap_or("Unspecified");
    // A widely used client writes `unspecified`.
    let reason = REASONS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(reason));
    let (_, reason) = reason.ok_or(refusal::REVOCATION_FAILED)?;
    match order.status {
        Status::Issued => {}
        Status::Revoked => return Answer::done(),
        Status::PendingValidation if order.ready_at.is_some() => {
            return Err(refusal::NOT_REVOCABLE_BEING_ISSUED);
        }
        _ => return Err(refusal::NOT_IN_REVOCABLE_STATE),
    }
    if state.orders.replacements_of(&order.id).any(|other| other.status == Status::Issued) {
        return Err(refusal::NOT_REVOCABLE_ALREADY_REPLACED);
    }
    state.change(call, |order| {
        order.revoked = Some((now, reason));
        order.set_status(Status::Revoked, now);
    })?;
    Answer::done()
}
