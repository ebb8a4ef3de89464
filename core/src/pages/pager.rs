//! Decides which page is requested next, and when everything was seen. All code that reads a complete list uses it.
//!
//! Pages shift while certificates are cancelled or ordered: an entry may move to a page that was read already. A list
//! with one page cannot shift. A list with more pages is read again, sweep after sweep, until a sweep has no new entry
//! and its counts match.
//!
//! The server is not trusted to advance. It was seen to return the same page for every number, pages that are shorter
//! than their limit, and wrong counts. So a short page or a count alone does not end a sweep, but an empty page does.
//! Several pages without a new entry, or many more entries than the count, end the whole run.
//!
//! If the first page has no entries but a count above zero, it is requested once more. If it were accepted as an empty
//! list, the caller would order again.

use super::seen::{Known, MAX_SWEEPS, Seen};
use crate::error::{Error, Kind, Result};

/// Pages in a row without an entry that is new in this sweep, and the number of their entries. Others may order in the
/// meantime, which repeats entries.
const MAX_IDLE_PAGES: u32 = 3;
const MAX_IDLE_ENTRIES: u64 = 12;
/// Pages of a sweep, if the service returns a total count, and if it does not.
const MAX_PAGES: usize = 5000;
const MAX_PAGES_WITHOUT_TOTAL: usize = 100;
/// This many pages more than twice the total count are read: others may order in the meantime.
const PAGES_TO_SPARE: u64 = 8;

/// Sweeps that are as the one before, but for a total count that is not the same on each page.
const MAX_REPEATS: u32 = 2;

/// The position in the pages of a list.
#[derive(Debug)]
pub(crate) struct Pager {
    first_page: u64,
    page: u64,
    limit: u64,
    /// Every entry so far.
    known: Seen,
    sweep: Sweep,
    /// The previous sweep.
    before: Option<Sweep>,
    sweeps: u32,
    /// Sweeps in a row that were as the one before, and had more than one total count.
    repeats: u32,
}

/// One pass through all pages.
#[derive(Debug, Default)]
struct Sweep {
    /// How many different entries it has.
    seen: usize,
    /// The total count, from each page.
    totals: Vec<Option<u64>>,
    largest_page: u64,
    idle_pages: u32,
    idle_entries: u64,
    /// Whether the previous page had room for more.
    was_short: bool,
    /// Whether the first page had all entries.
    is_one_page: bool,
    /// Whether there was an entry that no sweep had seen.
    has_new: bool,
}

/// The counts on a page.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) total_count: Option<u64>,
    pub(crate) limit: Option<u64>,
}

/// The result of a page.
#[derive(Debug)]
pub(crate) struct Taken {
    /// The positions of the entries that no earlier page had.
    pub(crate) fresh: Vec<usize>,
    pub(crate) is_last: bool,
}

impl Pager {
    pub(crate) fn new(first_page: u64, limit: u64) -> Self {
        let (known, sweep) = Default::default();
        Self { first_page, page: first_page, limit, known, sweep, before: None, sweeps: 1, repeats: 0 }
    }

