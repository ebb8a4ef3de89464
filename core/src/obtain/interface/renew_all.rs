//! Parameters and answer of `renew_all`.

use std::path::PathBuf;

use serde_json::Value;

use super::obtain::Outcome;
use crate::declare::{answer, request};
use crate::time::Time;

request! {
    /// Runs `obtain` for every entry of a store, with the parameters of its last call. It continues after a failure.
    /// The error then has the complete report in its `details`.
    #[in_rust = "The error is of the first failure's kind; see [`Error::details`](crate::Error::details)."]
    pub struct RenewAll {
        required {
            /// The folder of all entries.
            directory: PathBuf = Folder;
        }
        optional {
            /// How many entries are processed at the same time; 4 by default.
            jobs: u64 = Integer(1, 32);
            /// How many new orders are made at most, not counting refused ones. Entries that would need another order
            /// are `postponed` to the next run.
            max_orders: u64 = Integer(0, u64::MAX);
            /// Does not use the network for entries whose certificate is good. A revocation is not noticed then.
            offline: bool = Flag;
            /// A command that runs once after a run in which certificates were installed; `ZEROSSL_ENTRIES` has the entries'
            /// names. If it fails, the next run calls it again.
            post_hook: Vec<String> = Command;
            /// What a failed entry makes of the call: `error`, the default, an error with the report as its details, or
            /// `report`, the report as the answer.
            on_failure: String = OneOf(&["error", "report"]);
        }
    }
}

impl RenewAll {
    /// Renews all entries in this folder.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self::with(directory.into())
    }
}

answer! {
    /// The results for all entries of a store.
    #[derive(Default)]
    pub struct Renewals: RENEWALS {
        /// How many entries failed.
        failed: u64 = Count.required();
        /// The result for each entry. The entry with the least time left comes first.
        results: Vec<Renewal> = Objects(&RENEWAL).required();
        ..extra
    }
}

answer! {
    /// The result for one entry.
    pub struct Renewal: RENEWAL {
        /// The entry's name.
        name: String = Text.required();
        /// The outcome as in `obtain`, or postponed; none if it failed.
        outcome: Option<Outcome> = Text;
        /// The certificate, or the order that is pending.
        id: Option<String> = Text;
        /// When the installed leaf expires.
        expires: Option<Time> = Time;
        /// Full days until then.
        days_left: Option<u64> = Count;
        /// Why it failed: an error in its JSON form.
        error: Option<Value> = Any;
        ..extra
    }
}
