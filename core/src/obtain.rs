//! From names to an installed certificate: safe to repeat, safe to kill, and never ordered twice.
//!
//! ```text
//! order_spec ─► in_force (what is wanted, else what is in force)
//!                └─ decide ─► steps, on a session with the entry's lock and journal
//!                    ├─ order     key, CSR, baseline, create, search, adopt
//!                    ├─ publish   webroot, listener, hook, the caller
//!                    ├─ validate  preflight, verify, wait
//!                    ├─ install   download, chain, check, switch, prune
//!                    └─ deploy    hook, rollback
//! ```
//!
//! Each step is written to the journal before it is taken, so whoever comes next knows what may have happened.

mod address;
mod budget;
mod chain;
mod challenge;
mod check;
mod clock;
mod csr;
mod decide;
mod env;
mod events;
mod in_force;
mod interface;
mod order_spec;
mod pauses;
mod preflight;
mod publish;
mod renewals;
mod session;
mod steps;
mod store;

use crate::context::Context;
use crate::error::Result;
use crate::json;
use crate::operation::{Operation, Request, Run};
use crate::parameter::Arguments;
use env::Env;
use interface::{OBTAIN_PARAMETERS, OBTAINED, RENEW_ALL_PARAMETERS, RENEWALS};
pub use interface::{Obtain, Obtained, Outcome, RenewAll, Renewal, Renewals};
use order_spec::OrderSpec;

pub(crate) static OBTAIN: Operation = Operation {
    name: "obtain",
    summary: "Leaves a valid certificate in a folder: nothing is done while the one there is good, an order under way goes on, and otherwise a new one is ordered. Safe to repeat, safe to kill.",
    source: "ZeroSSL REST API, Create, Verify and Download Certificate; docs/obtain.md",
    parameters: OBTAIN_PARAMETERS,
    answer: &OBTAINED,
    run: Run::Steps(|context, arguments| json::encoded(&run_in(context, &Env::REAL, arguments)?)),
};

impl Request for Obtain {
    type Answer = Obtained;
    const OPERATION: &'static Operation = &OBTAIN;
}

pub(crate) static RENEW_ALL: Operation = Operation {
    name: "renew_all",
    summary: "Goes through a store and does for every entry what `obtain` would, by the parameters it was last called with. It goes on after a failure; the error has the whole report as its `details`.",
    source: "docs/obtain.md",
    parameters: RENEW_ALL_PARAMETERS,
    answer: &RENEWALS,
    run: Run::Steps(|context, arguments| {
        json::encoded(&renewals::renew_all(context, &Env::REAL, arguments)?)
    }),
};

impl Request for RenewAll {
    type Answer = Renewals;
    const OPERATION: &'static Operation = &RENEW_ALL;
}

pub(crate) fn run_in(context: &Context<'_>, env: &Env<'_>, arguments: &Arguments) -> Result<Obtained> {
    let spec = OrderSpec::new(arguments, context.connection.base_url.is_plain)?;
    in_force::obtain(context, env, spec)
}

#[cfg(test)]
mod tests;
