//! `list_certificates`: a page of the account's certificates; started as an op, all pages.

use std::time::{Instant, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answers::{CERTIFICATE, Certificate, Extra};
use crate::context::Context;
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, EventType};
use crate::json;
use crate::op::Channel;
use crate::operation::{Operation, Request, Run};
use crate::pages::{self, Counts, Pager};
use crate::parameter::{self, Arguments, Parameter, ParameterKind};
use crate::shape::{Field, FieldKind, Shape};
use crate::words::words;

words! {
    /// The state of a certificate, as a filter.
    pub enum Status {
        /// Ordered, not yet validated.
        Draft = "draft",
        /// The service looks, or issues.
        PendingValidation = "pending_validation",
        /// Issued and valid.
        Issued = "issued",
        /// Given up before it was issued.
        Cancelled = "cancelled",
        /// Taken back.
        Revoked = "revoked",
        /// Over.
        Expired = "expired",
        /// Issued, and over within 30 days.
        ExpiringSoon = "expiring_soon",
    }
}

/// A page of the account's certificates. For all pages use [`Client::certificates`](crate::Client::certificates).
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct ListCertificates {
    /// Only these states; without it all known ones.
    pub status: Option<Vec<Status>>,
    /// Only this type: `1` to `7`, or a name such as `single90Days`.
    #[serde(rename = "type")]
    pub certificate_type: Option<String>,
    /// Part of a name; the whole CN on accounts with more than 1000 certificates.
    pub search: Option<String>,
    /// Certificates on a page: 100 by default, 1000 at most.
    pub limit: Option<u64>,
    /// The page, from 1.
    pub page: Option<u64>,
}

impl Request for ListCertificates {
    type Answer = CertificateList;
    const OPERATION: &'static Operation = &OPERATION;
}

/// A page of certificates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CertificateList {
    /// How many there are on all pages.
    pub total_count: Option<u64>,
    /// How many are on this page.
    pub result_count: Option<u64>,
    /// The page, from 1.
    pub page: Option<u64>,
    /// How many fit on a page.
    pub limit: Option<u64>,
    /// How much of the ACME allowance is used, such as `LOW`.
    pub acme_usage_level: Option<String>,
    /// Whether ACME certificates are locked.
    pub acme_locked: Option<bool>,
    /// The certificates.
    pub results: Vec<Certificate>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

const STATUS: Parameter = Parameter::optional(
    "status",
    ParameterKind::SomeOf(Status::WORDS),
    "Only these states; without it all known ones. expiring_soon: issued, and over within 30 days.",
)
.sent_as("certificate_status");

const LIMIT: Parameter = Parameter::optional(
    "limit",
    ParameterKind::Integer(1, 1000),
    "Certificates on a page: 100 by default, 1000 at most.",
);

const PAGE: Parameter = Parameter::optional("page", ParameterKind::Integer(1, u64::MAX), "The page, from 1.");

pub(crate) static OPERATION: Operation = Operation {
    name: "list_certificates",
    summary: "A page of the account's certificates. Started as an op, it gives all pages, each as an event `page`.",
    source: "ZeroSSL REST API, List Certificates",
    parameters: &[
        STATUS,
        Parameter::optional(
            "type",
            ParameterKind::OneOf(&[
                "1",
                "2",
                "3",
                "4",
                "5",
                "6",
                "7",
                "single90Days",
                "wildcard90Days",
                "multiDomain90Days",
                "single1Year",
                "wildcard1Year",
                "multiDomain1Year",
                "acme90Days",
            ]),
            "Only this type.",
        )
        .sent_as("certificate_type"),
        Parameter::optional(
            "search",
            ParameterKind::Text,
            "Part of a name; the whole CN on accounts with more than 1000 certificates.",
        ),
        LIMIT,
        PAGE,
    ],
    answer: &LIST,
    run: Run::Steps(run),
};

static LIST: Shape = Shape::new(
    "CertificateList",
    &[
        Field::new("total_count", FieldKind::Count, "How many there are on all pages."),
        Field::new("result_count", FieldKind::Count, "How many are on this page."),
        Field::new("page", FieldKind::Count, "The page, from 1."),
        Field::new("limit", FieldKind::Count, "How many fit on a page."),
        Field::new(
            "acme_usage_level",
            FieldKind::Text,
            "How much of the ACME allowance is used, such as LOW.",
        )
        .or(&["acmeUsageLevel"]),
        // Documented under the first name, seen under the second.
        Field::new("acme_locked", FieldKind::Flag, "Whether ACME certificates are locked.")
            .or(&["isAcmeLocked", "acmeLocked"]),
        Field::new("results", FieldKind::Objects(&CERTIFICATE), "The certificates.").required(),
    ],
);

