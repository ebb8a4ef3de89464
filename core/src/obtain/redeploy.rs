//! `redeploy`: the deploy hook once more, for the certificate in use.

use std::sync::Arc;

use super::env::Env;
use super::in_force::end_of;
use super::interface::{Obtained, Redeploy};
use super::order_spec::{DEADLINE, entry_name};
use super::session::Session;
use super::steps::kept_request::{self, Which};
use super::store::entry::Entry;
use super::store::files::REQUEST;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::parameter::Arguments;

pub(crate) fn redeploy(context: &Context<'_>, env: &Env<'_>, arguments: &Arguments) -> Result<Obtained> {
    let wanted: Redeploy = arguments.read()?;
    let name = entry_name(&wanted.name)?;
    let path = wanted.directory.join(&name);
    // Opening an entry makes its folder.
    if !path.join(REQUEST).is_file() {
        return Err(Error::storage(&path, "there is no entry; `list_entries` says which there are"));
    }
    let end = end_of(env, Some(DEADLINE));
    let entry = Entry::open(*context, env, &wanted.directory, &name, end)?;
    let Some(spec) = kept_request::read(context, env, &wanted.directory, &name, Which::InForce)? else {
        return Err(Error::storage(path.join(REQUEST), "it is gone"));
    };
    if spec.deploy_hook.is_empty() && spec.pkcs12_password_file.is_none() {
        let why = "the entry has no deploy hook and no keystore; call `obtain` with `deploy_hook`";
        return Err(Error::invalid("name", why));
    }
    let mut session = Session::new(*context, env, entry, Arc::new(spec), end)?;
    let outcome = session.redeploy();
    session.keep_last_error(&outcome);
    session.entry.release(&session.journal);
    session.send_outcome(outcome)
}
