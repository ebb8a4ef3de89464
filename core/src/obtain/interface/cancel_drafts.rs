//! What `cancel_drafts` takes and answers.

use std::path::PathBuf;

use crate::answers::{CERTIFICATE, Certificate};
use crate::declare::{answer, request};

request! {
    /// Cancels orders that nobody finished: drafts and orders that wait for validation use the quota. By default it only
    /// says which.
    #[in_rust = "An order that cannot be cancelled any more is left alone. Any other failure is an error with the answer so far as"]
    #[in_rust = "its [`details`](crate::Error::details)."]
    #[derive(Default)]
    pub struct CancelDrafts {
        required {}
        optional {
            /// Only orders older than this, in seconds; 604800 (seven days) by default.
            older_than: f64 = Seconds;
            /// The ids of orders that are kept.
            keep: Vec<String> = TextList;
            /// The folder of all entries: orders that belong to one of them are kept.
            directory: PathBuf = Folder;
            /// Only selects, and cancels nothing; true by default.
            dry_run: bool = Flag;
        }
    }
}

answer! {
    /// Orders that nobody finished.
    pub struct Drafts: DRAFTS {
        /// The orders that were selected.
        selected: Vec<Certificate> = Objects(&CERTIFICATE).required();
        /// The ids of those that were cancelled.
        cancelled: Vec<String> = Names;
        ..extra
    }
}
