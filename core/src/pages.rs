//! Lists of several pages: none of the entries twice, and none missed that was there throughout.

mod pager;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Result;
use crate::json;
use crate::parameter::Arguments;
pub(crate) use pager::{Counts, Pager};

/// As many on a page as the service gives: most accounts have one page.
pub(crate) const LIMIT: u64 = 1000;

/// A page as the pager needs it; the entries stay as they are.
#[derive(Deserialize)]
struct Page<'a> {
    total_count: Option<u64>,
    limit: Option<u64>,
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct EntryId<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

/// What a page brought.
pub(crate) struct Brought<'a> {
    pub(crate) total_count: Option<u64>,
    pub(crate) fresh: Vec<&'a RawValue>,
    pub(crate) is_last: bool,
}

/// The first page that was asked for, of the size that was asked for.
pub(crate) fn begin(arguments: &Arguments) -> Pager {
    Pager::new(arguments.integer("page").unwrap_or(1), arguments.integer("limit").unwrap_or(LIMIT))
}

/// What a page, as stable JSON, brings beside those before it.
pub(crate) fn take<'a>(pager: &mut Pager, json: &'a str) -> Result<Brought<'a>> {
    let Page { total_count, limit, results } = json::decode(json)?;
    let ids: Vec<Cow<'_, str>> = results
        .iter()
        .map(|entry| Ok(json::decode::<EntryId<'_>>(entry.get())?.id))
        .collect::<Result<_>>()?;
    let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    let taken = pager.take(Counts { total_count, limit }, &ids)?;
    let fresh = taken.fresh.into_iter().filter_map(|place| results.get(place).copied()).collect();
    Ok(Brought { total_count, fresh, is_last: taken.is_last })
}

#[cfg(test)]
mod tests;
