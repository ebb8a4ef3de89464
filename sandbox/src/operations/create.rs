//! Create certificate: a draft, if the request keeps every rule and the quota is not used up.

use std::collections::HashSet;

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
    if csr.is_rsa {
        // Creating the RSA intermediate takes a while. It is done before the state is locked.
        let _ = service.authority.rsa();
    }
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
    // Positive, and always of the same length.
    serial[0] = serial[0] & 0x7f | 0x40;
    let now = state.clock.now();
    let proof = if call.effects.has(Effect::ForeignHashes) {
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
        expires: order::expiry(now, settings.lifetime_days(validity_days, now)),
        status: Status::Draft,
        history: vec![(now, Status::Draft)],
        method: None,
        emails: Vec::new(),
        answered: HashSet::new(),
        replacement_for,
        proof,
        csr,
        ready_at: None,
        awaits_recheck: false,
        running_recheck: None,
        stalled: false,
        revoked: None,
        serial,
        leaf: None,
    };
    let answer = Answer::json(&Certificate::new(&order, &View::of(&settings, call)));
    state.orders.add(order);
    answer
}

/// Names that the settings refuse, including all names below them.
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

/// A new name needs room in the quota, and no account may have a live certificate of that name.
fn may_add(state: &State, owner: Owner, common_name: &str) -> Result<(), Refusal> {
    if state.orders.is_live(common_name) {
        return Err(refusal::DUPLICATE_CERTIFICATES_FOUND);
    }
    if state.is_full(owner) {
        return Err(refusal::CERTIFICATE_LIMIT_REACHED);
    }
    Ok(())
}

/// A replacement needs an issued original without a replacement. The quota does not apply.
fn may_replace(state: &State, owner: Owner, original: &str, common_name: &str) -> Result<(), Refusal> {
    let original = state.orders.get(original).ok_or(refusal::CANNOT_FIND_ORIGINAL)?;
    if original.owner != owner {
        return Err(refusal::PERMISSION_DENIED_ON_ORIGINAL);
    }
    if original.status != Status::Issued {
        return Err(refusal::ORIGINAL_NOT_ACTIVE);
    }
    if original.common_name() != common_name {
        return Err(refusal::REPLACEMENT_NEEDS_SAME_COMMON_NAME);
    }
    for order in state.orders.replacements_of(&original.id) {
        match order.status {
            Status::Draft | Status::PendingValidation => return Err(refusal::OTHER_REPLACEMENT_IN_DRAFT),
            Status::Issued => return Err(refusal::ORIGINAL_NOT_ACTIVE),
            Status::Cancelled | Status::Revoked | Status::Expired => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::time::{Duration, Instant};

    use super::answer;
    use crate::call::Call;
    use crate::options::Options;
    use crate::order::{Order, Status};
    use crate::service::Service;

    const CSR: &str = include_str!("../../tests/sandbox/support/plain.pem");

    fn create(service: &Service) {
        let mut call = Call::default();
        for (name, value) in
            [("certificate_domains", "example.com"), ("certificate_csr", CSR), ("strict_domains", "1")]
        {
            call.parameters.insert(name.to_owned(), value.to_owned());
        }
        assert!(answer(service, &call).is_ok());
    }

    /// The fastest of several measurements of ten creates.
    fn ten(service: &Service) -> Duration {
        let times = (0..20).map(|_| {
            let start = Instant::now();
            (0..10).for_each(|_| create(service));
            start.elapsed()
        });
        times.min().unwrap_or_default()
    }

    #[test]
    fn an_account_of_many_thousands_is_as_fast_as_an_empty_one() {
        let options = Options { quota: usize::MAX, ..Options::default() };
        let service = Service::new(&options, SocketAddr::from((Ipv4Addr::LOCALHOST, 1))).expect("a service");
        let empty = ten(&service);
        let mut state = service.state();
        let first = state.orders.iter().next().cloned().expect("an order");
        for number in 0..20_000 {
            let mut order = Order { id: format!("{number:032}"), ..first.clone() };
            order.names = vec![crate::rules::names::Name::Domain(format!("n{number}.example.com"))];
            order.status = if number % 2 == 0 { Status::Issued } else { Status::PendingValidation };
            state.orders.add(order);
        }
        drop(state);
        let full = ten(&service);
        assert!(full < 3 * empty, "ten creates: {empty:?}, and {full:?} with 20,000 certificates");
    }
}
