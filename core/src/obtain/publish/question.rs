//! A guest's question for a file that is not here.

use std::sync::{Arc, OnceLock};

use crate::ledger::challenges::Lookup;

/// What is known of a file.
#[derive(Debug)]
pub(super) enum Finding {
    Content(String),
    Absent,
    /// The store does not answer, or too many ask.
    Unknown,
}

/// What a guest gets who asks.
#[derive(Debug)]
pub(super) enum Found {
    Now(Finding),
    /// As soon as the question is answered.
    Later(Arc<Question>),
}

/// A question, and its answer when it is known.
#[derive(Debug)]
pub(super) struct Question {
    /// Where the file may be.
    pub(super) lookup: Arc<Lookup>,
    pub(super) domain: String,
    pub(super) file: String,
    answer: OnceLock<Finding>,
}

impl Question {
    pub(super) fn new(lookup: &Arc<Lookup>, domain: &str, file: &str) -> Self {
        let (domain, file) = (domain.to_ascii_lowercase(), file.to_owned());
        Self { lookup: Arc::clone(lookup), domain, file, answer: OnceLock::new() }
    }

    pub(super) fn answer(&self) -> Option<&Finding> {
        self.answer.get()
    }

    /// Answers it. The first answer counts.
    pub(super) fn settle(&self, finding: Finding) {
        self.answer.get_or_init(|| finding);
    }
}
