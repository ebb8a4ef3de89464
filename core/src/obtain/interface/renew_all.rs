//! What `renew_all` takes and answers.

use std::path::PathBuf;

use serde_json::Value;

use super::obtain::Outcome;
use crate::declare::{answer, request};
use crate::time::Time;

request! {
    /// Does for every entry of a store what `obtain` would, by the parameters it was last called with. It goes on after
    /// a failure; the error has the whole report as its `details`.
    #[in_rust = "The error is of the first failure's kind; see [`Error::details`](crate::Error::details)."]
    pub struct RenewAll {
        required {
            /// The folder of all entries.
            directory: PathBuf = Text;
        }
        optional {
            /// How many entries are worked on at once; 4 by default.
            jobs: u64 = Integer(1, 32);
            /// How many new orders are made at most, refused ones left out; what would need another is `postponed` to
            /// the next run.
            max_orders: u64 = Integer(0, u64::MAX);
            /// No network for entries whose certificate is good; what was revoked goes unnoticed.
            offline: bool = Flag;
        }
    }
}

impl RenewAll {
    /// All entries in this folder.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self::with(directory.into())
    }
}

answer! {
    /// What became of all entries of a store.
    #[derive(Default)]
    pub struct Renewals: RENEWALS {
        /// How many entries failed.
        failed: u64 = Count.required();
        /// Each entry, the one with the least time left first.
        results: Vec<Renewal> = Objects(&RENEWAL).required();
        ..extra
    }
}

answer! {
    /// What became of one entry.
    pub struct Renewal: RENEWAL {
        /// The entry.
        name: String = Text.required();
        /// As `obtain` has it, or postponed; none if it failed.
        outcome: Option<Outcome> = Text;
        /// The certificate, or the order that waits.
        id: Option<String> = Text;
        /// When the leaf in place ends.
        expires: Option<Time> = Time;
        /// Whole days until then.
        days_left: Option<u64> = Count;
        /// Why it failed: an error in its JSON form.
        error: Option<Value> = Any;
        ..extra
    }
}
