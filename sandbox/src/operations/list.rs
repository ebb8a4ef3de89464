//! List certificates: filters, search for a part of a name, pages; the newest first.

use serde::Serialize;
use time::OffsetDateTime;

use crate::answer::Answer;
use crate::call::Call;
use crate::order::{Kind, Order};
use crate::refusal::{self, Refusal};
use crate::rendering::{Certificate, View};
use crate::service::Service;
use crate::state::signed;

#[derive(Serialize)]
struct Page {
    total_count: usize,
    result_count: usize,
    #[serde(rename = "page")]
    number: PageNumber,
    limit: usize,
    #[serde(rename = "acmeUsageLevel")]
    acme_usage_level: &'static str,
    #[serde(rename = "acmeLocked")]
    acme_locked: bool,
    results: Vec<Certificate>,
}

/// The page number is returned as it was sent: as text.
#[derive(Serialize)]
#[serde(untagged)]
enum PageNumber {
    Asked(String),
    First(u8),
}

pub(crate) fn answer(service: &Service, call: &Call) -> Result<Answer, Refusal> {
    /// The default and the largest page size.
    const LIMITS: (usize, usize) = (100, 1000);
    let kind = match call.text("certificate_type") {
        None => None,
        Some(text) => Some(Kind::parse(text).ok_or(refusal::INVALID_CERTIFICATE_TYPE)?),
    };
    // A filter that is given but empty matches nothing.
    let statuses = call.given("certificate_status").map(|_| call.list("certificate_status"));
    let search = call.text("search").map(str::to_ascii_lowercase);
    let limit = match call.text("limit").and_then(|text| text.parse().ok()) {
        None | Some(0) => LIMITS.0,
        Some(limit) => LIMITS.1.min(limit),
    };
    let page = call.text("page").and_then(|text| text.parse::<usize>().ok()).unwrap_or(1).max(1);

    let state = service.state();
    let mut view = View::of(&state.settings, call);
    view.listed = true;
    let lag = call.effects.lag().unwrap_or(state.settings.list_lag);
    let now = state.clock.now().saturating_sub(signed(lag));
    view.at = (!lag.is_zero()).then_some(now);
    let matching: Vec<&Order> = state
        .orders_of(call.owner)
        .rev()
        .filter(|order| view.status(order).is_some())
        .filter(|order| kind.is_none_or(|kind| order.kind == kind))
        .filter(|order| statuses.as_ref().is_none_or(|filter| is_in(order, filter, &view, now)))
        .filter(|order| search.as_ref().is_none_or(|part| holds(order, part)))
        .collect();
    let results: Vec<Certificate> = matching
        .iter()
        .skip((page - 1).saturating_mul(limit))
        .take(limit)
        .map(|order| Certificate::new(order, &view))
        .collect();
    Answer::json(&Page {
        total_count: matching.len(),
        result_count: results.len(),
        number: match call.text("page") {
            Some(text) => PageNumber::Asked(text.to_owned()),
            None => PageNumber::First(1),
        },
        limit,
        acme_usage_level: "LOW",
        acme_locked: false,
        results,
    })
}

fn is_in(order: &Order, filter: &[&str], view: &View, now: OffsetDateTime) -> bool {
    filter.iter().any(|status| match *status {
        "expiring_soon" => order.expires_soon(now),
        status => view.status(order).is_some_and(|known| status == known.as_str()),
    })
}

fn holds(order: &Order, part: &str) -> bool {
    order.names.iter().any(|name| name.to_string().contains(part))
}
