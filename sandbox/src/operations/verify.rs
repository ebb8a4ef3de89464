//! Verify domains: the look at what was published, within the call.

use crate::answer::Answer;
use crate::call::Call;
use crate::order::{Order, Status};
use crate::refusal::{self, Refusal};
use crate::rendering::{Certificate, eligible_addresses};
use crate::rules::names::Name;
use crate::service::Service;
use crate::validation::{Method, check_files, check_records};

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let state = service.state();
    let order = state.find(&call.id)?;
    let method = call.text("validation_method").ok_or(refusal::MISSING_VALIDATION_METHOD)?;
    let method = Method::parse(method).ok_or(refusal::INVALID_VALIDATION_METHOD)?;
    if !order.is_open() {
        return Err(refusal::NOT_READY_TO_VALIDATE);
    }
    if order.ready_at.is_some() {
        // Shown already: asking again changes nothing.
        return Answer::json(&Certificate::from(order));
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
    let (names, proof) = (order.names.clone(), order.proof.clone());
    // Others may call while the network is waited for.
    drop(state);

    let files = |scheme| {
        let book = service.address_book().clone();
        check_files(&names, &proof, scheme, book, service.validation_timeout)
    };
    match method {
        Method::File => files("http")?,
        Method::FileOverHttps => files("https")?,
        Method::Record => check_records(&names, &proof)?,
        // Sent; an answer to the mail is what is waited for.
        Method::Email => {}
    }

    let mut state = service.state();
    let (now, delay) = (state.clock.now(), state.issue_delay);
    let order = state.find_mut(&call.id)?;
    if order.is_open() && order.ready_at.is_none() {
        order.method = Some(method);
        order.emails = emails;
        order.turn(Status::PendingValidation, now);
        if method != Method::Email {
            order.ready_at = Some(now.saturating_add(delay.try_into().unwrap_or(time::Duration::MAX)));
        }
    }
    Answer::json(&Certificate::from(&*order))
}

/// One eligible address for each name.
fn addresses(order: &Order, given: &[&str]) -> Result<Vec<String>, Refusal> {
    let missing = match order.names.len() {
        1 => refusal::MISSING_VALIDATION_EMAIL,
        _ => refusal::MISSING_VALIDATION_EMAILS,
    };
    let eligible = |name: &Name| {
        let addresses = eligible_addresses(name);
        given.iter().find(|given| addresses.iter().any(|address| address.eq_ignore_ascii_case(given)))
    };
    if !order.names.iter().all(|name| eligible(name).is_some()) {
        return Err(missing);
    }
    Ok(given.iter().map(|address| (*address).to_owned()).collect())
}
