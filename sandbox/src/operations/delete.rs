//! Delete certificate: the service no longer offers it.

use crate::answer::Answer;
use crate::call::Call;
use crate::refusal::{self, Refusal};
use crate::service::Service;

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    service.state().find(call)?;
    Err(refusal::CERTIFICATE_CANNOT_BE_DELETED)
}
