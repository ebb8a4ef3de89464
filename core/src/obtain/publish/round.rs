//! One look into the shared store, for all who ask at the moment.
//!
//! A few files are read by their names, so that as a rule no list is relied on, which may lag or be long. For a crowd the
//! names of all files are listed, and only what is there is read: names that are made up cost the store no more than that.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::question::{Finding, Question};
use crate::alarm::Alarm;
use crate::error::Error;
use crate::ledger::challenges::Lookup;
use crate::limits::Within;

/// More files are a crowd.
const FEW: usize = 4;

/// Answers the questions, and rings after each file. True for a crowd.
pub(super) fn answer(
    questions: &[Arc<Question>],
    lookup: &Lookup,
    limits: &Within<'_>,
    bell: &Alarm,
) -> bool {
    let mut files: BTreeMap<&str, Vec<&Question>> = BTreeMap::new();
    for question in questions {
        files.entry(&question.file).or_default().push(question);
    }
    let is_crowd = files.len() > FEW;
    let names = match is_crowd.then(|| lookup.list(limits)).transpose() {
        Ok(names) => names,
        Err(error) => {
            warn(limits, &error);
            for question in questions {
                question.settle(Finding::Unknown);
            }
            bell.ring();
            return is_crowd;
        }
    };
    for (file, questions) in files {
        let is_absent = names.as_ref().is_some_and(|names| !names.contains(file));
        let contents = if is_absent { Ok(None) } else { lookup.read(limits, file) };
        if let Err(error) = &contents {
            warn(limits, error);
        }
        for question in questions {
            question.settle(match &contents {
                Ok(contents) => {
                    let content = contents.as_ref().and_then(|contents| contents.find(&question.domain));
                    content.map_or(Finding::Absent, |content| Finding::Content(content.clone()))
                }
                Err(_) => Finding::Unknown,
            });
        }
        bell.ring();
    }
    is_crowd
}

fn warn(limits: &Within<'_>, error: &Error) {
    if !limits.cancel.is_cancelled() {
        log::warn!(target: "zerossl", "a validation file could not be looked up: {error}");
    }
}
