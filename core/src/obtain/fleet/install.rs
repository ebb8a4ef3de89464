//! `install_certificates`: what the shared store has, in this host's folder.

use std::path::Path;
use std::sync::Arc;

use super::expected;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::ledger::Version;
use crate::ledger::fleet::Fleet;
use crate::ledger::records::Of;
use crate::obtain::check::Lifetime;
use crate::obtain::env::Env;
use crate::obtain::in_force::{Visit, end_of};
use crate::obtain::interface::{InstallCertificates, Obtained, Outcome, Renewals};
use crate::obtain::order_spec::{DEADLINE, deploy_hook, entry_name};
use crate::obtain::renewals::{Report, Row, post_hook};
use crate::obtain::session::Session;
use crate::obtain::steps::kept_request::{self, Which};
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::{CERT, REQUEST};
use crate::obtain::store::folder::Folder;
use crate::obtain::store::shared::mark::Mark;
use crate::parameter::Arguments;

pub(crate) fn install_certificates(
    context: &Context<'_>,
    env: &Env<'_>,
    arguments: &Arguments,
) -> Result<Renewals> {
    let wanted: InstallCertificates = arguments.read()?;
    let fleet = expected(env)?;
    let directory = std::path::absolute(&wanted.directory)
        .map_err(|error| Error::invalid("directory", format!("expected the path of a folder: {error}")))?;
    let work = Work { context, env, fleet, wanted: &wanted, directory: &directory };
    let mut rows = Vec::new();
    let mut names = Vec::new();
    for (name, version) in work.entries()? {
        if context.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        let Some(visit) = work.install(&name, version.as_ref()).transpose() else { continue };
        rows.push(work.row(&name, visit));
        names.push(name);
    }
    let report = Report::new(rows);
    let hooked = match &wanted.post_hook {
        Some(argv) => post_hook::run(context, env, &directory, &names, argv),
        None => Ok(()),
    };
    report.finish_with(hooked, wanted.on_failure.as_deref() == Some("report"))
}

/// What all entries have in common.
struct Work<'a> {
    context: &'a Context<'a>,
    env: &'a Env<'a>,
    fleet: &'a Fleet<'a>,
    wanted: &'a InstallCertificates,
    directory: &'a Path,
}

impl Work<'_> {
    /// The entries that are wanted, with the version that the store has listed. Without one, the store does not have it.
    fn entries(&self) -> Result<Vec<(String, Option<Version>)>> {
        let listed = self.fleet.records.list(self.context, Of::Entry)?;
        let Some(names) = &self.wanted.names else {
            return Ok(listed.into_iter().map(|(name, version)| (name, Some(version))).collect());
        };
        let with_version = |name: &String| {
            let name = entry_name(name).map_err(|error| Error::invalid("names", error.message()))?;
            let version =
                listed.iter().find(|(listed, _)| *listed == name).map(|(_, version)| version.clone());
            Ok((name, version))
        };
        names.iter().map(with_version).collect()
    }

    /// None for an entry that was removed before this host had it.
    fn install(&self, name: &str, version: Option<&Version>) -> Result<Option<Visit>> {
        let path = self.directory.join(name);
        let folder = Folder { env: self.env, path: &path };
        let Some(version) = version else {
            let place = self.fleet.records.place(Of::Entry, name);
            return Err(Error::storage(
                place,
                "the shared store has no entry of this name; `list_entries` shows its entries",
            ));
        };
        let without_work =
            |outcome| Ok(Some(Visit { outcome: Ok(Obtained::without_work(outcome)), leaf: leaf(&folder)? }));
        let mark = Mark::read(&folder)?;
        if mark.is_none() && !super::has(self.context, Some(self.fleet), name)? {
            return Ok(None);
        }
        // A listing that lags behind makes it the next call's work.
        if mark.is_some_and(|mark| mark.version.as_ref() == Some(version)) {
            match folder.read_json(REQUEST) {
                Ok(None) => return without_work(Outcome::Removed),
                Ok(Some(request)) if is_done(&folder, &deploy_hook(&request))? => {
                    return without_work(Outcome::Unchanged);
                }
                // What cannot be read is brought again.
                _ => {}
            }
        }
        let end = end_of(self.env, Some(DEADLINE));
        let mut entry = Entry::open_here(*self.context, self.env, self.directory, name, end)?;
        entry.bring_only()?;
        if entry.is_removed() {
            return without_work(Outcome::Removed);
        }
        let spec = kept_request::read(self.context, self.env, self.directory, name, Which::InForce)?;
        let Some(mut spec) = spec else {
            return Err(Error::storage(
                path.join(REQUEST),
                "the entry has no request yet; call again when it was ordered",
            ));
        };
        if let Some(hook) = &self.wanted.deploy_hook {
            spec.deploy_hook.clone_from(hook);
        }
        if let Some(layout) = self.wanted.layout {
            spec.layout = layout;
        }
        spec.has_post_hook = self.wanted.post_hook.is_some();
        let mut session = Session::new(*self.context, self.env, entry, Arc::new(spec), end)?;
        let outcome = session.put_in_place();
        session.keep_last_error(&outcome);
        Ok(Some(Visit { outcome: session.send_outcome(outcome), leaf: session.leaf()? }))
    }

    fn row(&self, name: &str, visit: Result<Visit>) -> Row {
        let (outcome, leaf) = match visit {
            Ok(Visit { outcome, leaf }) => (outcome, leaf),
            Err(error) => (Err(error), None),
        };
        Row::new(name.to_owned(), outcome, leaf, self.env.clock.now(), &self.context.connection.cleaner)
    }
}

impl Session<'_> {
    /// Makes `current` lead to the certificate of the store, and runs the hook if it has not run for it here.
    pub(crate) fn put_in_place(&mut self) -> Result<Obtained> {
        let Some(installed) = self.journal.installed.clone() else {
            return Ok(Obtained::without_work(Outcome::Pending));
        };
        self.resolve_terms()?;
        if let Some(why) = self.damage(&installed)? {
            let why = format!(
                "the certificate is damaged in the shared store, too ({why}); the next call of `obtain` or `renew_all` \
                 orders another one"
            );
            return Err(Error::storage(&self.entry.path, why));
        }
        let was_in_place = self.entry.is_current(installed.serial, self.spec.layout)?;
        self.complete_keystore(&installed)?;
        if !was_in_place {
            self.entry.switch(installed.serial, self.spec.layout)?;
        }
        let is_new = !was_in_place || self.is_undeployed() || self.has_new_hook()?;
        self.deploy()?;
        let obtained = self.unchanged(&installed)?;
        Ok(Obtained { outcome: if is_new { Outcome::Installed } else { obtained.outcome }, ..obtained })
    }
}

/// Whether nothing is left to do here: the certificate is in place, and its hook has run.
fn is_done(folder: &Folder<'_>, hook: &[String]) -> Result<bool> {
    let Some(installed) = folder.journal()?.installed else { return Ok(true) };
    let (in_use, of_version) =
        (folder.read("current/cert.pem")?, folder.read(&Entry::in_version(installed.serial, CERT))?);
    Ok(installed.is_deployed_for(hook) && in_use.is_some() && in_use == of_version)
}

fn leaf(folder: &Folder<'_>) -> Result<Option<Lifetime>> {
    Ok(folder.read("current/cert.pem")?.as_deref().and_then(Lifetime::of))
}
