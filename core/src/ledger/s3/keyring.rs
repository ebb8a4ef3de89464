//! Finds the keys where Amazon's own tools look for them: in the environment, in a profile, at the container, at the
//! instance. They are looked for at the first request, and again before they expire.

mod container;
mod instance;
mod metadata;
mod profile;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::keys::{Keys, error};
use crate::error::{Kind, Result};
use crate::ledger::environment::Environment;
use crate::limits::Limits;
use crate::secret::Secret;

/// New keys are fetched this long before the end of the old ones.
const AHEAD: Duration = Duration::from_secs(300);

/// Finds the keys and remembers them.
pub(super) struct Keyring {
    environment: Environment,
    found: Mutex<Option<Arc<Keys>>>,
}

impl Keyring {
    pub(super) fn new(environment: Environment) -> Self {
        Self { environment, found: Mutex::default() }
    }

    /// The keys that are good now. Threads that need new ones at the same time may all fetch them: nobody waits for a
    /// lock in a way that cannot be cancelled.
    pub(super) fn keys(&self, limits: &dyn Limits, deadline: Instant) -> Result<Arc<Keys>> {
        let known = self.found().clone();
        let left =
            |keys: &Keys| keys.expires.map(|end| end.duration_since(SystemTime::now()).unwrap_or_default());
        if let Some(keys) = known.as_ref().filter(|keys| left(keys).is_none_or(|left| left > AHEAD)) {
            return Ok(Arc::clone(keys));
        }
        match self.look_for(limits, deadline) {
            Ok(keys) => {
                let keys = Arc::new(keys);
                *self.found() = Some(Arc::clone(&keys));
                Ok(keys)
            }
            // They are good for some minutes more, and whoever gives out new ones may be back by then.
            Err(error) => known
                .filter(|keys| {
                    error.kind() != Kind::Cancelled && left(keys).is_some_and(|left| !left.is_zero())
                })
                .ok_or(error),
        }
    }

    /// S3 does not take these keys any longer.
    pub(super) fn forget(&self, keys: &Arc<Keys>) {
        self.found().take_if(|found| Arc::ptr_eq(found, keys));
    }

    fn found(&self) -> MutexGuard<'_, Option<Arc<Keys>>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look_for(&self, limits: &dyn Limits, deadline: Instant) -> Result<Keys> {
        let environment = &self.environment;
        if let Some(keys) = from_environment(environment)? {
            return Ok(keys);
        }
        if let Some(keys) = profile::keys(environment)? {
            return Ok(keys);
        }
        if let Some(keys) = container::keys(environment, limits, deadline)? {
            return Ok(keys);
        }
        match instance::keys(environment, limits, deadline)? {
            Ok(keys) => Ok(keys),
            Err(why) => Err(error(format!(
                "no keys for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, write a profile into \
                 ~/.aws/credentials, or give this machine a role ({why})"
            ))),
        }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}

fn from_environment(environment: &Environment) -> Result<Option<Keys>> {
    const ID: &str = "AWS_ACCESS_KEY_ID";
    const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
    match (environment(ID), environment(SECRET)) {
        (None, None) => Ok(None),
        (Some(id), Some(secret)) => Ok(Some(Keys {
            id,
            secret: secret.into(),
            token: environment("AWS_SESSION_TOKEN").map(Secret::from),
            expires: None,
            source: "the environment".to_owned(),
        })),
        (Some(_), None) => {
            Err(error(format!("{ID} is in the environment, and {SECRET} is not; set both or none")))
        }
        (None, Some(_)) => {
            Err(error(format!("{SECRET} is in the environment, and {ID} is not; set both or none")))
        }
    }
}
