//! Challenges in the shared store: any host behind a balancer can answer for the one that has ordered.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::fleet::Fleet;
use super::records::{Of, Read, Records};
use crate::cancel::CancelToken;
use crate::error::{Error, Kind, Result};
use crate::limits::{Limits, Within};

/// How long a request for a file may wait for the store. A CA waits longer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a file that is not there is not asked for again.
const ABSENCE: Duration = Duration::from_millis(500);
/// At most this many such files are remembered.
const MAX_ABSENT: usize = 1000;
/// Names of one order are published one after another; only another order's host could interfere.
const MAX_TRIES: usize = 10;

/// What is served for one file: its content for each name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Contents(BTreeMap<String, String>);

impl Contents {
    /// The content for a name. A proxy may ask with a name of its own: then for any name, if it is the same for all.
    fn find(&self, domain: &str) -> Option<&String> {
        let mut all = self.0.values();
        let first = all.next()?;
        self.0.get(domain).or_else(|| all.all(|other| other == first).then_some(first))
    }
}

impl Fleet<'_> {
    /// Publishes a file for a name.
    pub(crate) fn publish(&self, limits: &dyn Limits, domain: &str, file: &str, content: &str) -> Result<()> {
        for _ in 0..MAX_TRIES {
            let (mut contents, at) = match self.records.read::<Contents>(limits, Of::Challenge, file, None)? {
                Read::Found(contents, at) => (contents, Some(at)),
                Read::Absent | Read::Unchanged => (Contents::default(), None),
            };
            if contents.0.insert(domain.to_owned(), content.to_owned()).as_deref() == Some(content) {
                return Ok(());
            }
            if self.records.swap(limits, Of::Challenge, file, &contents, at.as_ref())?.is_some() {
                return Ok(());
            }
        }
        let place = self.records.place(Of::Challenge, file);
        Err(Error::new(Kind::Busy, format!("{place}: other hosts keep changing it; call again")))
    }

    /// Takes a file away, for all names.
    pub(crate) fn withdraw(&self, limits: &dyn Limits, file: &str) -> Result<()> {
        self.records.delete(limits, Of::Challenge, file)
    }

    /// What hosts look up if they do not have a file themselves.
    pub(crate) fn lookup(&self) -> Lookup {
        Lookup { records: Arc::clone(self.records), absent: Mutex::default() }
    }
}

/// Looks for files in the shared store.
#[derive(Debug)]
pub(crate) struct Lookup {
    records: Arc<Records>,
    /// Files that were not there, and when.
    absent: Mutex<HashMap<String, Instant>>,
}

impl Lookup {
    pub(crate) fn find(&self, domain: &str, file: &str) -> Option<String> {
        let now = Instant::now();
        {
            let mut absent = self.absent.lock().unwrap_or_else(PoisonError::into_inner);
            absent.retain(|_, at| now.duration_since(*at) < ABSENCE);
            if absent.contains_key(file) || absent.len() >= MAX_ABSENT {
                return None;
            }
        }
        let never = CancelToken::never();
        let limits = Within { cancel: &never, deadline: now + PATIENCE };
        match self.records.read::<Contents>(&limits, Of::Challenge, file, None) {
            Ok(Read::Found(contents, _)) => contents.find(&domain.to_ascii_lowercase()).cloned(),
            Ok(Read::Absent | Read::Unchanged) => {
                let mut absent = self.absent.lock().unwrap_or_else(PoisonError::into_inner);
                absent.insert(file.to_owned(), now);
                None
            }
            Err(error) => {
                log::warn!(target: "zerossl", "a validation file could not be looked up: {error}");
                None
            }
        }
    }
}
