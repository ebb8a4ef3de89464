//! The pace of an account that several hosts use: each run takes its share of it.
//!
//! One record counts the runs. Each adds one to its own number from time to time; a number that stands still is of a run
//! that was killed. No clock of another host is believed.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

use crate::cancel::CancelToken;
use crate::clock::Clock as _;
use crate::context::Context;
use crate::error::Result;
use crate::ledger::fleet::Fleet;
use crate::ledger::records::{self, Of, Read};
use crate::limits::Within;
use crate::time::Time;

const RECORD: &str = "pace";
/// How often a run shows that it goes on.
const BEAT: Duration = Duration::from_secs(60);
/// A run that has shown nothing for this time does not count.
const SILENCE: Duration = Duration::from_secs(180);
/// What a run that was killed has left is taken out then, also by runs that are too short to see that it stands still.
const LONG_AGO: Duration = Duration::from_secs(3600);
/// How long the store may take. The run does not depend on it.
const PATIENCE: Duration = Duration::from_secs(5);
/// Others write the record, too.
const MAX_TRIES: usize = 5;

/// The runs, by their ids.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Runs(BTreeMap<String, Signs>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signs {
    /// How often the run has shown itself.
    number: u64,
    /// When it did so last, by its own clock: only for what is hours old.
    at: Time,
}

/// One run among those of the fleet.
#[derive(Debug)]
pub(crate) struct Share<'a> {
    fleet: &'a Fleet<'a>,
    context: Context<'a>,
    id: String,
    /// The others, and since when their number stands still.
    others: HashMap<String, (u64, Instant)>,
    next: Instant,
}

impl<'a> Share<'a> {
    /// Begins a run, and slows the client down to its share of the pace.
    pub(crate) fn begin(context: Context<'a>, fleet: &'a Fleet<'a>) -> Result<Self> {
        let id = records::random()?;
        let mut share = Self { fleet, context, id, others: HashMap::new(), next: Instant::now() };
        share.beat();
        Ok(share)
    }

    /// When [`Share::beat`] is due.
    pub(crate) fn next(&self) -> Instant {
        self.next
    }

    /// How many runs there are, with this one.
    pub(crate) fn runs(&self) -> usize {
        let now = Instant::now();
        1 + self.others.values().filter(|(_, since)| now.duration_since(*since) < SILENCE).count()
    }

    /// Shows that this run goes on, and looks at the others. A failure changes nothing: the service's own limit holds.
    pub(crate) fn beat(&mut self) {
        self.next = Instant::now() + BEAT;
        let now = Time::from(self.now());
        let outcome = self.change(|runs, id| {
            let number = runs.0.get(id).map_or(0, |signs| signs.number) + 1;
            runs.0.insert(id.to_owned(), Signs { number, at: now.clone() });
        });
        match outcome {
            Ok(runs) => self.look_at(runs),
            Err(error) => {
                self.context.log(|| format!("the account's pace is not shared with other hosts ({error})"));
            }
        }
        self.context.connection.pace.share_among(self.runs());
    }

    fn now(&self) -> SystemTime {
        self.context.connection.clock.now()
    }

    fn look_at(&mut self, runs: Runs) {
        let now = Instant::now();
        self.others.retain(|id, _| runs.0.contains_key(id));
        for (id, Signs { number, .. }) in runs.0.into_iter().filter(|(id, _)| *id != self.id) {
            let seen = self.others.entry(id).or_insert((number, now));
            if seen.0 != number {
                *seen = (number, now);
            }
        }
    }

    /// Reads the record, changes it, writes it. Runs that are gone are taken out.
    fn change(&self, change: impl Fn(&mut Runs, &str)) -> Result<Runs> {
        let never = CancelToken::never();
        let call = Within { cancel: &never, deadline: Instant::now() + PATIENCE };
        let mut last = Runs::default();
        for _ in 0..MAX_TRIES {
            let (mut runs, at) = match self.fleet.records.read::<Runs>(&call, Of::Account, RECORD, None)? {
                Read::Found(runs, at) => (runs, Some(at)),
                Read::Absent | Read::Unchanged => (Runs::default(), None),
            };
            let now = Instant::now();
            let is_gone = |id: &String| {
                self.others.get(id).is_some_and(|(_, since)| now.duration_since(*since) >= SILENCE)
            };
            let today = self.now();
            let is_old = |at: &Time| {
                let age = at.to_system_time().and_then(|at| today.duration_since(at).ok());
                age.is_some_and(|age| age > LONG_AGO)
            };
            runs.0.retain(|id, signs| !is_gone(id) && !is_old(&signs.at));
            change(&mut runs, &self.id);
            if self.fleet.records.swap(&call, Of::Account, RECORD, &runs, at.as_ref())?.is_some() {
                return Ok(runs);
            }
            last = runs;
        }
        // So many others write that this run need not be seen now.
        Ok(last)
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let left = self.change(|runs, id| {
            runs.0.remove(id);
        });
        if let Err(error) = left {
            self.context.log(|| format!("other hosts do not hear that this run is over ({error})"));
        }
        self.context.connection.pace.share_among(1);
    }
}
