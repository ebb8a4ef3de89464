//! From names to an installed certificate: safe to repeat, safe to kill, and never ordered twice.
//!
//! ```text
//! wish ─► refusals ─► in_force (what is wanted, else what is in force)
//!                      └─ session, with the entry's lock and journal
//!                          ├─ order     key, CSR, baseline, create, look, adopt
//!                          ├─ publish   webroot, listener, hook, the caller
//!                          ├─ validate  preflight, verify, wait
//!                          ├─ install   download, chain, check, switch, prune
//!                          └─ deploy    hook, rollback
//! ```
//!
//! Each step is written to the journal before it is taken, so whoever comes next knows what may have happened.

mod account;
mod address;
mod budget;
mod chain;
mod challenge;
mod check;
mod clock;
mod create;
mod csr;
mod deploy;
mod entry;
mod give_up;
mod held;
mod in_force;
mod install;
mod integrity;
mod journal;
mod keys;
mod lock;
mod order;
mod pauses;
mod preflight;
mod prepare;
mod publish;
mod publishing;
mod read_only;
mod refusals;
mod regular;
mod renewals;
mod replacement;
mod request;
mod revocation;
mod sealed;
mod search;
mod session;
mod storage;
mod stored;
mod telling;
mod validate;
mod wish;

use crate::context::Context;
use crate::error::Result;
use crate::operations::{Obtained, Renewals};
use crate::parameter::Arguments;
use clock::{Clock, SystemClock};
use storage::{Disk, Storage};
use wish::Wish;

/// What a crash or time may change under us; tests have their own.
pub(crate) struct World<'a> {
    pub(crate) storage: &'a dyn Storage,
    pub(crate) clock: &'a dyn Clock,
}

/// The real file system and clock.
const WORLD: World<'static> = World { storage: &Disk, clock: &SystemClock };

/// `obtain`.
pub(crate) fn run(context: &Context<'_>, arguments: &Arguments) -> Result<Obtained> {
    run_in(context, &WORLD, arguments)
}

pub(crate) fn run_in(context: &Context<'_>, world: &World<'_>, arguments: &Arguments) -> Result<Obtained> {
    let wish = Wish::new(arguments, context.core.base_url.is_plain)?;
    in_force::obtain(context, world, wish)
}

/// `renew_all`.
pub(crate) fn renew_all(context: &Context<'_>, arguments: &Arguments) -> Result<Renewals> {
    renewals::renew_all(context, &WORLD, arguments)
}

#[cfg(test)]
mod tests;
