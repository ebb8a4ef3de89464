//! Cancel certificate: the only operation that frees a place in the quota.

use crate::answer::Answer;
use crate::call::Call;
use crate::order::Status;
use crate::refusal::{self, Refusal};
use crate::service::Service;

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let mut state = service.state();
    let now = state.clock.now();
    if !state.find(call)?.is_open() {
        return Err(refusal::CERTIFICATE_CANNOT_BE_CANCELLED);
    }
    state.change(call, |order| order.set_status(Status::Cancelled, now))?;
    Answer::done()
}
