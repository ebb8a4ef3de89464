//! Which page is asked for next, and when all was seen: the one engine for everything that reads a list to its end.
//!
//! Pages shift while certificates are cancelled or ordered: an entry may move to a page that was read already. A list of
//! one page cannot. More are read again, sweep after sweep, until one brings nothing new and agrees with itself.
//!
//! The server is not trusted to move on. It was seen to give the same page whatever is asked for, pages that are shorter
//! than their limit, and counts that are those of something else. So neither a short page nor a count ends a sweep
//! alone; an empty page does. Nothing new for some pages, or far more than there is said to be, ends all.
//!
//! A first page without entries beside a count of some is asked for once more. Whoever took it for an empty list would
//! order again what is there.

use std::collections::HashSet;

use crate::error::{Error, Kind, Result};

/// How often the pages are read before a list that never rests is given up.
const MAX_SWEEPS: u32 = 8;
/// Pages in a row with nothing that this sweep has not met, and entries on them. Others may order on the way, which
/// repeats as many.
const MAX_IDLE_PAGES: u32 = 3;
const MAX_IDLE_ENTRIES: u64 = 12;
/// Pages of a sweep, where the service says how many certificates there are, and where it does not.
const MAX_PAGES: usize = 5000;
const MAX_PAGES_WITHOUT_TOTAL: usize = 100;
/// So many pages more than twice of what there is said to be are read: others may order meanwhile.
const PAGES_TO_SPARE: u64 = 8;

/// Where we are in the pages of a list.
#[derive(Debug)]
pub(crate) struct Pager {
    first_page: u64,
    page: u64,
    limit: u64,
    /// Every entry so far.
    known: HashSet<String>,
    sweep: Sweep,
    /// The sweep before this one.
    before: Option<Sweep>,
    sweeps: u32,
}

/// One way through all pages.
#[derive(Debug, Default)]
struct Sweep {
    met: HashSet<String>,
    /// How many there are, as each page said it.
    totals: Vec<Option<u64>>,
    largest_page: u64,
    idle_pages: u32,
    idle_entries: u64,
    /// Whether the page before had room for more.
    was_short: bool,
    /// Whether the first page had all that there was.
    is_one_page: bool,
    /// Whether something came that no sweep had met.
    is_restless: bool,
}

/// What a page says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) total_count: Option<u64>,
    pub(crate) limit: Option<u64>,
}

/// What a page brought.
#[derive(Debug)]
pub(crate) struct Taken {
    /// The places of the entries that no page had before.
    pub(crate) fresh: Vec<usize>,
    pub(crate) is_last: bool,
}

impl Pager {
    pub(crate) fn new(first_page: u64, limit: u64) -> Self {
        let (known, sweep) = Default::default();
        Self { first_page, page: first_page, limit, known, sweep, before: None, sweeps: 1 }
    }

