//! Lists with several pages: no entry comes twice, and none is missed that exists during the whole run.

mod pager;
mod seen;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Result;
use crate::json;
use crate::parameter::Arguments;
pub(crate) use pager::{Counts, Pager};

/// The maximum of the service: then most accounts have only one page.
pub(crate) const LIMIT: u64 = 1000;

/// The parts of a page that the pager needs. The entries are not changed.
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

/// The new entries of a page.
pub(crate) struct NewEntries<'a> {
    pub(crate) total_count: Option<u64>,
    pub(crate) fresh: Vec<&'a RawValue>,
    pub(crate) is_last: bool,
}

/// Starts with the first page and the page size that were requested.
pub(crate) fn begin(arguments: &Arguments) -> Pager {
    Pager::new(arguments.integer("page").unwrap_or(1), arguments.integer("limit").unwrap_or(LIMIT))
}

/// The entries of a page (stable JSON) that earlier pages did not have.
pub(crate) fn take<'a>(pager: &mut Pager, json: &'a str) -> Result<NewEntries<'a>> {
    let Page { total_count, limit, results } = json::decode(json)?;
    let ids: Vec<Cow<'_, str>> = results
        .iter()
        .map(|entry| Ok(json::decode::<EntryId<'_>>(entry.get())?.id))
        .collect::<Result<_>>()?;
    let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    let taken = pager.take(Counts { total_count, limit }, &ids)?;
    let fresh = taken.fresh.into_iter().filter_map(|place| results.get(place).copied()).collect();
    Ok(NewEntries { total_count, fresh, is_last: taken.is_last })
}

#[cfg(test)]
mod tests;
