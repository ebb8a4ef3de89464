//! Revoke certificate.

use crate::answer::Answer;
use crate::call::Call;
use crate::order::{Order, Status};
use crate::refusal::{self, Refusal};
use crate::service::Service;

const REASONS: [&str; 5] =
    ["Unspecified", "keyCompromise", "affiliationChanged", "Superseded", "cessationOfOperation"];

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let mut state = service.state();
    let now = state.clock.now();
    let order = state.find(&call.id)?;
    if call.text("reason").is_some_and(|reason| !REASONS.contains(&reason)) {
        return Err(refusal::REVOCATION_FAILED);
    }
    match order.status {
        Status::Issued => {}
        Status::Revoked => return Answer::done(),
        Status::PendingValidation if order.ready_at.is_some() => {
            return Err(refusal::NOT_REVOCABLE_BEING_ISSUED);
        }
        _ => return Err(refusal::NOT_IN_REVOCABLE_STATE),
    }
    let replaces =
        |other: &Order| other.status == Status::Issued && other.replacement_for.as_ref() == Some(&order.id);
    if state.orders.iter().any(replaces) {
        return Err(refusal::NOT_REVOCABLE_ALREADY_REPLACED);
    }
    state.find_mut(&call.id)?.turn(Status::Revoked, now);
    Answer::done()
}
