//! Verification status: useful for validation by e-mail only.

use indexmap::IndexMap;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::order::Order;
use crate::php_json;
use crate::refusal::{self, Refusal};
use crate::rules::names::Name;
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
    let order = state.find(call)?;
    let method = order.method.ok_or(refusal::FAILED_GETTING_VALIDATION_STATUS)?;
    // The validation of an order that is still pending, or was cancelled, is not complete.
    let completed = order.leaf.is_some();
    let names = order.names.iter();
    Answer::json(&Progress {
        validation_completed: completed.into(),
        details: names.map(|name| (name.to_string(), step(order, name, method, completed))).collect(),
    })
}

fn step(order: &Order, name: &Name, method: Method, completed: bool) -> Step {
    Step {
        method: order.address_for(name).cloned().unwrap_or_else(|| method.as_str().to_owned()),
        status: match method {
            _ if completed || order.answered.contains(&name.to_string()) => "Validated",
            Method::Email => "Email Sent",
            _ => "Awaiting Validation",
        },
    }
}
