//! All certificates, page after page: none twice, and none missed that was there throughout.
//!
//! Pages shift while certificates are cancelled or ordered: an entry may move to a page that was read already. A list of
//! one page cannot. More are read again, until a whole sweep brings nothing new and finds the count unchanged.

use std::collections::{HashSet, VecDeque};
use std::time::Instant;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::answers::Certificate;
use crate::client::Client;
use crate::context::{self, Context};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, EventType};
use crate::op::Channel;
use crate::operation::Request;
use crate::operations::{ListCertificates, page, with_page};
use crate::parameter::{self, Arguments};

/// How often the pages are read before a list that never rests is given up.
const MOST_SWEEPS: u32 = 8;
/// As many on a page as the service gives: most accounts have one page.
const LIMIT: u64 = 1000;

/// All certificates that match; made by [`Client::certificates`]. Ends after an error.
#[derive(Debug)]
pub struct Certificates {
    client: Client,
    list: ListCertificates,
    sweep: Option<Sweep>,
    ready: VecDeque<Certificate>,
    ended: bool,
}

impl Certificates {
    pub(crate) fn new(client: Client, list: ListCertificates) -> Self {
        Self { client, list, sweep: None, ready: VecDeque::new(), ended: false }
    }

    /// Reads pages until one brings something, each with the time of a call.
    fn fill(&mut self) -> Result<()> {
        let operation = ListCertificates::OPERATION;
        let Self { client, list, sweep, ready, ended } = self;
        while ready.is_empty() && !*ended {
            client.enter(operation, None, |context| {
                let arguments = parameter::check(operation.parameters, context::encode(list)?)?;
                let sweep = sweep.get_or_insert_with(|| Sweep::new(&arguments));
                let json = page(context, &sweep.arguments(&arguments))?;
                let taken = sweep.take(context::decode(&json)?)?;
                for entry in taken.fresh {
                    ready.push_back(context::decode(entry.get())?);
                }
                *ended = taken.is_last;
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
    let mut sweep = Sweep::new(arguments);
    let mut delivered = 0;
    loop {
        // Each page has the time of a call: the reader may take its time between them.
        let context = Context { deadline: Instant::now() + context.core.timeout, ..*context };
        let json = page(&context, &sweep.arguments(arguments))?;
        let (number, taken) = (sweep.page, sweep.take(context::decode(&json)?)?);
        delivered += taken.fresh.len();
        if !taken.fresh.is_empty() {
            let entries: Vec<_> = taken.fresh.iter().map(|entry| entry.get()).collect();
            let total = taken.total_count.map_or_else(|| "null".to_owned(), |total| total.to_string());
            let members = format!(
                r#""message":"page {number}","page":{number},"total_count":{total},"results":[{}]"#,
                entries.join(",\n")
            );
            channel.hand_over(Event::with_members(EventType::Page, &members))?;
        }
        if taken.is_last {
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

/// A page as the sweep needs it; the entries stay as they are.
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
    id: std::borrow::Cow<'a, str>,
}

/// What a page brought.
struct Taken<'a> {
    total_count: Option<u64>,
    fresh: Vec<&'a RawValue>,
    is_last: bool,
}

/// Where we are in the pages.
#[derive(Debug)]
struct Sweep {
    first_page: u64,
    page: u64,
    limit: u64,
    /// Every entry so far.
    known: HashSet<String>,
    /// The entries of this sweep.
    met: HashSet<String>,
    total_count: Option<u64>,
    /// Whether this sweep brought something new, or saw the list change.
    is_restless: bool,
    sweeps: u32,
}

impl Sweep {
    fn new(arguments: &Arguments) -> Self {
        let first_page = arguments.integer("page").unwrap_or(1);
        let limit = arguments.integer("limit").unwrap_or(LIMIT);
        let (known, met) = Default::default();
        Self {
            first_page,
            page: first_page,
            limit,
            known,
            met,
            total_count: None,
            is_restless: false,
            sweeps: 1,
        }
    }

    /// The parameters of the next page.
    fn arguments(&self, given: &Arguments) -> Arguments {
        with_page(given, self.page, self.limit)
    }

    fn take<'a>(&mut self, page: Page<'a>) -> Result<Taken<'a>> {
        if self.page > self.first_page && page.total_count != self.total_count {
            self.is_restless = true;
        }
        self.total_count = page.total_count;
        let count = page.results.len();
        let mut fresh = Vec::with_capacity(count);
        for entry in page.results {
            let id = context::decode::<Entry<'_>>(entry.get())?.id.into_owned();
            if self.known.insert(id.clone()) {
                fresh.push(entry);
            }
            self.met.insert(id);
        }
        self.is_restless |= !fresh.is_empty();
        let is_short = u64::try_from(count).is_ok_and(|count| count < page.limit.unwrap_or(self.limit));
        let is_end = count == 0 || self.has_met_all().unwrap_or(is_short);
        let is_last = is_end && !self.again()?;
        if !is_end {
            self.page += 1;
        }
        Ok(Taken { total_count: self.total_count, fresh, is_last })
    }

    /// Whether this sweep has met as many as there are; pages skipped at the start count as met.
    fn has_met_all(&self) -> Option<bool> {
        let skipped = (self.first_page - 1).saturating_mul(self.limit);
        let met = u64::try_from(self.met.len()).unwrap_or(u64::MAX);
        self.total_count.map(|total| met.saturating_add(skipped) >= total)
    }

    /// At the end of a sweep: begins another one, unless there was one page only or all was quiet.
    fn again(&mut self) -> Result<bool> {
        if self.page == self.first_page || !self.is_restless {
            return Ok(false);
        }
        if self.sweeps == MOST_SWEEPS {
            let message =
                "the list keeps changing, so it cannot be told whether all was seen; try again later";
            return Err(Error::new(Kind::Response, message).retryable(true));
        }
        self.page = self.first_page;
        self.met.clear();
        self.is_restless = false;
        self.sweeps += 1;
        Ok(true)
    }
}
