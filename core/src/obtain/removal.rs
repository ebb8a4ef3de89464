//! `remove_entry`: the end of an entry. What it has at the service and in webroots goes first, then its files, with the
//! journal and the mark of a shared store last: whatever a crash leaves is removed by the next call.

mod at_stake;

use std::sync::Arc;

use serde_json::json;

use super::env::Env;
use super::fleet;
use super::in_force::end_of;
use super::interface::{Obtain, RemoveEntry};
use super::order_spec::{DEADLINE, OrderSpec, entry_name};
use super::session::Session;
use super::steps::kept_request::{self, Which};
use super::store::entry::Entry;
use super::store::files::REQUEST;
use super::store::folder::JOURNAL;
use super::store::shared::mark::MARK;
use crate::answers::{Extra, Success};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::json as coded;
use crate::parameter::{self, Arguments};
use at_stake::refusal;

pub(crate) fn remove_entry(context: &Context<'_>, env: &Env<'_>, arguments: &Arguments) -> Result<Success> {
    let wanted: RemoveEntry = arguments.read()?;
    let name = entry_name(&wanted.name)?;
    if wanted.reason.is_some() && wanted.revoke != Some(true) {
        return Err(Error::invalid("reason", "it is for a revocation; give `revoke`, too"));
    }
    let path = wanted.directory.join(&name);
    // Opening an entry makes its folder.
    let is_here = [JOURNAL, REQUEST, MARK].iter().any(|file| path.join(file).symlink_metadata().is_ok());
    if !is_here && !fleet::has(context, env.fleet.as_ref(), &name)? {
        return Err(Error::storage(&path, "there is no entry; `list_entries` says which there are"));
    }
    let end = end_of(env, Some(DEADLINE));
    let entry = Entry::open(*context, env, &wanted.directory, &name, end)?;
    if entry.is_read_only() {
        return Err(Error::storage(&path, "nothing can be written there"));
    }
    let spec = spec_of(context, env, &wanted, &name).inspect_err(|_| entry.leave())?;
    let mut session = Session::new(*context, env, entry, Arc::new(spec), end)?;
    let ended = session.end_orders(&wanted).and_then(|()| session.entry.remove_all());
    if ended.is_err() {
        session.entry.release(&session.journal);
    }
    ended.map(|()| Success { success: true, extra: Extra::default() })
}

/// The request in force. Another call may have ended all but the files, or somebody has lost it: what is to be ended is in
/// the journal all the same.
fn spec_of(context: &Context<'_>, env: &Env<'_>, wanted: &RemoveEntry, name: &str) -> Result<OrderSpec> {
    if let Some(spec) = kept_request::read(context, env, &wanted.directory, name, Which::InForce)? {
        return Ok(spec);
    }
    // Nothing is ordered, so the names do not matter, and nothing is published.
    let validation = json!({"method": "HTTP_CSR_HASH", "webroot": wanted.directory});
    let request = Obtain {
        name: Some(name.to_owned()),
        ..Obtain::new(["example.com"], wanted.directory.clone(), validation)
    };
    OrderSpec::new(&parameter::check(Obtain::PARAMETERS, coded::encode(&request)?)?, false)
}

impl Session<'_> {
    /// Cancels the order under way, takes away what was published, revokes if that is wanted.
    fn end_orders(&mut self, wanted: &RemoveEntry) -> Result<()> {
        let (may_revoke, may_lose) = (wanted.revoke == Some(true), wanted.force == Some(true));
        if !may_revoke && !may_lose {
            self.expect_nothing_good()?;
        }
        if let Some(issued) = self.end_order_if_any("the entry is removed")? {
            if may_revoke {
                self.revoke_order(&issued, wanted.reason)?;
            } else if may_lose {
                self.pass_over(&issued)?;
            } else {
                let what =
                    format!("certificate {} was issued meanwhile: `obtain` puts it in place", issued.id);
                return Err(refusal(&what));
            }
        }
        self.clear_leftovers()?;
        self.account_for_lost_if_possible(None)?;
        if may_revoke { self.revoke_all(wanted.reason) } else { Ok(()) }
    }
}
