//! Verify domains: checks the published proof, within the call.

use std::collections::HashSet;

use crate::answer::Answer;
use crate::call::Call;
use crate::order::{Order, Status};
use crate::quirk::Effect;
use crate::refusal::{self, Refusal};
use crate::rendering::{Certificate, View};
use crate::rules::addresses::eligible_addresses;
use crate::rules::names::Name;
use crate::service::Service;
use crate::settings::CaaRefusal;
use crate::validation::{CaaProblem, Check, Method};

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let state = service.state();
    let order = state.find(call)?;
    let method = call.text("validation_method").ok_or(refusal::MISSING_VALIDATION_METHOD)?;
    let method = Method::parse(method).ok_or(refusal::INVALID_VALIDATION_METHOD)?;
    if !order.is_open() {
        return Err(refusal::NOT_READY_TO_VALIDATE);
    }
    if order.ready_at.is_some() || order.stalled {
        // Control was already proven; another call changes nothing.
        return Answer::json(&Certificate::new(order, &View::of(&state.settings, call)));
    }
    if order.names.iter().any(|name| matches!(name, Name::Ip(address) if address.is_ipv6())) {
        return Err(refusal::IPV6_IS_NOT_YET_SUPPORTED);
    }
    if !order.names.iter().all(|name| method.suits(name)) {
        return Err(refusal::INCORRECT_VALIDATION_TYPE);
    }
    let emails = match method {
        Method::Email => addresses(order, &call.list("validation_email"))?,
        _ => Vec::new(),
    };
    let check = service.check(&state, order);
    let caa_refusal = state.settings.caa;
    // The state is unlocked, so that other calls go through while this one waits for the network.
    drop(state);

    check.domain_control(method)?;
    let forbidden = is_forbidden(&check, caa_refusal)?;

    let mut state = service.state();
    let (now, delay) = (state.clock.now(), state.draw_issue_delay());
    let recheck = state.settings.second_look && !state.settings.issue_delay.1.is_zero();
    let view = View::of(&state.settings, call);
    state.change(call, |order| {
        if order.is_open() && order.ready_at.is_none() {
            order.method = Some(method);
            order.emails = emails;
            order.stalled = call.effects.has(Effect::Stall);
            // An order that CAA forbids is rechecked until the record is gone.
            order.awaits_recheck = recheck || forbidden;
            order.set_status(Status::PendingValidation, now);
            if method != Method::Email {
                order.ready_at = Some(now.saturating_add(delay));
            }
        }
    })?;
    service.changed.notify_one();
    let order = state.find(call)?;
    let answer = Answer::json(&Certificate::new(order, &view));
    if method == Method::Email {
        let recipients = order.recipients();
        state.send_mails(&call.id, &recipients);
    }
    if call.effects.has(Effect::FailAndGoOn) {
        return Err(refusal::DOMAIN_CONTROL_VALIDATION_FAILED);
    }
    answer
}

/// Whether CAA records forbid the CA and the caller gets no error for it.
fn is_forbidden(check: &Check, on_caa: CaaRefusal) -> Result<bool, Refusal> {
    match (check.caa(), on_caa) {
        (Ok(()), _) => Ok(false),
        (Err(_), CaaRefusal::Stall) => Ok(true),
        (Err(CaaProblem::Forbidden(names)), CaaRefusal::Refuse) => {
            Err(refusal::INVALID_CAA_RECORDS.with_details(&names))
        }
        (Err(CaaProblem::Unknown), CaaRefusal::Refuse) => Err(refusal::CAA_RECORD_CHECK_FAILED),
    }
}

/// One eligible address for each name, and no other address.
fn addresses(order: &Order, given: &[&str]) -> Result<Vec<String>, Refusal> {
    let missing = match order.names.len() {
        1 => refusal::MISSING_VALIDATION_EMAIL,
        _ => refusal::MISSING_VALIDATION_EMAILS,
    };
    let eligible: Vec<Vec<String>> = order.names.iter().map(eligible_addresses).collect();
    let all: HashSet<&str> = eligible.iter().flatten().map(String::as_str).collect();
    let lower: HashSet<String> = given.iter().map(|address| address.to_ascii_lowercase()).collect();
    let each_has_one = eligible.iter().all(|known| known.iter().any(|known| lower.contains(known)));
    let each_is_one = lower.iter().all(|given| all.contains(given.as_str()));
    if !each_has_one || !each_is_one {
        return Err(missing);
    }
    Ok(given.iter().map(|address| (*address).to_owned()).collect())
}
