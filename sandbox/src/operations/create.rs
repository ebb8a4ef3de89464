//! Create certificate: a draft, if every rule is kept and a place is free.

use crate::account::Owner;
use crate::answer::Answer;
use crate::call::Call;
use crate::order::{self, Kind, Order, Status};
use crate::quirk::Effect;
use crate::refusal::{self, Refusal};
use crate::rendering::{Certificate, View};
use crate::rules::csr::Csr;
use crate::rules::names::{self, Name};
use crate::service::Service;
use crate::settings::Settings;
use crate::state::State;
use crate::validation::Proof;

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    let list = call.list("certificate_domains");
    let settings = service.state().settings.clone();
    let (asked, mut names) =
        names::parse_list(&list, call.flag("strict_domains"), settings.refuse_reserved_names)?;
    refused_name(&asked, &settings)?;
    if settings.wildcard_apex {
        names.extend(asked.iter().filter_map(Name::apex));
    }
    let pem = call.text("certificate_csr").ok_or(refusal::MISSING_CERTIFICATE_CSR)?;
    let validity_days = match call.text("certificate_validity_days") {
        None | Some("90") => 90,
        Some("365") => 365,
        Some(_) => return Err(refusal::INVALID_CERTIFICATE_VALIDITY),
    };
    let csr = Csr::parse(pem).map_err(|_| refusal::INVALID_CERTIFICATE_CSR)?;
    if settings.requires_country() && !csr.has_country {
        return Err(refusal::MISSING_COUNTRY_CODE);
    }
    csr.suits(&asked)?;
    let common_name = asked.first().map(ToString::to_string).unwrap_or_default();

    let mut state = service.state();
    let replacement_for = call.text("replacement_for_certificate").map(str::to_owned);
    match &replacement_for {
        Some(original) => may_replace(&state, call.owner, original, &common_name)?,
        None => may_add(&state, call.owner, &common_name)?,
    }
    let id = state.random_text(b"0123456789abcdef", 32);
    let unique = state.random_text(b"0123456789abcdefghijklmnopqrstuvwxyz", 15);
    let mut serial = [0; 16];
    state.random.fill(&mut serial);
    // Positive, and of the same length always.
    serial[0] = serial[0] & 0x7f | 0x40;
    let now = state.clock.now();
    let proof = if call.met.has(Effect::ForeignHashes) {
        Proof::foreign(&mut state.random, unique)
    } else {
        Proof::new(&csr, unique)
    };
    let holds = |word: &String| names.iter().any(|name| name.to_string().contains(word.as_str()));
    let order = Order {
        id,
        owner: call.owner,
        brand: settings.brands.iter().any(holds),
        kind: Kind::of(&asked, validity_days),
        names,
        validity_days,
        created: now,
        updated: now,
        expires: order::expiry(now, validity_days),
        status: Status::Draft,
        history: vec![(now, Status::Draft)],
        method: None,
        emails: Vec::new(),
        answered: Vec::new(),
        replacement_for,
        proof,
        csr,
        ready_at: None,
        awaits_second_look: false,
        stalled: false,
        revoked: None,
        serial,
        leaf: None,
    };
    let answer = Answer::json(&Certificate::new(&order, &View::of(&settings, call)));
    state.orders.push(order);
    answer
}

/// Names that are refused as the settings say, with all below them.
fn refused_name(asked: &[Name], settings: &Settings) -> Result<(), Refusal> {
    for name in asked {
        let host = name.host();
        let below = |suffix: &str| {
            host.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let code = settings.refused_names.iter().find(|(suffix, _)| below(suffix.as_str()));
        if let Some(refusal) = code.and_then(|(_, code)| Refusal::known(*code, None)) {
            return Err(refusal);
        }
    }
    Ok(())
}

/// A new name needs a free place, and no live certificate of that name, on
/// whatever account.
fn may_add(state: &State, owner: Owner, common_name: &str) -> Result<(), Refusal> {
    let live = |order: &Order| order.status == Status::Issued && order.common_name() == common_name;
    if state.orders.iter().any(live) {
        return Err(refusal::DUPLICATE_CERTIFICATES_FOUND);
    }
    if state.is_full(owner) {
        return Err(refusal::CERTIFICATE_LIMIT_REACHED);
    }
    Ok(())
}

/// A replacement needs an issued original that has none yet; the quota does
/// not matter.
fn may_replace(state: &State, owner: Owner, original: &str, common_name: &str) -> Result<(), Refusal> {
    let original = state.orders.iter().find(|order| order.id == original);
    let original = original.ok_or(refusal::CANNOT_FIND_ORIGINAL)?;
    if original.owner != owner {
        return Err(refusal::PERMISSION_DENIED_ON_ORIGINAL);
    }
    if original.status != Status::Issued {
        return Err(refusal::ORIGINAL_NOT_ACTIVE);
    }
    if original.common_name() != common_name {
        return Err(refusal::REPLACEMENT_NEEDS_SAME_COMMON_NAME);
    }
    for order in &state.orders {
        if order.replacement_for.as_ref() == Some(&original.id) {
            match order.status {
                Status::Draft | Status::PendingValidation => {
                    return Err(refusal::OTHER_REPLACEMENT_IN_DRAFT);
                }
                Status::Issued => return Err(refusal::ORIGINAL_NOT_ACTIVE),
                Status::Cancelled | Status::Revoked | Status::Expired => {}
            }
        }
    }
    Ok(())
}
