//! What `list_entries` takes and answers.

use std::path::PathBuf;

use serde_json::Value;

use crate::declare::{answer, request};
use crate::time::Time;
use crate::words::words;

request! {
    /// Lists the entries of a store: what there is, when it is renewed, what failed. No network is used.
    pub struct ListEntries {
        required {
            /// The folder of all entries.
            directory: PathBuf = Folder;
        }
        optional {}
    }
}

impl ListEntries {
    /// All entries in this folder.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self::with(directory.into())
    }
}

words! {
    /// The state of an entry's certificate.
    pub enum CertificateState {
        /// There is none yet.
        None = "none",
        /// It is valid and not due.
        Good = "good",
        /// It is valid, and to be renewed now.
        Due = "due",
        /// It has expired.
        Expired = "expired",
        /// It was revoked, as far as the entry knows.
        Revoked = "revoked",
    }
}

words! {
    /// The state of an entry's order.
    pub enum OrderState {
        /// There is none under way.
        None = "none",
        /// One is under way.
        Pending = "pending",
        /// One was issued, failed the checks, and waits for a person.
        Quarantined = "quarantined",
        /// The answer to a create call was lost, and the order has not been found.
        Lost = "lost",
    }
}

answer! {
    /// The entries of a store.
    pub struct Entries: ENTRIES {
        /// Each entry. The one with the least time left comes first.
        entries: Vec<EntrySummary> = Objects(&ENTRY_SUMMARY).required();
        ..extra
    }
}

answer! {
    /// One entry of a store.
    pub struct EntrySummary: ENTRY_SUMMARY {
        /// The entry.
        name: String = Text.required();
        /// The names of the certificate in use, or of the request.
        domains: Vec<String> = Names;
        /// `none`, `good`, `due`, `expired` or `revoked`; the last one as far as the entry knows.
        certificate: CertificateState = Text.required();
        /// `none`, `pending`, `quarantined` or `lost`.
        order: OrderState = Text.required();
        /// Whether the deploy hook has run for the certificate in use. None without a certificate.
        deployed: Option<bool> = Flag;
        /// Whether the entry's files can be read. If not, `last_error` says why.
        readable: bool = Flag.required();
        /// When the leaf in use expires.
        expires: Option<Time> = Time;
        /// Whole days until then.
        days_left: Option<u64> = Count;
        /// From when on the certificate is renewed.
        renews_at: Option<Time> = Time;
        /// The id of the certificate in use.
        id: Option<String> = Text;
        /// The kind of its key.
        key_type: Option<String> = Text;
        /// Why the last call for this entry failed: an error in its JSON form, and `at`, the time. None after a success.
        last_error: Option<Value> = Any;
        ..extra
    }
}