    /// The page to request next.
    pub(crate) fn page(&self) -> u64 {
        self.page
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// Takes the requested page, as the ids of its entries.
    pub(crate) fn take(&mut self, counts: Counts, ids: &[&str]) -> Result<Taken> {
        let is_first = self.page == self.first_page;
        // Pages before the first one contain entries too.
        let skipped = (self.first_page - 1).saturating_mul(self.limit);
        if let Some(total) = counts.total_count.filter(|total| *total > skipped && is_first && ids.is_empty())
        {
            return self.take_empty_first_page(total);
        }
        let sweep = &mut self.sweep;
        let seen_before = sweep.seen;
        let mut fresh = Vec::with_capacity(ids.len());
        for (place, id) in ids.iter().enumerate() {
            let known = self.known.note(id, self.sweeps);
            sweep.seen += usize::from(known != Known::InThisSweep);
            if known == Known::Nowhere {
                fresh.push(place);
            }
        }
        sweep.has_new |= !fresh.is_empty();
        sweep.totals.push(counts.total_count);
        sweep.largest_page = sweep.largest_page.max(ids.len() as u64);
        if sweep.seen > seen_before {
            (sweep.idle_pages, sweep.idle_entries) = (0, 0);
        } else {
            sweep.idle_pages += 1;
            sweep.idle_entries += ids.len() as u64;
        }

        let limit = counts.limit.filter(|limit| *limit > 0).map_or(self.limit, |limit| limit.min(self.limit));
        let is_short = (ids.len() as u64) < limit;
        // On a list with one page, the service counts an entry twice that is there twice.
        let seen = if is_first { ids.len() } else { sweep.seen } as u64;
        // Entries that were skipped at the start count as seen.
        let seen = (self.first_page - 1).saturating_mul(limit).saturating_add(seen);
        let is_idle = sweep.idle_pages > 0;
        if is_first {
            sweep.is_one_page = counts.total_count.map_or(is_short, |total| total == seen);
        } else {
            sweep.is_one_page &= is_idle;
        }
        let is_end = ids.is_empty()
            || match counts.total_count {
                // A full page may be everything that was counted. Before that is accepted, another page is requested.
                // It should be empty, and may be the last page again.
                Some(total) if seen == total => is_short || is_idle || (sweep.has_new && !is_first),
                Some(total) => seen > total && is_short,
                None => is_idle && sweep.was_short,
            };
        sweep.was_short = is_short;
        if !is_end {
            self.check_progress(seen)?;
            self.page += 1;
            return Ok(Taken { fresh, is_last: false });
        }
        let is_last = is_first || self.sweep.is_one_page || self.is_settled(seen)?;
        if !is_last {
            self.begin_again()?;
        }
        Ok(Taken { fresh, is_last })
    }

    /// The first page is empty although the count is above zero.
    fn take_empty_first_page(&mut self, total: u64) -> Result<Taken> {
        // The previous sweep saw nothing and was not the last, so it ended in the same way.
        if self.before.as_ref().is_some_and(|before| before.seen == 0) {
            return Err(lost(&format!(
                "the service says that there are {total} certificates, and gave none, twice"
            )));
        }
        self.begin_again()?;
        Ok(Taken { fresh: Vec::new(), is_last: false })
    }

    /// An error if the server never comes to an end.
    fn check_progress(&self, seen: u64) -> Result<()> {
        let sweep = &self.sweep;
        let (pages, idle) = (sweep.totals.len(), sweep.idle_pages);
        let total = sweep.totals.first().copied().flatten();
        let said = total.map_or_else(
            || "does not say how many certificates there are".to_owned(),
            |total| format!("says that there are {total} certificates"),
        );
        if idle >= MAX_IDLE_PAGES && sweep.idle_entries >= MAX_IDLE_ENTRIES {
            return Err(lost(&format!(
                "the last {idle} of {pages} pages brought nothing new; the service {said}, and gave {seen}"
            )));
        }
        let is_endless = match total {
            Some(total) => {
                let max = total.saturating_mul(2).saturating_add(sweep.largest_page * PAGES_TO_SPARE);
                seen > max || pages >= MAX_PAGES
            }
            None => pages >= MAX_PAGES_WITHOUT_TOTAL,
        };
        if is_endless {
            return Err(lost(&format!(
                "the list does not end; the service {said}, and gave {seen} on {pages} pages"
            )));
        }
        Ok(())
    }

    /// At the end of a sweep: whether it is the last. A count that is always the same and always wrong is ignored. A
    /// count that differs between pages shows that the list has changed, or, if all is the same again and again, that the
    /// count means nothing.
    fn is_settled(&mut self, seen: u64) -> Result<bool> {
        let sweep = &self.sweep;
        if sweep.has_new {
            return Ok(false);
        }
        let is_steady = sweep.totals.windows(2).all(|pair| pair[0] == pair[1]);
        if is_steady && sweep.totals.first() == Some(&Some(seen)) {
            return Ok(true);
        }
        let is_as_before = self
            .before
            .as_ref()
            .is_some_and(|before| self.known.is_as_before(self.sweeps) && before.totals == sweep.totals);
        if !is_as_before || is_steady {
            self.repeats = 0;
            return Ok(is_as_before);
        }
        // Once it may be by chance: one is ordered, one is cancelled, one is ordered.
        self.repeats += 1;
        if self.repeats == MAX_REPEATS {
            return Err(lost(&format!(
                "the service gave the same {seen} certificates three times, and another `total_count` on each page"
            )));
        }
        Ok(false)
    }

    fn begin_again(&mut self) -> Result<()> {
        if self.sweeps == MAX_SWEEPS {
            let message =
                "the list keeps changing, so it cannot be told whether all was seen; try again later";
            return Err(Error::new(Kind::Response, message).retryable(true));
        }
        self.sweeps += 1;
        self.page = self.first_page;
        self.before = Some(std::mem::take(&mut self.sweep));
        Ok(())
    }
}

/// The error for a list without an end: what the server did, and what to do.
fn lost(what: &str) -> Error {
    let advice = "so it cannot be told whether all was seen; try again later, and check `base_url` and whether a proxy is in between";
    Error::new(Kind::Response, format!("{what}, {advice}"))
}
