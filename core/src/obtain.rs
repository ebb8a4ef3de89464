//! From names to an installed certificate: safe to repeat, safe to kill, and never ordered twice.
//!
//! ```text
//! wish ─► refusals ─► entry (lock, journal) ─► session
//!                                               ├─ order     key, CSR, baseline, create, look, adopt
//!                                               ├─ publish   webroot, listener, hook, the caller
//!                                               ├─ validate  preflight, verify, wait
//!                                               ├─ install   download, check, switch, prune
//!                                               └─ deploy    hook, rollback
//! ```
//!
//! Each step is written to the journal before it is taken, so whoever comes next knows what may have happened.

mod account;
mod address;
mod challenge;
mod check;
mod clock;
mod create;
mod deploy;
mod entry;
mod give_up;
mod install;
mod integrity;
mod journal;
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
mod request;
mod sealed;
mod search;
mod session;
mod storage;
mod telling;
mod validate;
mod wish;

pub(crate) use renewals::renew_all;

use crate::context::Context;
use crate::error::Result;
use crate::operations::Obtained;
use crate::parameter::Arguments;
use clock::{Clock, SystemClock};
use session::Session;
use storage::{Disk, Storage};
use wish::Wish;

/// What a crash or time may change under us; tests have their own.
pub(crate) struct World<'a> {
    pub(crate) storage: &'a dyn Storage,
    pub(crate) clock: &'a dyn Clock,
}

/// `obtain`, with the real file system and clock.
pub(crate) fn run(context: &Context<'_>, arguments: &Arguments) -> Result<Obtained> {
    let world = World { storage: &Disk, clock: &SystemClock };
    Session::open(*context, &world, &Wish::new(arguments, context.core.base_url.is_plain)?)?.run()
}

#[cfg(test)]
mod tests;
