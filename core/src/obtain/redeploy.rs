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
    let read = || {
        let gone = || Error::storage(path.join(REQUEST), "it is gone");
        kept_request::read(context, env, &wanted.directory, &name, Which::InForce)?.ok_or_else(gone)
    };
    let spec = read().inspect_err(|_| entry.leave())?;
    let mut session = Session::new(*context, env, entry, Arc::new(spec), end)?;
    if let Err(error) = session.expect_hook_or_keystore() {
        session.entry.leave();
        return Err(error);
    }
    let outcome = session.redeploy();
    session.keep_last_error(&outcome);
    session.entry.release(&session.journal);
    session.send_outcome(outcome)
}

impl Session<'_> {
    fn expect_hook_or_keystore(&self) -> Result<()> {
        // The caller of a CSR has the key that a keystore needs.
        let is_by_csr = self.journal.installed.as_ref().is_some_and(|installed| installed.terms.by_csr);
        let has_keystore = self.spec.pkcs12_password_file.is_some() && !is_by_csr;
        if has_keystore || !self.spec.deploy_hook.is_empty() {
            return Ok(());
        }
        let why = "the entry has no deploy hook and no keystore; call `obtain` with `deploy_hook`";
        Err(Error::invalid("name", why))
    }
}
