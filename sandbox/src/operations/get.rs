//! Get certificate.

use crate::answer::Answer;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::rendering::Certificate;
use crate::service::Service;

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let state = service.state();
    Answer::json(&Certificate::from(state.find(&call.id)?))
}
