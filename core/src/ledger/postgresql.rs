//! Rows of a PostgreSQL table, replaced under the condition that they have a version.
//!
//! The client's futures are run on the thread of the caller, and wait for the socket, the deadline and the cancel token
//! alike. There is no runtime, and no thread.

mod password;
mod place;
mod refusal;
mod run;
mod schema;
mod session;
#[cfg(test)]
mod tests;
mod tls;
mod wire;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::attempts::Patience;
use super::environment::Environment;
use super::location::Location;
use super::{Fetched, Ledger, Swap, Version};
use crate::error::Result;
use crate::limits::Limits;
use crate::settings::{CONNECT_TIMEOUT, ClientBuilder};
use crate::transport::dial::Dialer;
use crate::transport::resolver::CachingResolver;
use place::Place;
use refusal::Failure;
use session::Pool;

/// The tables of a database.
pub(super) struct Postgresql {
    pool: Pool,
    url: String,
    patience: Patience,
    /// Whether the tables are up to date.
    is_prepared: AtomicBool,
}

type Outcome<T> = Result<T, tokio_postgres::Error>;

impl Postgresql {
    /// Checks the settings; nothing is sent.
    pub(super) fn new(
        settings: &ClientBuilder,
        location: &Location,
        environment: Environment,
    ) -> Result<Self> {
        let place = Place::new(settings, location, &environment)?;
        let dialer = Dialer {
            host: place.host.clone(),
            port: place.port,
            setting: "store",
            connect_timeout: settings.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            resolver: CachingResolver::default(),
        };
        let patience = Patience::of(settings);
        let url = place.url();
        let pool = Pool::new(place, dialer, patience.timeout, environment);
        Ok(Self { pool, url, patience, is_prepared: AtomicBool::new(false) })
    }

    /// Makes a call. Made again: a read after any failure that may pass; a write only if it was surely not carried out.
    fn call<T>(
        &self,
        limits: &dyn Limits,
        name: &str,
        is_read: bool,
        work: &impl AsyncFn(&Client) -> Outcome<T>,
    ) -> Result<T> {
        let mut attempts = self.patience.begin(limits);
        loop {
            let failure = match self.attempt(limits, attempts.deadline, work) {
                Ok(result) => return Ok(result),
                Err(failure) => failure,
            };
            let may_repeat = failure.may_pass && (is_read || failure.is_certain);
            if !(may_repeat && attempts.is_next(None)?) {
                return Err(failure.into_error(&self.place(name), is_read));
            }
        }
    }

    fn attempt<T>(
        &self,
        limits: &dyn Limits,
        deadline: Instant,
        work: &impl AsyncFn(&Client) -> Outcome<T>,
    ) -> Result<T, Failure> {
        let mut session = self.pool.take(limits, deadline)?;
        if !self.is_prepared.load(Ordering::Relaxed) {
            let prepared = session.run(limits, deadline, schema::prepare).map_err(Failure::before_work)?;
            if prepared > schema::NEWEST {
                return Err(Failure::final_one(format!(
                    "the tables are of version {prepared}, and this library knows up to {}; use a newer one",
                    schema::NEWEST
                )));
            }
            self.is_prepared.store(true, Ordering::Relaxed);
        }
        let outcome = session.run(limits, deadline, work);
        if outcome.as_ref().map_or_else(|failure| failure.is_connection_good, |_| true) {
            self.pool.put_back(session);
        }
        outcome
    }
}

/// The version in this column.
fn version(row: &Row, column: usize) -> Outcome<Version> {
    row.try_get::<_, i64>(column).map(|version| Version(version.to_string()))
}

/// The version as a number. None for one that is not ours, and so is no record's.
fn number(version: &Version) -> Option<i64> {
    version.0.parse().ok()
}

impl Ledger for Postgresql {
    fn get(&self, limits: &dyn Limits, name: &str, knows: Option<&Version>) -> Result<Fetched> {
        let knows = knows.and_then(number);
        self.call(limits, name, true, &async |client| {
            let query = "SELECT version, CASE WHEN version IS DISTINCT FROM $2 THEN content END \
                         FROM zerossl_records WHERE name = $1";
            let rows = client.query_typed(query, &[(&name, Type::TEXT), (&knows, Type::INT8)]).await?;
            let Some(row) = rows.first() else { return Ok(Fetched::Absent) };
            Ok(match row.try_get(1)? {
                None => Fetched::Unchanged,
                Some(content) => Fetched::Record { content, version: version(row, 0)? },
            })
        })
    }

    fn put_if(
        &self,
        limits: &dyn Limits,
        name: &str,
        content: &[u8],
        replaces: Option<&Version>,
    ) -> Result<Swap> {
        let replaces = match replaces.map(number) {
            None => None,
            Some(Some(version)) => Some(version),
            Some(None) => return Ok(Swap::Refused),
        };
        self.call(limits, name, false, &async |client| {
            let (name, content) = ((&name as _, Type::TEXT), (&content as _, Type::BYTEA));
            let rows = match &replaces {
                None => {
                    let insert = "INSERT INTO zerossl_records (name, content) VALUES ($1, $2) \
                                  ON CONFLICT (name) DO NOTHING RETURNING version";
                    client.query_typed(insert, &[name, content]).await?
                }
                Some(version) => {
                    let update = "UPDATE zerossl_records SET content = $2, version = nextval('zerossl_versions') \
                                  WHERE name = $1 AND version = $3 RETURNING version";
                    client.query_typed(update, &[name, content, (version, Type::INT8)]).await?
                }
            };
            rows.first().map_or(Ok(Swap::Refused), |row| version(row, 0).map(Swap::Done))
        })
    }

    fn list(&self, limits: &dyn Limits, prefix: &str) -> Result<Vec<(String, Version)>> {
        self.call(limits, prefix, true, &async |client| {
            // The first condition finds the beginning in the index.
            let query =
                "SELECT name, version FROM zerossl_records WHERE name >= $1 AND starts_with(name, $1)";
            let rows = client.query_typed(query, &[(&prefix, Type::TEXT)]).await?;
            rows.iter().map(|row| Ok((row.try_get(0)?, version(row, 1)?))).collect()
        })
    }

    fn delete(&self, limits: &dyn Limits, name: &str) -> Result<()> {
        self.call(limits, name, false, &async |client| {
            let statement = "DELETE FROM zerossl_records WHERE name = $1";
            client.query_typed(statement, &[(&name, Type::TEXT)]).await.map(drop)
        })
    }

    fn place(&self, name: &str) -> String {
        format!("{}/{name}", self.url)
    }
}

impl fmt::Debug for Postgresql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgresql").field("url", &self.url).finish_non_exhaustive()
    }
}