    /// The page to ask for next.
    pub(crate) fn page(&self) -> u64 {
        self.page
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// Takes the page that was asked for, by the ids of its entries.
    pub(crate) fn take(&mut self, counts: Counts, ids: &[&str]) -> Result<Taken> {
        let is_first = self.page == self.first_page;
        // Pages in front of the first one hold entries, too.
        let skipped = (self.first_page - 1).saturating_mul(self.limit);
        if let Some(total) = counts.total_count.filter(|total| *total > skipped && is_first && ids.is_empty())
        {
            return self.take_hollow(total);
        }
        let sweep = &mut self.sweep;
        let met_before = sweep.met.len();
        let mut fresh = Vec::with_capacity(ids.len());
        for (place, id) in ids.iter().enumerate() {
            if sweep.met.insert((*id).to_owned()) && self.known.insert((*id).to_owned()) {
                fresh.push(place);
            }
        }
        sweep.is_restless |= !fresh.is_empty();
        sweep.totals.push(counts.total_count);
        sweep.largest_page = sweep.largest_page.max(ids.len() as u64);
        if sweep.met.len() > met_before {
            (sweep.idle_pages, sweep.idle_entries) = (0, 0);
        } else {
            sweep.idle_pages += 1;
            sweep.idle_entries += ids.len() as u64;
        }

        let limit = counts.limit.filter(|limit| *limit > 0).map_or(self.limit, |limit| limit.min(self.limit));
        let is_short = (ids.len() as u64) < limit;
        // An entry that stands twice on the one page there is was counted twice.
        let met = if is_first { ids.len() } else { sweep.met.len() } as u64;
        // What was skipped at the start counts as met.
        let met = (self.first_page - 1).saturating_mul(limit).saturating_add(met);
        let is_idle = sweep.idle_pages > 0;
        if is_first {
            sweep.is_one_page = counts.total_count.map_or(is_short, |total| total == met);
        } else {
            sweep.is_one_page &= is_idle;
        }
        let is_end = ids.is_empty()
            || match counts.total_count {
                // A full page may be all that was counted: before all rests on it, another one is asked for. It should
                // be empty, and may be the last one again.
                Some(total) if met == total => is_short || is_idle || (sweep.is_restless && !is_first),
                Some(total) => met > total && is_short,
                None => is_idle && sweep.was_short,
            };
        sweep.was_short = is_short;
        if !is_end {
            self.check_progress(met)?;
            self.page += 1;
            return Ok(Taken { fresh, is_last: false });
        }
        let is_last = is_first || self.sweep.is_one_page || self.rests(met)?;
        if !is_last {
            self.begin_again()?;
        }
        Ok(Taken { fresh, is_last })
    }

    /// The first page is empty, and should not be.
    fn take_hollow(&mut self, total: u64) -> Result<Taken> {
        // A sweep that met nothing and was not the last ended like this one.
        if self.before.as_ref().is_some_and(|before| before.met.is_empty()) {
            return Err(lost(&format!(
                "the service says that there are {total} certificates, and gave none, twice"
            )));
        }
        self.begin_again()?;
        Ok(Taken { fresh: Vec::new(), is_last: false })
    }

    /// Fails where the server does not lead to an end.
    fn check_progress(&self, met: u64) -> Result<()> {
        let sweep = &self.sweep;
        let (pages, idle) = (sweep.totals.len(), sweep.idle_pages);
        let total = sweep.totals.first().copied().flatten();
        let said = total.map_or_else(
            || "does not say how many certificates there are".to_owned(),
            |total| format!("says that there are {total} certificates"),
        );
        if idle >= MAX_IDLE_PAGES && sweep.idle_entries >= MAX_IDLE_ENTRIES {
            return Err(lost(&format!(
                "the last {idle} of {pages} pages brought nothing new; the service {said}, and gave {met}"
            )));
        }
        let is_endless = match total {
            Some(total) => {
                let max = total.saturating_mul(2).saturating_add(sweep.largest_page * PAGES_TO_SPARE);
                met > max || pages >= MAX_PAGES
            }
            None => pages >= MAX_PAGES_WITHOUT_TOTAL,
        };
        if is_endless {
            return Err(lost(&format!(
                "the list does not end; the service {said}, and gave {met} on {pages} pages"
            )));
        }
        Ok(())
    }

    /// At the end of a sweep: whether it is the last. A count that is always the same and always wrong is that of
    /// something else; one that differs from page to page tells that the list moved.
    fn rests(&self, met: u64) -> Result<bool> {
        let sweep = &self.sweep;
        if sweep.is_restless {
            return Ok(false);
        }
        let is_steady = sweep.totals.windows(2).all(|pair| pair[0] == pair[1]);
        if is_steady && sweep.totals.first() == Some(&Some(met)) {
            return Ok(true);
        }
        let is_as_before = self
            .before
            .as_ref()
            .is_some_and(|before| before.met == sweep.met && before.totals == sweep.totals);
        if is_as_before && !is_steady {
            return Err(lost(&format!(
                "the service gave the same {met} certificates twice, and another `total_count` on each page"
            )));
        }
        Ok(is_as_before)
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

/// The error for a list that leads nowhere: what the server did, and what to do.
fn lost(what: &str) -> Error {
    let advice = "so it cannot be told whether all was seen; try again later, and check `base_url` and what stands between";
    Error::new(Kind::Response, format!("{what}, {advice}"))
}