static ENDPOINT: Endpoint = Endpoint::get("/certificates");

fn run(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    match context.events {
        Some(channel) => deliver(context, channel, arguments),
        None => page(context, arguments),
    }
}

/// One page.
pub(crate) fn page(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    context.read(&context.deliver(&ENDPOINT, &with_status(arguments))?, &LIST)
}

/// The parameters of page so-and-so.
pub(crate) fn with_page(arguments: &Arguments, page: u64, limit: u64) -> Arguments {
    let mut arguments = arguments.clone();
    arguments.set(&PAGE, page.into());
    arguments.set(&LIMIT, limit.into());
    arguments
}

/// An empty filter was seen to return nothing, so all states are asked for by name.
fn with_status(arguments: &Arguments) -> Arguments {
    let mut arguments = arguments.clone();
    if arguments.get(STATUS.name).is_none() {
        arguments.set(
            &STATUS,
            json!(["draft", "pending_validation", "issued", "cancelled", "revoked", "expired"]),
        );
    }
    arguments
}

/// Gives every page as an event; the result is the list's frame without entries.
fn deliver(context: &Context<'_>, channel: &Channel, arguments: &Arguments) -> Result<String> {
    let mut pager = pages::begin(arguments);
    let mut delivered = 0;
    loop {
        // Each page has the time of a call: the reader may take its time between them.
        let context = Context { deadline: Instant::now() + context.connection.timeout, ..*context };
        let number = pager.page();
        let json = page(&context, &with_page(arguments, number, pager.limit()))?;
        let brought = pages::take(&mut pager, &json)?;
        delivered += brought.fresh.len();
        if !brought.fresh.is_empty() {
            let entries: Vec<_> = brought.fresh.iter().map(|entry| entry.get()).collect();
            let total = brought.total_count.map_or_else(|| "null".to_owned(), |total| total.to_string());
            let members = format!(
                r#""message":"page {number}","page":{number},"total_count":{total},"results":[{}]"#,
                entries.join(",\n")
            );
            channel.hand_over(Event::with_members(EventType::Page, &members))?;
        }
        if brought.is_last {
            return frame(&json, delivered);
        }
    }
}

/// The last page's answer without its entries, which went out as events.
fn frame(json: &str, delivered: usize) -> Result<String> {
    let mut frame: CertificateList = json::decode(json)?;
    frame.results.clear();
    frame.result_count = u64::try_from(delivered).ok();
    json::encoded(&frame)
}

/// A page, and the server's clock when it was made.
pub(crate) struct Listing {
    pub(crate) page: CertificateList,
    pub(crate) server_time: Option<SystemTime>,
}

/// A page as a step of another operation.
pub(crate) fn list_page(context: &Context<'_>, list: &ListCertificates) -> Result<Listing> {
    let arguments = parameter::check(OPERATION.parameters, json::encode(list)?)?;
    let delivered = context.deliver(&ENDPOINT, &with_status(&arguments))?;
    let page = json::decode(&context.read(&delivered, &LIST)?)?;
    Ok(Listing { page, server_time: delivered.answer.date })
}

/// What a list was found to hold, as a step of another operation.
pub(crate) struct Found {
    pub(crate) certificates: Vec<Certificate>,
    /// By the server's clock: when the first page was made.
    pub(crate) server_time: Option<SystemTime>,
    /// By ours: when it was here.
    pub(crate) came: Instant,
}

/// All pages, as a step of another operation; `call` gives the context for each.
pub(crate) fn all<'c>(call: impl Fn() -> Result<Context<'c>>, mut list: ListCertificates) -> Result<Found> {
    let limit = *list.limit.get_or_insert(pages::LIMIT);
    let mut pager = Pager::new(1, limit);
    let mut found: Option<Found> = None;
    loop {
        // The first one needs no number.
        list.page = Some(pager.page()).filter(|page| *page > 1);
        let Listing { page, server_time } = list_page(&call()?, &list)?;
        let ids: Vec<&str> = page.results.iter().map(|certificate| certificate.id.as_str()).collect();
        let taken = pager.take(Counts { total_count: page.total_count, limit: page.limit }, &ids)?;
        let found = found.get_or_insert_with(|| Found {
            certificates: Vec::new(),
            server_time,
            came: Instant::now(),
        });
        let mut fresh = taken.fresh.into_iter().peekable();
        let results = page.results.into_iter().enumerate();
        found.certificates.extend(
            results
                .filter(|(place, _)| fresh.next_if_eq(place).is_some())
                .map(|(_, certificate)| certificate),
        );
        found.server_time = found.server_time.or(server_time);
        if taken.is_last {
            break;
        }
    }
    found.ok_or_else(|| Error::new(Kind::Internal, "a list without a page"))
}
