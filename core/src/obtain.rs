//! From names to an installed certificate. It can be repeated and killed at any time, and never orders twice.
//!
//! ```text
//! order_spec ─► in_force (the requested certificate, else the one in use)
//!                └─ decide ─► steps, on a session with the entry's lock and journal
//!                    ├─ order     key, CSR, baseline, create, search, adopt
//!                    ├─ publish   webroot, listener, hook, the caller
//!                    ├─ validate  preflight, verify, wait
//!                    ├─ install   download, chain, check, switch, prune
//!                    └─ deploy    hook, rollback
//! ```
//!
//! Each step is written to the journal before it is taken, so the next call knows what may have happened.

mod address;
mod budget;
mod chain;
mod challenge;
mod check;
mod csr;
mod decide;
mod drafts;
mod dry_run;
mod env;
mod events;
mod fleet;
mod found;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod in_force;
mod interface;
mod listing;
mod order_spec;
mod preflight;
mod prometheus;
mod publish;
mod redeploy;
mod removal;
mod renewals;
mod session;
mod steps;
mod store;

use serde_json::Value;

use crate::answers::{SUCCESS, Success};
use crate::context::Context;
use crate::error::Result;
use crate::json;
use crate::operation::{Operation, Request, Run};
use crate::parameter::Arguments;
use env::Env;
pub use interface::{
    CancelDrafts, CertificateState, Drafts, Entries, EntrySummary, FindingLevel, InstallCertificates, Layout,
    ListEntries, Obtain, ObtainFinding, Obtained, OrderState, Outcome, Redeploy, RemoveEntry, RenewAll,
    Renewal, Renewals, ServeChallenges, Served,
};
use interface::{DRAFTS, ENTRIES, OBTAINED, RENEWALS, SERVED};
use order_spec::OrderSpec;

/// The operations of this folder: each works on the real disk, with the client's clock.
macro_rules! operations {
    ($($name:ident = $word:ident: $request:ident -> $answer:ident, $shape:ident, $source:literal, $run:path;)*) => {$(
        pub(crate) static $name: Operation = Operation {
            name: stringify!($word),
            summary: $request::SUMMARY,
            source: $source,
            parameters: $request::PARAMETERS,
            answer: &$shape,
            run: Run::Steps(|context, arguments| json::encoded(&$run(context, &Env::of(context), arguments)?)),
        };

        impl Request for $request {
            type Answer = $answer;
            const OPERATION: &'static Operation = &$name;
        }
    )*};
}

operations! {
    OBTAIN = obtain: Obtain -> Obtained, OBTAINED,
        "ZeroSSL REST API, Create, Verify and Download Certificate; docs/obtain.md", run_in;
    RENEW_ALL = renew_all: RenewAll -> Renewals, RENEWALS, "docs/obtain.md", renewals::renew_all;
    LIST_ENTRIES = list_entries: ListEntries -> Entries, ENTRIES, "docs/obtain.md", listing::list_entries;
    CANCEL_DRAFTS = cancel_drafts: CancelDrafts -> Drafts, DRAFTS,
        "ZeroSSL REST API, List and Cancel Certificate", drafts::cancel_drafts;
    REDEPLOY = redeploy: Redeploy -> Obtained, OBTAINED, "docs/obtain.md", redeploy::redeploy;
    INSTALL_CERTIFICATES = install_certificates: InstallCertificates -> Renewals, RENEWALS, "docs/fleet.md",
        fleet::install::install_certificates;
    SERVE_CHALLENGES = serve_challenges: ServeChallenges -> Served, SERVED, "docs/fleet.md",
        fleet::serve::serve_challenges;
    REMOVE_ENTRY = remove_entry: RemoveEntry -> Success, SUCCESS, "docs/obtain.md", removal::remove_entry;
}

pub(crate) fn run_in(context: &Context<'_>, env: &Env<'_>, arguments: &Arguments) -> Result<Obtained> {
    let spec = OrderSpec::new(arguments, context.connection.base_url.is_plain)?;
    match arguments.get("dry_run") {
        Some(Value::Bool(true)) => dry_run::dry_run(context, env, spec),
        _ => in_force::obtain(context, env, spec),
    }
}

#[cfg(test)]
mod tests;
