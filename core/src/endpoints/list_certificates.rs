//! `list_certificates`: a page of the account's certificates. Started as an op, it gives all pages.

use std::time::{Instant, SystemTime};

use serde_json::json;

use crate::answers::{CERTIFICATE, Certificate};
use crate::context::Context;
use crate::declare::{answer, request};
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, EventType};
use crate::json;
use crate::op::Channel;
use crate::operation::Run;
use crate::pages::{self, Counts, NewEntries, Pager};
use crate::parameter::{self, Arguments};
use crate::words::words;

words! {
    /// The state of a certificate, used as a filter.
    pub enum Status {
        /// Ordered, not validated yet.
        Draft = "draft",
        /// Being validated or issued.
        PendingValidation = "pending_validation",
        /// Issued and valid.
        Issued = "issued",
        /// Cancelled before it was issued.
        Cancelled = "cancelled",
        /// Revoked.
        Revoked = "revoked",
        /// Expired.
        Expired = "expired",
        /// Issued, and expires within 30 days.
        ExpiringSoon = "expiring_soon",
    }
}

request! {
    /// Gets a page of the account's certificates. Started as an op, it gives all pages, each as an event `page`. A list
    /// of several pages is read at least twice, to miss nothing: 100,000 certificates take 200 requests, 40 seconds.
    #[in_rust = "For all pages use [`Client::certificates`](crate::Client::certificates)."]
    #[derive(Default)]
    pub struct ListCertificates -> CertificateList {
        required {}
        optional {
            /// Only these states; by default all known ones. `expiring_soon`: issued, and expires within 30 days.
            status: Vec<Status> = SomeOf(Status::WORDS).sent_as("certificate_status");
            /// Only this type.
            certificate_type as "type": String = OneOf(&[
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
            ]).sent_as("certificate_type");
            /// A part of a name; on accounts with more than 1000 certificates, the complete CN.
            search: String = Text;
            /// Certificates on a page: 100 by default, 1000 at most.
            limit: u64 = Integer(1, 1000);
            /// The number of the page, from 1.
            page: u64 = Integer(1, u64::MAX);
        }
    }
    OPERATION: list_certificates {
        source: "ZeroSSL REST API, List Certificates",
        answer: &LIST,
        run: Run::Steps(run),
    }
}

answer! {
    /// A page of certificates.
    pub struct CertificateList: LIST {
        /// How many certificates there are on all pages.
        total_count: Option<u64> = Count;
        /// How many certificates are on this page.
        result_count: Option<u64> = Count;
        /// The number of the page, from 1.
        page: Option<u64> = Count;
        /// How many fit on a page.
        limit: Option<u64> = Count;
        /// How much of the ACME allowance is used, for example LOW.
        acme_usage_level: Option<String> = Text.or(&["acmeUsageLevel"]);
        /// Whether ACME certificates are locked.
        acme_locked: Option<bool> = Flag.or(&["isAcmeLocked", "acmeLocked"]);
        /// The certificates.
        results: Vec<Certificate> = Objects(&CERTIFICATE).required();
        ..extra
    }
}

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

/// The parameters for a page with this number.
pub(crate) fn with_page(arguments: &Arguments, page: u64, limit: u64) -> Arguments {
    let mut arguments = arguments.clone();
    arguments.set(OPERATION.parameters, "page", page.into());
    arguments.set(OPERATION.parameters, "limit", limit.into());
    arguments
}

/// An empty filter was seen to return nothing. So all states are named.
fn with_status(arguments: &Arguments) -> Arguments {
    let mut arguments = arguments.clone();
    if arguments.get("status").is_none() {
        arguments.set(
            OPERATION.parameters,
            "status",
            json!(["draft", "pending_validation", "issued", "cancelled", "revoked", "expired"]),
        );
    }
    arguments
}

/// Gives every page as an event. The result is the list object without entries.
fn deliver(context: &Context<'_>, channel: &Channel, arguments: &Arguments) -> Result<String> {
    let mut pager = pages::begin(arguments);
    let mut delivered = 0;
    loop {
        // The reader has one page, and the next one is fetched meanwhile; a third would only take memory.
        channel.until_read(EventType::Page)?;
        // Each page has the time-out of one call: the reader may pause between pages.
        let context = Context { deadline: Instant::now() + context.connection.timeout, ..*context };
        let number = pager.page();
        let json = page(&context, &with_page(arguments, number, pager.limit()))?;
        let brought = pages::take(&mut pager, &json)?;
        delivered += brought.fresh.len();
        let event = (!brought.fresh.is_empty()).then(|| event(number, &brought));
        let end = brought.is_last.then(|| frame(&json, delivered));
        // While the reader is waited for, the page is in the event only.
        drop(json);
        event.map_or(Ok(()), |event| channel.hand_over(event))?;
        if let Some(end) = end {
            return end;
        }
    }
}

/// The event of a page, in a buffer of its size: a page has megabytes.
fn event(number: u64, brought: &NewEntries<'_>) -> Event {
    let number = number.to_string();
    let total = brought.total_count.map_or_else(|| "null".to_owned(), |total| total.to_string());
    let length: usize = brought.fresh.iter().map(|entry| entry.get().len() + ",\n".len()).sum();
    Event::with_members(EventType::Page, length, |json| {
        json.extend([r#""message":"page "#, &number, r#"","page":"#, &number]);
        json.extend([r#","total_count":"#, &total, r#","results":["#]);
        for (place, entry) in brought.fresh.iter().enumerate() {
            json.push_str(if place == 0 { "" } else { ",\n" });
            json.push_str(entry.get());
        }
        json.push(']');
    })
}

/// The last page's answer without its entries, which were sent as events.
fn frame(json: &str, delivered: usize) -> Result<String> {
    let mut frame: CertificateList = json::decode(json)?;
    frame.results.clear();
    frame.result_count = u64::try_from(delivered).ok();
    json::encoded(&frame)
}

/// A page, and the server's clock when the page was made.
pub(crate) struct Listing {
    pub(crate) page: CertificateList,
    pub(crate) server_time: Option<SystemTime>,
}

/// Gets a page, as a step of another operation.
pub(crate) fn list_page(context: &Context<'_>, list: &ListCertificates) -> Result<Listing> {
    let arguments = parameter::check(OPERATION.parameters, json::encode(list)?)?;
    let delivered = context.deliver(&ENDPOINT, &with_status(&arguments))?;
    let page = json::decode(&context.read(&delivered, &LIST)?)?;
    Ok(Listing { page, server_time: delivered.answer.date })
}

/// A complete list, read as a step of another operation.
pub(crate) struct Found {
    pub(crate) certificates: Vec<Certificate>,
    /// The server's clock when the first page was made.
    pub(crate) server_time: Option<SystemTime>,
    /// The local clock when the first page arrived.
    pub(crate) came: Instant,
}

/// Gets all pages, as a step of another operation. `call` makes the context of each request.
pub(crate) fn all<'c>(call: impl Fn() -> Result<Context<'c>>, mut list: ListCertificates) -> Result<Found> {
    let limit = *list.limit.get_or_insert(pages::LIMIT);
    let mut pager = Pager::new(1, limit);
    let mut found: Option<Found> = None;
    loop {
        // The first page needs no number.
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
