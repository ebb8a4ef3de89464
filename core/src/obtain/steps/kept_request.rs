//! The stored parameters of earlier calls.
//!
//! `request.json` is the request that is in force: the installed certificate was made with it. `wanted.json` is a later
//! request that is not installed yet. Until it is, the certificate in use is renewed.

use std::path::Path;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::obtain::env::Env;
use crate::obtain::interface::Obtain;
use crate::obtain::order_spec::KeySpec;
use crate::obtain::order_spec::{OrderSpec, is_stored};
use crate::obtain::session::Session;
use crate::obtain::store::entry::PRIVATE;
use crate::obtain::store::files::{REQUEST, WANTED, WANTED_KEY};
use crate::obtain::store::storage::Attributes;
use crate::obtain::store::{folder, sealed};
use crate::parameter;

/// Which of the two requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    InForce,
    Requested,
}

impl Which {
    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::InForce => REQUEST,
            Self::Requested => WANTED,
        }
    }
}

/// The stored request of an entry, if there is one. Its commands are only used if nobody else can have written the
/// file.
pub(crate) fn read(
    context: &Context<'_>,
    env: &Env<'_>,
    directory: &Path,
    name: &str,
    which: Which,
) -> Result<Option<OrderSpec>> {
    let entry = directory.join(name);
    let path = entry.join(which.file());
    let failed = |error: &dyn std::fmt::Display| Error::storage(&path, format!("could not be read: {error}"));
    let (sealed_text, of_file) = match env.storage.read_own(&path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(&error).with_errno_of(&error)),
    };
    let json = sealed::open(&sealed_text).map_err(|why| failed(&why))?;
    let mut request: Map<String, Value> = serde_json::from_slice(&json).map_err(|error| failed(&error))?;
    // Earlier versions stored more parameters.
    request.retain(|name, value| is_stored(name, value));
    if has_command(&request) {
        // Whoever can write such a store could have put them there.
        if env.fleet.is_some_and(|fleet| !fleet.records.is_sealed()) {
            let why = "it has commands, and the shared store is not sealed: they are not run; seal the store, or give a \
                       deploy hook to `install_certificates`";
            return Err(Error::storage(&path, why));
        }
        let of = |path: &Path| {
            env.storage.attributes(path).map_err(|error| folder::failed(path, "looked at", &error))
        };
        for (place, found) in [(&*path, of_file), (&*entry, of(&entry)?), (directory, of(directory)?)] {
            if !is_ours_alone(found) {
                let why = "others may write it, and it has commands: they are not run; make it ours (chown) and take the right to write from others (chmod go-w)";
                return Err(Error::storage(place, why));
            }
        }
    }
    request.insert("directory".to_owned(), Value::from(directory.to_string_lossy().into_owned()));
    request.insert("name".to_owned(), name.into());
    let arguments = parameter::check(Obtain::PARAMETERS, request)?;
    OrderSpec::new(&arguments, context.connection.base_url.is_plain).map(Some)
}

fn has_command(request: &Map<String, Value>) -> bool {
    request.contains_key("deploy_hook")
        || request.get("validation").is_some_and(|validation| validation.get("hook").is_some())
}

fn is_ours_alone(found: Attributes) -> bool {
    [nix::unistd::geteuid().as_raw(), 0].contains(&found.user) && found.mode & 0o022 == 0
}

impl Session<'_> {
    /// Stores the request before an order is made: as the one in force, or, while another certificate is installed or may
    /// be issued, as the wanted one.
    pub(crate) fn keep_request(&mut self) -> Result<()> {
        if self.is_in_force() {
            return Ok(());
        }
        self.keep_key()?;
        let is_other_in_force = match &self.journal.installed {
            Some(_) => self.requested_in_place()?.is_none(),
            None => self.journal.order.as_ref().is_some_and(|order| {
                let is_requested = self.terms.are_met_by(&order.terms, order.terms.public_key.as_deref());
                !is_requested && !order.is_untouched()
            }),
        };
        if is_other_in_force {
            return self.write_request(Which::Requested);
        }
        self.write_request(Which::InForce)?;
        self.entry.remove(WANTED)
    }

    /// The requested certificate is installed, so its request is now in force.
    pub(crate) fn settle_request(&self) -> Result<()> {
        if self.is_in_force() {
            return Ok(());
        }
        self.write_request(Which::InForce)?;
        self.forget_wanted()?;
        // Nothing else may change the journal in this call.
        self.entry.push(&self.journal)
    }

    fn write_request(&self, which: Which) -> Result<()> {
        // An unreadable file is written again.
        if self.entry.read_json(which.file()).ok().flatten().as_ref() == Some(&self.spec.request) {
            return Ok(());
        }
        self.entry.write_json(which.file(), &self.spec.request)
    }

    /// A key of the caller is stored before its order is made. After that it is in the order's own folder.
    fn keep_key(&self) -> Result<()> {
        match &self.spec.key {
            KeySpec::Own { pem, .. } => {
                let kept = self.entry.read_text(WANTED_KEY).ok().flatten().map(Zeroizing::new);
                if kept.as_ref() == Some(pem) {
                    return Ok(());
                }
                self.entry.write(WANTED_KEY, pem.as_bytes(), PRIVATE)
            }
            KeySpec::Ours { .. } if self.terms.has_own_key() => Ok(()),
            _ => self.entry.remove(WANTED_KEY),
        }
    }

    /// Discards a request that is not installed.
    pub(crate) fn forget_wanted(&self) -> Result<()> {
        self.entry.remove(WANTED_KEY)?;
        self.entry.remove(WANTED)
    }
}
