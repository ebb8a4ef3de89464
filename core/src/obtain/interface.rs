//! Parameters and answers of the operations in this folder.

mod cancel_drafts;
mod install_certificates;
mod list_entries;
mod obtain;
mod redeploy;
mod remove_entry;
mod renew_all;
mod serve_challenges;

pub(crate) use cancel_drafts::DRAFTS;
pub use cancel_drafts::{CancelDrafts, Drafts};
pub use install_certificates::InstallCertificates;
pub(crate) use list_entries::ENTRIES;
pub use list_entries::{CertificateState, Entries, EntrySummary, ListEntries, OrderState};
pub(crate) use obtain::OBTAINED;
pub use obtain::{FindingLevel, Layout, Obtain, ObtainFinding, Obtained, Outcome};
pub use redeploy::Redeploy;
pub use remove_entry::RemoveEntry;
pub(crate) use renew_all::RENEWALS;
pub use renew_all::{RenewAll, Renewal, Renewals};
pub(crate) use serve_challenges::SERVED;
pub use serve_challenges::{ServeChallenges, Served};
