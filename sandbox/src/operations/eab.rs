//! Credentials for ACME clients, by access key or by e-mail address.

use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::refusal::{self, Refusal};
use crate::service::Service;

#[derive(Serialize)]
struct Credentials {
    success: bool,
    eab_kid: String,
    eab_hmac_key: String,
}

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let mut state = service.state();
    let now = state.clock.now();
    state.accounts.get_mut(call.owner.0).ok_or(refusal::INVALID_ACCESS_KEY)?.give_eab(now)?;
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    Answer::json(&Credentials {
        success: true,
        eab_kid: state.random_text(alphabet, 22),
        // 64 bytes in unpadded base64; the last character holds only two bits.
        eab_hmac_key: state.random_text(alphabet, 85) + "A",
    })
}

pub(crate) fn answer_by_email(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    call.text("email").ok_or(refusal::MISSING_EMAIL)?;
    answer(service, call)
}
