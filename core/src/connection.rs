//! What all clones of a client share: the settings, the connections, the pace.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, mem};

use crate::base_url::BaseUrl;
use crate::clean::Cleaner;
use crate::clock::OffsetClock;
use crate::error::{Error, Kind, Result};
use crate::ledger::{open, records::Records};
use crate::pace::Pace;
use crate::per_process::MadeIn;
use crate::secret::Secret;
use crate::settings::{Auth, ClientBuilder, MAX_RETRIES, REQUESTS_PER_SECOND, STORE_LEASE, TIMEOUT};
use crate::transport::{self, Transport};

/// What all clones of a client share, as each of them has it.
///
/// In a child of fork it is never dropped: the connections belong to the parent, for which closing one properly would
/// end it, too, and a lock may stay locked for ever.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Connection>);

impl Shared {
    pub(crate) fn new(connection: Connection) -> Self {
        Self(Arc::new(connection))
    }
}

impl Deref for Shared {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if !self.0.process.is_this_process() {
            mem::forget(Arc::clone(&self.0));
        }
    }
}

/// What is shared.
pub(crate) struct Connection {
    pub(crate) transport: Transport,
    pub(crate) base_url: BaseUrl,
    access_key: Option<Secret>,
    pub(crate) auth: Auth,
    pub(crate) timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) clock: OffsetClock,
    pub(crate) pace: Pace,
    pub(crate) cleaner: Cleaner,
    /// The store that several hosts share, if there is one.
    pub(crate) store: Option<Arc<Records>>,
    pub(crate) store_lease: Duration,
    /// Secret variables that hooks get all the same.
    pub(crate) hook_environment: Vec<String>,
    /// The one it was made in.
    process: MadeIn,
}

impl Connection {
    /// Checks the settings; nothing is sent.
    pub(crate) fn new(settings: ClientBuilder) -> Result<Self> {
        let settings = settings.with_environment()?.checked()?;
        let base_url = settings.base_url.as_ref().map_or(BaseUrl::DEFAULT, Secret::reveal);
        let base_url = BaseUrl::parse("base_url", base_url)?;
        let clock = OffsetClock::new(settings.clock_offset.unwrap_or_default(), &base_url)?;
        let environment = |name: &str| std::env::var(name).ok();
        let proxy = transport::proxy::choose(settings.proxy.as_ref(), &base_url, environment);
        let transport = Transport::new(&settings, proxy.as_ref(), &base_url)?;
        // Its user part is a secret, too.
        let settings = ClientBuilder { proxy: proxy.map(|choice| choice.url), ..settings };
        Ok(Self {
            base_url,
            auth: settings.auth.unwrap_or_default(),
            timeout: settings.timeout.unwrap_or(TIMEOUT),
            max_retries: settings.max_retries.unwrap_or(MAX_RETRIES),
            clock,
            pace: Pace::new(settings.requests_per_second.unwrap_or(REQUESTS_PER_SECOND)),
            cleaner: settings.cleaner(),
            store: open::store(&settings)?.map(Arc::new),
            store_lease: settings.store_lease.unwrap_or(STORE_LEASE),
            hook_environment: settings.hook_environment.unwrap_or_default(),
            process: MadeIn::this_process(),
            access_key: settings.access_key,
            transport,
        })
    }

    pub(crate) fn access_key(&self) -> Result<&Secret> {
        self.access_key.as_ref().ok_or_else(|| {
            let message =
                "no access key; give the setting `access_key`, or set ZEROSSL_ACCESS_KEY in the environment";
            Error::new(Kind::Auth, message)
        })
    }

    /// Connections and locks do not survive a fork.
    pub(crate) fn check_process(&self) -> Result<()> {
        if self.process.is_this_process() {
            return Ok(());
        }
        let message = "this client was made before the process forked; make a new one in the child";
        Err(Error::new(Kind::Forked, message))
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url)
            .field("auth", &self.auth)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_of_fork_closes_nothing() {
        for is_child in [false, true] {
            let mut connection =
                Connection::new(ClientBuilder::default().access_key("key")).expect("settings");
            if is_child {
                connection.process = MadeIn::another();
            }
            let shared = Shared::new(connection);
            let (clone, left) = (shared.clone(), Arc::downgrade(&shared.0));
            drop((shared, clone));
            assert_eq!(left.upgrade().is_some(), is_child);
        }
    }
}
