//! One entry on many hosts.
//!
//! The shared store has an [image](crate::obtain::store::shared::image) of each entry: its journal, its requests, and key
//! and certificate of what is in use or under way. The folder of a host is a working copy of it. So all other code works on
//! a folder, and does not know of the store.
//!
//! ```text
//! join     the image is brought into the folder, unless another host works on the entry
//! push     each save of the journal replaces the image first: the fence. If it is not the image that this host has
//!          seen, another host works here, and the call begins anew
//! release  at the end of the call: the lease is given back
//! ```
//!
//! The journal is saved before each step that must not be repeated, so the step is only taken by the host whose image is
//! in the store. The lease in the image only keeps others from trying.

pub(crate) mod account;
pub(crate) mod install;
mod join;
mod listing;
mod push;
pub(crate) mod serve;

use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::ledger::fleet::Fleet;
use crate::ledger::records::{Of, Read};
use crate::obtain::env::Env;
use crate::obtain::order_spec::OrderSpec;
use crate::obtain::publish::Publisher;
use crate::obtain::store::journal::Journal;
use crate::obtain::store::shared::image::Image;
pub(crate) use join::Joined;
pub(crate) use listing::entries;

/// The shared store, for operations that need one.
fn expected<'a>(env: &'a Env<'_>) -> Result<&'a Fleet<'a>> {
    env.fleet
        .as_ref()
        .ok_or_else(|| Error::invalid("store", "the client has no shared store; give the setting `store`"))
}

/// Whether the shared store has an entry of this name, if there is a store.
pub(crate) fn has(context: &Context<'_>, fleet: Option<&Fleet<'_>>, name: &str) -> Result<bool> {
    let Some(fleet) = fleet else { return Ok(false) };
    let found = fleet.records.read::<Image>(context, Of::Entry, name, None)?;
    Ok(matches!(found, Read::Found(image, _) if !image.removed))
}

/// The names of the entries of the shared store, without those that were removed: no renewal will seal those with a new
/// key, so it is done here. What cannot be read is among the names: one entry fails, and not all.
pub(crate) fn current_names(
    context: &Context<'_>,
    fleet: &Fleet<'_>,
    is_known: impl Fn(&String) -> bool,
) -> Result<Vec<String>> {
    let mut current = Vec::new();
    for name in names(context, fleet)? {
        if is_known(&name) {
            current.push(name);
            continue;
        }
        match has(context, Some(fleet), &name) {
            Ok(false) => {
                let is_removed = |image: &Image| image.removed;
                if let Err(error) = fleet.records.seal_anew(context, Of::Entry, &name, is_removed) {
                    context.log(|| format!("{name} was removed, and still needs the old seal key ({error})"));
                }
            }
            Err(error) if matches!(error.kind(), Kind::Cancelled | Kind::Timeout) => return Err(error),
            _ => current.push(name),
        }
    }
    Ok(current)
}

/// The names of all entries of the shared store, also of those that were removed.
fn names(context: &Context<'_>, fleet: &Fleet<'_>) -> Result<Vec<String>> {
    let listed = fleet.records.list(context, Of::Entry)?;
    Ok(listed.into_iter().map(|(name, _)| name).collect())
}

/// The journals of all entries of the shared store, with the entries' names.
pub(crate) fn journals(context: &Context<'_>, fleet: &Fleet<'_>) -> Result<Vec<(String, Journal)>> {
    let read = |name: String| match fleet.records.read::<Image>(context, Of::Entry, &name, None) {
        Ok(Read::Found(image, _)) => Some(Ok((name, image.journal))),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    };
    names(context, fleet)?.into_iter().filter_map(read).collect()
}

/// Commands come from a store only if nobody without the seal key can have written them.
pub(crate) fn check_commands(fleet: Option<&Fleet<'_>>, spec: &OrderSpec) -> Result<()> {
    if fleet.is_none_or(|fleet| fleet.records.is_sealed()) {
        return Ok(());
    }
    let parameter = match () {
        () if !spec.deploy_hook.is_empty() => "deploy_hook",
        () if matches!(spec.publisher, Publisher::Hook(_)) => "validation.hook",
        () => return Ok(()),
    };
    let why = "the shared store is not sealed, so whoever can write there could change the command for all hosts; seal the \
               store, or give a deploy hook to `install_certificates`";
    Err(Error::invalid(parameter, why))
}
