//! Challenges in the shared store: any host behind a balancer can answer for the one that has ordered.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::fleet::Fleet;
use super::records::{Of, Read, Records};
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;

/// Names of one order are published one after another; only another order's host could interfere.
const MAX_TRIES: usize = 10;

/// What is served for one file: its content for each name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Contents(BTreeMap<String, String>);

impl Contents {
    /// The content for a name. A proxy may ask with a name of its own: then for any name, if it is the same for all.
    pub(crate) fn find(&self, domain: &str) -> Option<&String> {
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
        Lookup(Arc::clone(self.records))
    }
}

/// Looks for files in the shared store.
#[derive(Debug)]
pub(crate) struct Lookup(Arc<Records>);

impl Lookup {
    /// The names of all files.
    pub(crate) fn list(&self, limits: &dyn Limits) -> Result<HashSet<String>> {
        let listed = self.0.list(limits, Of::Challenge)?;
        Ok(listed.into_iter().map(|(file, _)| file).collect())
    }

    /// What is served for a file, if it is there.
    pub(crate) fn read(&self, limits: &dyn Limits, file: &str) -> Result<Option<Contents>> {
        match self.0.read(limits, Of::Challenge, file, None)? {
            Read::Found(contents, _) => Ok(Some(contents)),
            Read::Absent | Read::Unchanged => Ok(None),
        }
    }
}
