//! Resend verification e-mail.

use crate::answer::Answer;
use crate::call::Call;
use crate::order::Status;
use crate::refusal::{self, Refusal};
use crate::service::Service;
use crate::validation::Method;

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let mut state = service.state();
    let order = state.find(call)?;
    if (order.status, order.method) != (Status::PendingValidation, Some(Method::Email)) {
        return Err(refusal::FAILED_RESENDING_EMAIL);
    }
    let recipients = order.recipients();
    state.send_mails(&call.id, &recipients);
    Answer::done()
}
