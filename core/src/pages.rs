//! All certificates, page after page: none twice, and none missed that was there throughout.

mod pager;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::time::{Instant, SystemTime};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::answers::Certificate;
use crate::client::Client;
use crate::context::{self, Context};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, EventType};
use crate::op::Channel;
use crate::operation::Request;
use crate::operations::{ListCertificates, Look, look, page, with_page};
use crate::parameter::{self, Arguments};
use pager::{Counts, Pager};

/// As many on a page as the service gives: most accounts have one page.
const LIMIT: u64 = 1000;

/// All certificates that match; made by [`Client::certificates`]. Ends after an error.
#[derive(Debug)]
pub struct Certificates {
    client: Client,
    list: ListCertificates,
    pager: Option<Pager>,
    ready: VecDeque<Certificate>,
    ended: bool,
}

impl Certificates {
    pub(crate) fn new(client: Client, list: ListCertificates) -> Self {
        Self { client, list, pager: None, ready: VecDeque::new(), ended: false }
    }

    /// Reads pages until one brings something, each with the time of a call.
    fn fill(&mut self) -> Result<()> {
        let operation = ListCertificates::OPERATION;
        let Self { client, list, pager, ready, ended } = self;
        while ready.is_empty() && !*ended {
            client.enter(operation, None, |context| {
                let arguments = parameter::check(operation.parameters, context::encode(list)?)?;
                let pager = pager.get_or_insert_with(|| begin(&arguments));
                let json = page(context, &with_page(&arguments, pager.page(), pager.limit()))?;
                let brought = take(pager, &json)?;
                for entry in brought.fresh {
                    ready.push_back(context::decode(entry.get())?);
                }
                *ended = brought.is_last;
                Ok(())
            })?;
        }
        Ok(())
    }
}

impl Iterator for Certificates {
    type Item = Result<Certificate>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty()
            && !self.ended
            && let Err(error) = self.fill()
        {
            self.ended = true;
            return Some(Err(error));
        }
        self.ready.pop_front().map(Ok)
    }
}

/// Gives every page as an event; the result is the list's frame without entries.
pub(crate) fn deliver(context: &Context<'_>, channel: &Channel, arguments: &Arguments) -> Result<String> {
    let mut pager = begin(arguments);
    let mut delivered = 0;
    loop {
        // Each page has the time of a call: the reader may take its time between them.
        let context = Context { deadline: Instant::now() + context.core.timeout, ..*context };
        let number = pager.page();
        let json = page(&context, &with_page(arguments, number, pager.limit()))?;
        let brought = take(&mut pager, &json)?;
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
    let mut frame: crate::operations::CertificateList = context::decode(json)?;
    frame.results.clear();
    frame.result_count = u64::try_from(delivered).ok();
    context::to_json(&frame)
}

/// A page as the pager needs it; the entries stay as they are.
#[derive(Deserialize)]
struct Page<'a> {
    total_count: Option<u64>,
    limit: Option<u64>,
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

/// What a page brought.
struct Brought<'a> {
    total_count: Option<u64>,
    fresh: Vec<&'a RawValue>,
    is_last: bool,
}

fn begin(arguments: &Arguments) -> Pager {
    Pager::new(arguments.integer("page").unwrap_or(1), arguments.integer("limit").unwrap_or(LIMIT))
}

fn take<'a>(pager: &mut Pager, json: &'a str) -> Result<Brought<'a>> {
    let Page { total_count, limit, results } = context::decode(json)?;
    let ids: Vec<Cow<'_, str>> = results
        .iter()
        .map(|entry| Ok(context::decode::<Entry<'_>>(entry.get())?.id))
        .collect::<Result<_>>()?;
    let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    let taken = pager.take(Counts { total_count, limit }, &ids)?;
    let fresh = taken.fresh.into_iter().filter_map(|place| results.get(place).copied()).collect();
    Ok(Brought { total_count, fresh, is_last: taken.is_last })
}

/// What a list was found to hold, as a step of another operation.
pub(crate) struct Found {
    pub(crate) certificates: Vec<Certificate>,
    /// By the server's clock: when the first page was made.
    pub(crate) server_time: Option<SystemTime>,
    /// By ours: when it was here.
    pub(crate) came: Instant,
}

/// Reads all pages; `call` gives the context for each.
pub(crate) fn find<'c>(call: impl Fn() -> Result<Context<'c>>, mut list: ListCertificates) -> Result<Found> {
    let limit = *list.limit.get_or_insert(LIMIT);
    let mut pager = Pager::new(1, limit);
    let mut found: Option<Found> = None;
    loop {
        // The first one needs no number.
        list.page = Some(pager.page()).filter(|page| *page > 1);
        let Look { list: page, server_time } = look(&call()?, &list)?;
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

#[cfg(test)]
mod tests;
