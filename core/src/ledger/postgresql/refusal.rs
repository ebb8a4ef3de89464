//! Why a statement failed, and what to do about it.

use std::error::Error as _;
use std::io;

use serde_json::json;
use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::clean::Cleaner;
use crate::error::{Error, Kind};
use crate::excerpt::one_line;
use crate::ledger::failure;
use crate::limits::Limits;
use crate::secret::Secret;

const MAX_SHOWN: usize = 200;

/// A failed attempt.
#[derive(Debug)]
pub(super) struct Failure {
    /// Without the place.
    error: Error,
    /// Whether another attempt may work.
    pub(super) may_pass: bool,
    /// Whether the statement was surely not carried out.
    pub(super) is_certain: bool,
    /// Whether the connection is good for other statements.
    pub(super) is_connection_good: bool,
}

impl Failure {
    /// Nothing was sent.
    pub(super) fn before(error: Error) -> Self {
        let may_pass = matches!(error.kind(), Kind::Network | Kind::Timeout);
        Self { error, may_pass, is_certain: true, is_connection_good: false }
    }

    /// A refusal of ours that no other attempt changes.
    pub(super) fn final_one(message: String) -> Self {
        Self::before(Error::new(Kind::Storage, message))
    }

    /// The caller did not want to wait any longer.
    pub(super) fn ended(limits: &dyn Limits, setting: &str) -> Self {
        let error = if limits.cancel().is_cancelled() {
            Error::cancelled()
        } else {
            let message = format!(
                "the time-out came before PostgreSQL had answered; raise `{setting}`, or try again later"
            );
            Error::new(Kind::Timeout, message)
        };
        Self { may_pass: error.kind() == Kind::Timeout, error, is_certain: false, is_connection_good: false }
    }

    pub(super) fn of(error: &tokio_postgres::Error) -> Self {
        if let Some(refusal) = error.as_db_error() {
            return Self::refused(refusal);
        }
        let source = error.source();
        let io = source.and_then(|source| source.downcast_ref::<io::Error>());
        let tls = io.and_then(io::Error::get_ref).and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let said = source.map(|source| one_line(&source.to_string(), MAX_SHOWN)).unwrap_or_default();
        let final_one = |kind, message: String| Self::before(Error::new(kind, message).retryable(false));
        if let Some(tls) = tls {
            let advice = match tls {
                rustls::Error::InvalidCertificate(_) => "; give the CA's certificate as PGSSLROOTCERT",
                _ => "",
            };
            return final_one(Kind::Tls, format!("no secure connection to PostgreSQL: {tls}{advice}"));
        }
        if said == NO_TLS {
            let message = "the server has no TLS; switch it on there, or set PGSSLMODE to `disable` if nobody can listen on \
                           the way";
            return final_one(Kind::Tls, message.to_owned());
        }
        if said == NO_PASSWORD {
            let message =
                "the server asks for a password; set PGPASSWORD, or write it into ~/.pgpass (PGPASSFILE)";
            return final_one(Kind::Storage, message.to_owned());
        }
        if error.is_closed() || io.is_some() {
            let cause = io.map(|error| format!(" ({})", error.kind())).unwrap_or_default();
            let message = format!(
                "the connection to PostgreSQL broke off before the answer was complete{cause}; try again later"
            );
            let error = Error::new(Kind::Network, message);
            return Self { error, may_pass: true, is_certain: false, is_connection_good: false };
        }
        let message =
            format!("the server did not answer as PostgreSQL does ({error}); check PGHOST and PGPORT");
        Self { is_certain: false, ..final_one(Kind::Response, message) }
    }

    fn refused(refusal: &DbError) -> Self {
        let code = refusal.code();
        let said = one_line(refusal.message(), MAX_SHOWN);
        let message =
            format!("PostgreSQL refused with {} (it says: {said}); {}", code.code(), advice(code, &said));
        let may_pass = PASSING.contains(code);
        // An error ends its transaction, and the server waits for the next one. Anything worse ends the connection.
        let is_error = matches!(refusal.parsed_severity(), Some(Severity::Error));
        let error = Error::new(Kind::Storage, message)
            .retryable(may_pass)
            .with_details(json!({"code": code.code(), "message": said}));
        Self { error, may_pass, is_certain: is_error, is_connection_good: is_error }
    }

    /// It failed before the work began.
    pub(super) fn before_work(self) -> Self {
        Self { is_certain: true, is_connection_good: false, ..self }
    }

    pub(super) fn hiding(self, password: Option<&Secret>) -> Self {
        let mut cleaner = Cleaner::default();
        if let Some(password) = password {
            cleaner.learn(password.reveal());
        }
        Self { error: self.error.cleaned(&cleaner), ..self }
    }

    pub(super) fn into_error(self, place: &str, is_read: bool) -> Error {
        failure::of(place, self.error.uncertain_if(!is_read && !self.is_certain))
    }
}

/// Texts of the client that have no type.
const NO_TLS: &str = "server does not support TLS";
const NO_PASSWORD: &str = "password missing";

/// What another attempt may not meet again.
const PASSING: [SqlState; 12] = [
    SqlState::TOO_MANY_CONNECTIONS,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::QUERY_CANCELED,
    SqlState::LOCK_NOT_AVAILABLE,
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::T_R_DEADLOCK_DETECTED,
    SqlState::CONNECTION_EXCEPTION,
    SqlState::CONNECTION_FAILURE,
    SqlState::CONNECTION_DOES_NOT_EXIST,
    SqlState::OUT_OF_MEMORY,
];

fn advice(code: &SqlState, said: &str) -> &'static str {
    match *code {
        SqlState::INVALID_PASSWORD => "check the user, and PGPASSWORD or ~/.pgpass",
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION if said.contains("pg_hba.conf") => {
            "let this user in there, and see whether PGSSLMODE is what it asks for"
        }
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => "check the user in `store` or PGUSER",
        SqlState::INVALID_CATALOG_NAME => "make the database, or check the one in `store` or PGDATABASE",
        SqlState::INSUFFICIENT_PRIVILEGE => {
            "grant it, or let the owner of the database make the tables (docs/fleet.md has the statements)"
        }
        SqlState::READ_ONLY_SQL_TRANSACTION => "this server takes no writes; connect to the primary",
        SqlState::DISK_FULL => "make room there",
        _ if PASSING.contains(code) => "try again later",
        _ => "check `store` and the server's log",
    }
}
