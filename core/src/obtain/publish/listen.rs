//! A small web server that runs only as long as it is needed, for hosts that have none.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use serde_json::Map;

use super::file::File;
use super::publishing::Publishing;
use super::registry::Serving;
use crate::error::{Error, Result};
use crate::event::{Event, EventType};
use crate::ledger::fleet::Fleet;
use crate::obtain::challenge::FOLDER;

/// Listens from `prepare`, or from the first file, until it is dropped.
#[derive(Debug)]
pub(crate) struct Listening {
    address: SocketAddr,
    session: Mutex<Option<Serving>>,
}

impl Listening {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, session: Mutex::default() }
    }

    /// Starts to listen, so that the port cannot be taken before the first file is published.
    pub(super) fn prepare(&self, how: &Publishing<'_>) -> Result<()> {
        self.with_session(how, |_| {})
    }

    pub(super) fn publish(&self, how: &Publishing<'_>, file: &File<'_>) -> Result<()> {
        if let Some(fleet) = how.fleet {
            fleet.publish(how.context, file.domain, file.name, file.content)?;
        }
        let path = format!("{FOLDER}{}", file.name);
        self.with_session(how, |session| session.serve(file.domain, path, file.content))
    }

    /// Makes way for a listener of the same entry on another address, which may be the same port.
    pub(super) fn make_way_for(&self, other: &Self) {
        if self.address != other.address {
            *self.session.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    fn with_session(&self, how: &Publishing<'_>, work: impl FnOnce(&Serving)) -> Result<()> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = session.as_ref().filter(|session| session.is_ours()) {
            work(session);
            return Ok(());
        }
        let joined = match join(self.address, how.fleet.as_ref()) {
            Ok(joined) => joined,
            // Such as `serve_challenges` in another process, which finds the file in the shared store.
            Err(error) if error.kind() == ErrorKind::AddrInUse && how.fleet.is_some() => {
                how.context.log(|| {
                    format!(
                        "{} (publish): another program listens on {}; the file is in the shared store",
                        how.entry, self.address
                    )
                });
                return Ok(());
            }
            Err(error) => return Err(cannot_listen("validation.listen", self.address, &error)),
        };
        work(&joined);
        report_address(how, joined.address);
        *session = Some(joined);
        Ok(())
    }
}

/// Serves what any host of the fleet publishes.
pub(crate) fn listen_for_all(address: SocketAddr, fleet: &Fleet<'_>) -> Result<Serving> {
    join(address, Some(fleet)).map_err(|error| cannot_listen("listen", address, &error))
}

fn join(address: SocketAddr, fleet: Option<&Fleet<'_>>) -> io::Result<Serving> {
    let joined = Serving::new(address)?;
    if let Some(fleet) = fleet {
        joined.answer_for_all(fleet.lookup())?;
    }
    Ok(joined)
}

fn cannot_listen(parameter: &str, address: SocketAddr, error: &io::Error) -> Error {
    let what_to_do = match error.kind() {
        ErrorKind::AddrInUse => {
            "; what listens there may publish the files by `webroot`, or forward \
             /.well-known/pki-validation/ to another port of ours"
        }
        ErrorKind::PermissionDenied => {
            "; ports below 1024 need root or CAP_NET_BIND_SERVICE, or another port that 80 is forwarded to"
        }
        ErrorKind::AddrNotAvailable => {
            "; this machine does not have the address, `0.0.0.0` and `[::]` stand for all"
        }
        _ => "",
    };
    Error::invalid(parameter, format!("{address}: {error}{what_to_do}"))
}

/// With port 0, only this process knows the port.
fn report_address(how: &Publishing<'_>, address: SocketAddr) {
    let message = format!("listening on {address}");
    how.context.log(|| format!("{} (publish): {message}", how.entry));
    let Some(events) = how.context.events else { return };
    let fields = [
        ("stage", "publish".into()),
        ("entry", how.entry.into()),
        ("address", address.to_string().into()),
        ("port", address.port().into()),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    events.tell(Event::new(EventType::Progress, &message, Map::from_iter(fields)));
}
