//! One connection to the server, and its pool.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use socket2::{Domain, SockAddr, Socket, Type};
use tokio_postgres::{Client, Config, Connection};

use super::password;
use super::place::Place;
use super::refusal::Failure;
use super::run::run;
use super::tls::{Secured, Tls};
use super::wire::Wire;
use crate::error::{Error, Kind};
use crate::ledger::environment::Environment;
use crate::limits::Limits;
use crate::secret::Secret;
use crate::transport::Watch;
use crate::transport::dial::Dialer;

/// A server, or a firewall on the way, may have forgotten an older one.
const MAX_IDLE_AGE: Duration = Duration::from_secs(300);
/// More are closed when they are no longer used.
const MAX_IDLE: usize = 16;

pub(super) struct Session {
    wire: Wire,
    client: Client,
    connection: Connection<Wire, Secured>,
    used: Instant,
}

impl Session {
    /// Runs statements to their end.
    pub(super) fn run<T>(
        &mut self,
        limits: &dyn Limits,
        end: Instant,
        work: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Failure> {
        let Self { wire, client, connection, used } = self;
        let mut work = pin!(work(client));
        let both = poll_fn(|context| {
            if let Poll::Ready(outcome) = work.as_mut().poll(context) {
                return Poll::Ready(outcome);
            }
            loop {
                let lost = match connection.poll_message(context) {
                    Poll::Pending => return work.as_mut().poll(context),
                    // A notice.
                    Poll::Ready(Some(Ok(_))) => continue,
                    Poll::Ready(Some(Err(error))) => Some(error),
                    Poll::Ready(None) => None,
                };
                // The last answer may have come before the end.
                let outcome = work.as_mut().poll(context);
                return match (outcome, lost) {
                    (Poll::Ready(Err(error)), Some(lost)) if error.is_closed() => Poll::Ready(Err(lost)),
                    (Poll::Pending, Some(lost)) => Poll::Ready(Err(lost)),
                    (outcome, _) => outcome,
                };
            }
        });
        let outcome = run(wire, limits.cancel(), end, both);
        *used = Instant::now();
        outcome.ok_or_else(|| Failure::ended(limits, "timeout"))?.map_err(|error| Failure::of(&error))
    }
}

/// Connections that are not in use, and how new ones are made.
pub(super) struct Pool {
    place: Place,
    dialer: Dialer,
    /// The server ends what takes longer, even if nobody is there to cancel it.
    statement_timeout: Duration,
    environment: Environment,
    idle: Mutex<Vec<Session>>,
}

impl Pool {
    pub(super) fn new(place: Place, dialer: Dialer, timeout: Duration, environment: Environment) -> Self {
        Self { place, dialer, statement_timeout: timeout, environment, idle: Mutex::default() }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that works, as far as can be seen from here. New ones are made as they are needed.
    pub(super) fn take(&self, limits: &dyn Limits, deadline: Instant) -> Result<Session, Failure> {
        loop {
            let Some(session) = self.idle().pop() else { break };
            if session.used.elapsed() < MAX_IDLE_AGE && session.wire.is_open() {
                return Ok(session);
            }
        }
        self.connect(limits, deadline)
    }

    pub(super) fn put_back(&self, session: Session) {
        let mut idle = self.idle();
        idle.retain(|session| session.used.elapsed() < MAX_IDLE_AGE);
        if idle.len() < MAX_IDLE {
            idle.push(session);
        }
    }

    fn connect(&self, limits: &dyn Limits, deadline: Instant) -> Result<Session, Failure> {
        let password = password::find(&self.place, &self.environment).map_err(Failure::before)?;
        let end = deadline.min(Instant::now() + self.dialer.connect_timeout);
        let socket = self.socket(limits, deadline)?;
        let wire = Wire::new(socket).map_err(|error| self.no_socket(&error))?;
        let config = self.config(password.as_ref());
        let tls: Tls = self.place.tls.clone();
        let connected = run(&wire, limits.cancel(), end, config.connect_raw(wire.clone(), tls));
        let connected = connected
            .ok_or_else(|| Failure::ended(limits, "connect_timeout"))
            .and_then(|done| done.map_err(|error| Failure::of(&error)));
        let (client, connection) =
            connected.map_err(|failure| failure.before_work().hiding(password.as_ref()))?;
        Ok(Session { wire, client, connection, used: Instant::now() })
    }

    fn socket(&self, limits: &dyn Limits, deadline: Instant) -> Result<Socket, Failure> {
        if let Some(path) = self.place.socket() {
            let socket =
                Socket::new(Domain::UNIX, Type::STREAM, None).map_err(|error| self.no_socket(&error))?;
            let connected = SockAddr::unix(&path).and_then(|address| socket.connect(&address));
            return connected.map(|()| socket).map_err(|error| self.no_socket(&error));
        }
        let stream =
            self.dialer.connect(Watch::new(limits.cancel().clone(), deadline)).map_err(Failure::before)?;
        // Nothing may come for long, and a firewall on the way must not forget the connection.
        let prepared = stream.set_nodelay(true).map(|()| Socket::from(stream));
        let prepared = prepared.and_then(|socket| socket.set_keepalive(true).map(|()| socket));
        prepared.map_err(|error| self.no_socket(&error))
    }

    fn no_socket(&self, error: &io::Error) -> Failure {
        let what = match self.place.socket() {
            Some(path) => format!("no connection to {}", path.display()),
            None => "no connection".to_owned(),
        };
        Failure::before(if Error::is_resource(error) {
            Error::resource(&what, error)
        } else {
            let message = format!("{what} ({error}); check that the server runs, and PGHOST and PGPORT");
            Error::new(Kind::Network, message)
        })
    }

    fn config(&self, password: Option<&Secret>) -> Config {
        let mut config = Config::new();
        config.user(&self.place.user).dbname(&self.place.database).host(&self.place.host);
        config.ssl_mode(self.place.tls.mode).channel_binding(self.place.channel_binding);
        config.application_name((self.environment)("PGAPPNAME").unwrap_or_else(|| "libzerossl".to_owned()));
        if let Some(password) = password {
            config.password(password.reveal());
        }
        let ours = format!("-c statement_timeout={}", self.statement_timeout.as_millis());
        config.options(
            (self.environment)("PGOPTIONS").map_or(ours.clone(), |options| format!("{ours} {options}")),
        );
        config
    }
}
