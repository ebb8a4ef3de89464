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
mod clock;
mod csr;
mod decide;
mod drafts;
mod dry_run;
mod env;
mod events;
mod in_force;
mod interface;
mod listing;
mod order_spec;
mod preflight;
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
    CancelDrafts, CertificateState, Drafts, Entries, EntrySummary, FindingLevel, ListEntries, Obtain,
    ObtainFinding, Obtained, OrderState, Outcome, Redeploy, RemoveEntry, RenewAll, Renewal, Renewals,
};
use interface::{DRAFTS, ENTRIES, OBTAINED, RENEWALS};
use order_spec::OrderSpec;

pub(crate) static OBTAIN: Operation = Operation {
    name: "obtain",
    summary: Obtain::SUMMARY,
    source: "ZeroSSL REST API, Create, Verify and Download Certificate; docs/obtain.md",
    parameters: Obtain::PARAMETERS,
    answer: &OBTAINED,
    run: Run::Steps(|context, arguments| json::encoded(&run_in(context, &Env::REAL, arguments)?)),
};

impl Request for Obtain {
    type Answer = Obtained;
    const OPERATION: &'static Operation = &OBTAIN;
}

pub(crate) static RENEW_ALL: Operation = Operation {
    name: "renew_all",
    summary: RenewAll::SUMMARY,
    source: "docs/obtain.md",
    parameters: RenewAll::PARAMETERS,
    answer: &RENEWALS,
    run: Run::Steps(|context, arguments| {
        json::encoded(&renewals::renew_all(context, &Env::REAL, arguments)?)
    }),
};

impl Request for RenewAll {
    type Answer = Renewals;
    const OPERATION: &'static Operation = &RENEW_ALL;
}

pub(crate) static LIST_ENTRIES: Operation = Operation {
    name: "list_entries",
    summary: ListEntries::SUMMARY,
    source: "docs/obtain.md",
    parameters: ListEntries::PARAMETERS,
    answer: &ENTRIES,
    run: Run::Steps(|_, arguments| json::encoded(&listing::list_entries(&Env::REAL, arguments)?)),
};

impl Request for ListEntries {
    type Answer = Entries;
    const OPERATION: &'static Operation = &LIST_ENTRIES;
}

pub(crate) static CANCEL_DRAFTS: Operation = Operation {
    name: "cancel_drafts",
    summary: CancelDrafts::SUMMARY,
    source: "ZeroSSL REST API, List and Cancel Certificate",
    parameters: CancelDrafts::PARAMETERS,
    answer: &DRAFTS,
    run: Run::Steps(|context, arguments| {
        json::encoded(&drafts::cancel_drafts(context, &Env::REAL, arguments)?)
    }),
};

impl Request for CancelDrafts {
    type Answer = Drafts;
    const OPERATION: &'static Operation = &CANCEL_DRAFTS;
}

pub(crate) static REDEPLOY: Operation = Operation {
    name: "redeploy",
    summary: Redeploy::SUMMARY,
    source: "docs/obtain.md",
    parameters: Redeploy::PARAMETERS,
    answer: &OBTAINED,
    run: Run::Steps(|context, arguments| json::encoded(&redeploy::redeploy(context, &Env::REAL, arguments)?)),
};

impl Request for Redeploy {
    type Answer = Obtained;
    const OPERATION: &'static Operation = &REDEPLOY;
}

pub(crate) static REMOVE_ENTRY: Operation = Operation {
    name: "remove_entry",
    summary: RemoveEntry::SUMMARY,
    source: "docs/obtain.md",
    parameters: RemoveEntry::PARAMETERS,
    answer: &SUCCESS,
    run: Run::Steps(|context, arguments| {
        json::encoded(&removal::remove_entry(context, &Env::REAL, arguments)?)
    }),
};

impl Request for RemoveEntry {
    type Answer = Success;
    const OPERATION: &'static Operation = &REMOVE_ENTRY;
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
