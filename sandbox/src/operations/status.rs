//! Verification status, which says something about e-mail only.

use indexmap::IndexMap;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::order::{Order, Status};
use crate::php_json;
use crate::refusal::{self, Refusal};
use crate::service::Service;
use crate::validation::Method;

#[derive(Serialize)]
struct Progress {
    validation_completed: u8,
    #[serde(serialize_with = "php_json::map")]
    details: IndexMap<String, Step>,
}

#[derive(Serialize)]
struct Step {
    method: String,
    status: &'static str,
}

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let state = service.state();
    let order = state.find(&call.id)?;
    let method = order.method.ok_or(refusal::FAILED_GETTING_VALIDATION_STATUS)?;
    let completed = order.ready_at.is_some() || !matches!(order.status, Status::PendingValidation);
    let names = order.names.iter().enumerate();
    Answer::json(&Progress {
        validation_completed: completed.into(),
        details: names
            .map(|(place, name)| (name.to_string(), step(order, place, method, completed)))
            .collect(),
    })
}

fn step(order: &Order, place: usize, method: Method, completed: bool) -> Step {
    let address = order.emails.get(place).or(order.emails.first());
    Step {
        method: address.cloned().unwrap_or_else(|| method.as_str().to_owned()),
        status: match method {
            _ if completed => "Validated",
            Method::Email => "Email Sent",
            _ => "Awaiting Validation",
        },
    }
}
