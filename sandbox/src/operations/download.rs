//! Download certificate: as a ZIP file, or inline.

use crate::answer::Answer;
use crate::as_of::{self, Since};
use crate::call::Call;
use crate::operations::bundle::Bundle;
use crate::order::Status;
use crate::refusal::{self, Refusal};
use crate::service::Service;
use crate::state::signed;

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let state = service.state();
    let order = state.find(call)?;
    let formats = as_of::has(state.settings.as_of, Since::Formats);
    if call.format.as_deref().is_some_and(|format| format != "return") && !formats {
        return Err(refusal::INVALID_API_FUNCTION);
    }
    if order.status == Status::Revoked {
        return Err(refusal::CERTIFICATE_NOT_DOWNLOADABLE);
    }
    let leaf = order.leaf.as_ref().ok_or(refusal::CERTIFICATE_NOT_ISSUED)?;
    let available = leaf.issued.saturating_add(signed(state.settings.download_delay));
    if state.clock.now() < available {
        return Err(refusal::CERTIFICATE_NOT_ISSUED);
    }
    let mut chain = leaf.issuer_pem.clone();
    if call.flag("include_cross_signed") {
        chain += &service.authority.cross_signed_pem;
    }
    let bundle =
        Bundle { certificate: ("certificate.crt", leaf.pem.clone()), chain: ("ca_bundle.crt", chain) };
    bundle.answer(call.format.as_deref())
}
