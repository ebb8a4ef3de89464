//! The report of a run: each entry, the most urgent first, and the failures on one line.

use std::time::SystemTime;

use crate::answers::Extra;
use crate::clean::Cleaner;
use crate::error::{Error, Result};
use crate::obtain::check::Lifetime;
use crate::obtain::interface::{Obtained, Renewal, Renewals};
use crate::time::Time;

/// How many failures the message names.
const MAX_NAMED: usize = 3;
const DAY: u64 = 24 * 3600;

/// The result for one entry.
pub(crate) struct Row {
    /// When the installed leaf expires. Without a leaf, it counts as expired.
    end: Option<SystemTime>,
    renewal: Renewal,
    error: Option<Error>,
}

impl Row {
    pub(crate) fn new(
        name: String,
        outcome: Result<Obtained>,
        leaf: Option<Lifetime>,
        now: SystemTime,
        cleaner: &Cleaner,
    ) -> Self {
        let left = leaf.map(|leaf| leaf.not_after.duration_since(now).unwrap_or_default());
        let mut renewal = Renewal {
            name,
            outcome: None,
            id: None,
            expires: leaf.map(|leaf| Time::from(leaf.not_after)),
            days_left: left.map(|left| left.as_secs() / DAY),
            error: None,
            extra: Extra::default(),
        };
        let error = match outcome {
            Ok(obtained) => {
                renewal.outcome = Some(obtained.outcome);
                renewal.id = obtained.certificate.map(|certificate| certificate.id);
                None
            }
            Err(error) => {
                let error = error.cleaned(cleaner).during("obtain");
                renewal.error = serde_json::from_str(&error.to_json()).ok();
                Some(error)
            }
        };
        Self { end: leaf.map(|leaf| leaf.not_after), renewal, error }
    }
}

/// The results for all entries.
pub(crate) struct Report(Vec<Row>);

impl Report {
    pub(crate) fn new(mut rows: Vec<Row>) -> Self {
        rows.sort_by(|one, other| (one.end, &one.renewal.name).cmp(&(other.end, &other.renewal.name)));
        Self(rows)
    }

    /// The same after the post hook. What failed is in the details.
    pub(crate) fn finish_with(self, hooked: Result<()>, as_answer: bool) -> Result<Renewals> {
        match (self.finish(as_answer), hooked) {
            (outcome, Ok(())) => outcome,
            (Err(failed), Err(error)) => Err(failed.and_say(&format!("and {error}"))),
            (Ok(_), Err(error)) => Err(error),
        }
    }

    /// The answer. If an entry failed and `as_answer` is false: an error with the kind of the first failure and the answer as its details.
    fn finish(self, as_answer: bool) -> Result<Renewals> {
        let all = self.0.len();
        let (results, errors): (Vec<_>, Vec<_>) =
            self.0.into_iter().map(|row| (row.renewal, row.error)).unzip();
        let failed: Vec<(&Renewal, Error)> =
            results.iter().zip(errors).filter_map(|(result, error)| Some((result, error?))).collect();
        let mut report =
            Renewals { failed: failed.len() as u64, results: Vec::new(), extra: Extra::default() };
        let first = failed.first().filter(|_| !as_answer);
        let Some((_, first)) = first else {
            report.results = results;
            return Ok(report);
        };
        let named: Vec<String> = failed
            .iter()
            .take(MAX_NAMED)
            .map(|(result, error)| format!("{} ({})", result.name, error.message()))
            .collect();
        let more = if failed.len() > MAX_NAMED {
            format!(" and {} more", failed.len() - MAX_NAMED)
        } else {
            String::new()
        };
        let message = format!(
            "{} of {all} entries failed: {}{more}; the others are done, and `details` is the whole report",
            failed.len(),
            named.join(", ")
        );
        let error =
            Error::new(first.kind(), message).retryable(failed.iter().any(|(_, error)| error.is_retryable()));
        let error = error.with_retry_after(failed.iter().find_map(|(_, error)| error.retry_after()));
        report.results = results;
        Err(error.with_details(serde_json::json!(report)))
    }
}
