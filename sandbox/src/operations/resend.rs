//! Resend verification e-mail.

use crate::answer::Answer;
use crate::call::Call;
use crate::order::Status;
use crate::refusal::{self, Refusal};
use crate::service::Service;
use crate::validation::Method;

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let state = service.state();
    let order = state.find(&call.id)?;
    match (order.status, order.method) {
        (Status::PendingValidation, Some(Method::Email)) => Answer::done(),
        _ => Err(refusal::FAILED_RESENDING_EMAIL),
    }
}
