//! `remove_entry`: the end of an entry. What it has at the service and in webroots goes first, then its files, with the
//! journal and the mark of a shared store last: whatever a crash leaves is removed by the next call.

use std::sync::Arc;

use super::check::Leaf;
use super::env::Env;
use super::fleet;
use super::in_force::end_of;
use super::interface::RemoveEntry;
use super::order_spec::{DEADLINE, entry_name};
use super::session::Session;
use super::steps::kept_request::{self, Which};
use super::store::entry::Entry;
use super::store::files::REQUEST;
use super::store::folder::JOURNAL;
use super::store::shared::mark::MARK;
use crate::answers::{Extra, Success};
use crate::context::Context;
use crate::endpoints::RevokeCertificate;
use crate::error::{Error, Result};
use crate::parameter::Arguments;

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
    match kept_request::read(context, env, &wanted.directory, &name, Which::InForce)? {
        Some(spec) => {
            let mut session = Session::new(*context, env, entry, Arc::new(spec), end)?;
            let ended = check_key(&session, &wanted).and_then(|()| session.end_orders(&wanted));
            if ended.is_err() {
                session.entry.release(&session.journal);
            }
            ended?;
            session.entry.remove_all()?;
        }
        // Another call has ended all but the files.
        None => entry.remove_all()?,
    }
    Ok(Success { success: true, extra: Extra::default() })
}

/// The key of a good certificate is not removed by a slip.
fn check_key(session: &Session<'_>, wanted: &RemoveEntry) -> Result<()> {
    if wanted.force == Some(true) || wanted.revoke == Some(true) {
        return Ok(());
    }
    let leaf = session.entry.read("current/cert.pem")?.as_deref().and_then(Leaf::of);
    let is_good = leaf.is_some_and(|leaf| {
        leaf.lifetime.not_after > session.now() && !session.journal.revoked_keys.contains(&leaf.public_key)
    });
    if !is_good {
        return Ok(());
    }
    let why =
        "the certificate is good, and its key would be lost; give `force`, or `revoke` to revoke it first";
    Err(Error::invalid("force", why))
}

impl Session<'_> {
    /// Cancels the order under way, takes away what was published, revokes if that is wanted.
    fn end_orders(&mut self, wanted: &RemoveEntry) -> Result<()> {
        if let Some(issued) = self.drop_order_if_any("the entry is removed")? {
            self.pass_over(&issued)?;
            if wanted.revoke == Some(true) {
                self.revoke(&issued.id, wanted)?;
            }
        }
        self.clear_leftovers()?;
        self.account_for_lost_if_possible(None)?;
        match self.journal.installed.clone() {
            Some(installed) if wanted.revoke == Some(true) => self.revoke(&installed.id, wanted),
            _ => Ok(()),
        }
    }

    fn revoke(&self, id: &str, wanted: &RemoveEntry) -> Result<()> {
        self.send(&RevokeCertificate { reason: wanted.reason, ..RevokeCertificate::new(id) }).map(|_| ())
    }
}
