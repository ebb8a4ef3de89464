//! Get certificate.

use crate::answer::Answer;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::rendering::{Certificate, View};
use crate::service::Service;

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let state = service.state();
    let view = View::of(&state.settings, call);
    Answer::json(&Certificate::new(state.find(call)?, &view))
}
