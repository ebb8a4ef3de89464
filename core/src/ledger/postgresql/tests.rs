//! PostgreSQL itself: `make test-fleet` starts it and says where it is.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use super::*;
use crate::closed_address::closed_address;
use crate::error::{Error, Kind};
use crate::ledger::conformance::failing::{a_hanging_call_ends, failures};
use crate::ledger::conformance::middleman::{Middleman, Mode};
use crate::ledger::conformance::{Caller, conformance, folder};
use crate::ledger::environment;

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: `make test-fleet` does it"))
}

fn server() -> SocketAddr {
    variable("ZEROSSL_TEST_PG").parse().expect("an address")
}

/// With an environment that leads to the server, but for these variables.
fn with(settings: &ClientBuilder, host: &str, port: u16, changes: &[(&str, &str)]) -> Result<Postgresql> {
    let (database, user) = (variable("ZEROSSL_TEST_PG_DATABASE"), variable("ZEROSSL_TEST_PG_USER"));
    let password = variable("ZEROSSL_TEST_PG_PASSWORD");
    let ours = [("PGDATABASE", &*database), ("PGUSER", &user), ("PGPASSWORD", &password)];
    let ours = ours.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let variables: Vec<_> =
        changes.iter().copied().chain(ours).filter(|(_, value)| !value.is_empty()).collect();
    let location =
        Location::Postgresql { host: Some(host.to_owned()), port: Some(port), database: None, user: None };
    Postgresql::new(settings, &location, environment::of(&variables))
}

fn at(server: SocketAddr, changes: &[(&str, &str)]) -> Arc<dyn Ledger> {
    let settings = ClientBuilder::default();
    Arc::new(with(&settings, &server.ip().to_string(), server.port(), changes).expect("settings"))
}

fn ledger() -> Arc<dyn Ledger> {
    at(server(), &[])
}

conformance!(ledger, ignore = "needs PostgreSQL: make test-fleet");

/// Runs SQL beside the ledger.
fn sql(postgresql: &Postgresql, statements: &str) {
    let caller = Caller::new();
    postgresql
        .call(&caller, "sql", true, &async |client| client.batch_execute(statements).await)
        .expect(statements);
}

fn own(changes: &[(&str, &str)]) -> Postgresql {
    with(&ClientBuilder::default(), &server().ip().to_string(), server().port(), changes).expect("settings")
}

/// A schema without tables, and the options that lead to it.
fn empty_schema() -> (String, String) {
    let schema = folder().replace('-', "_");
    sql(&own(&[]), &format!("CREATE SCHEMA {schema}"));
    let options = format!("-c search_path={schema}");
    (schema, options)
}

#[test]
#[ignore = "needs PostgreSQL: make test-fleet"]
fn the_tables_are_made_once() {
    let (schema, options) = empty_schema();
    let start = Arc::new(Barrier::new(16));
    let hosts = (0..16).map(|host| {
        let (options, start) = (options.clone(), Arc::clone(&start));
        thread::spawn(move || {
            let (caller, postgresql) = (Caller::new(), own(&[("PGOPTIONS", &options)]));
            // All have a connection before the first one makes the tables.
            let session = postgresql.pool.take(&caller, caller.deadline()).expect("a connection");
            postgresql.pool.put_back(session);
            start.wait();
            let ledger: Arc<dyn Ledger> = Arc::new(postgresql);
            caller.put(&ledger, &format!("entries/{host}"), b"x", None).expect("it is absent");
        })
    });
    let hosts: Vec<_> = hosts.collect();
    for host in hosts {
        host.join().expect("no panic");
    }
    let ledger = own(&[("PGOPTIONS", &options)]);
    assert_eq!(ledger.list(&Caller::new(), "entries/").expect("a list").len(), 16);

    // Tables that a later version of the library has changed.
    sql(&ledger, &format!("INSERT INTO {schema}.zerossl_schema (version) VALUES (7)"));
    assert_eq!(ledger.list(&Caller::new(), "entries/").expect("they were looked at").len(), 16);
    let later: Arc<dyn Ledger> = Arc::new(own(&[("PGOPTIONS", &options)]));
    for error in failures(&later, &Caller::new()) {
        assert!(
            error.message().contains("the tables are of version 7, and this library knows up to 1"),
            "{error}"
        );
        assert_eq!((error.kind(), error.is_retryable()), (Kind::Storage, false));
    }
}

#[test]
#[ignore = "needs PostgreSQL: make test-fleet"]
fn a_role_with_few_rights_uses_tables_that_are_there() {
    let (schema, options) = empty_schema();
    let owner = own(&[("PGOPTIONS", &options)]);
    owner.list(&Caller::new(), "").expect("the tables are made");
    let guest = variable("ZEROSSL_TEST_PG_GUEST");
    let changes = [("PGOPTIONS", options.as_str()), ("PGUSER", &guest)];
    let few: Arc<dyn Ledger> = Arc::new(own(&changes));
    for error in failures(&few, &Caller::new()) {
        assert!(error.message().contains("42501") || error.message().contains("3F000"), "{error}");
        assert_eq!((error.kind(), error.is_retryable(), error.is_uncertain()), (Kind::Storage, false, false));
    }
    // As docs/fleet.md has them.
    sql(
        &owner,
        &format!(
            "GRANT USAGE ON SCHEMA {schema} TO {guest};
         GRANT SELECT ON {schema}.zerossl_schema TO {guest};
         GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.zerossl_records TO {guest};
         GRANT USAGE ON SEQUENCE {schema}.zerossl_versions TO {guest};"
        ),
    );
    let caller = Caller::new();
    let version = caller.put(&few, "a", b"1", None).expect("it is absent");
    let version = caller.put(&few, "a", b"2", Some(&version)).expect("that version is there");
    assert_eq!(caller.get(&few, "a"), Some((b"2".to_vec(), version)));
    few.delete(&caller, "a").expect("there");
}

fn check_refusals(ledger: &Arc<dyn Ledger>, code: &str, advice: &str) {
    let password = variable("ZEROSSL_TEST_PG_PASSWORD");
    for error in failures(ledger, &Caller::new()) {
        let text = format!("{error:?}");
        assert_eq!(
            (error.kind(), error.is_retryable(), error.is_uncertain()),
            (Kind::Storage, false, false),
            "{text}"
        );
        assert!(error.message().starts_with("postgresql://127.0.0.1:"), "{text}");
        assert!(text.contains(code) && text.contains(advice), "{text}");
        assert!(!text.contains(&password) && !text.contains("hunter2"), "{text}");
    }
}

#[test]
#[ignore = "needs PostgreSQL: make test-fleet"]
fn wrong_credentials_are_refused_and_not_shown() {
    check_refusals(&at(server(), &[("PGPASSWORD", "hunter2")]), "28P01", "PGPASSWORD or ~/.pgpass");
    check_refusals(&at(server(), &[("PGUSER", "nobody")]), "28P01", "check the user");
    check_refusals(&at(server(), &[("PGPASSWORD", "")]), "asks for a password", "~/.pgpass");
    check_refusals(&at(server(), &[("PGDATABASE", "nowhere")]), "3D000", "make the database");
}

#[test]
fn a_server_that_is_not_there_is_retryable() {
    let closed = closed_address();
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().to_str().expect("UTF-8");
    for (host, expected) in
        [("127.0.0.1", "refused the connection; check the network and `store`"), (socket, ".s.PGSQL.")]
    {
        let location = Location::Postgresql {
            host: Some(host.into()),
            port: Some(closed.port()),
            database: None,
            user: None,
        };
        let variables = environment::of(&[("PGPASSWORD", "hunter2"), ("PGUSER", "me")]);
        let ledger = Postgresql::new(&ClientBuilder::default(), &location, variables).expect("settings");
        let ledger: Arc<dyn Ledger> = Arc::new(ledger);
        for error in failures(&ledger, &Caller::new()) {
            assert_eq!(
                (error.kind(), error.is_retryable(), error.is_uncertain()),
                (Kind::Storage, true, false),
                "{error}"
            );
            assert!(error.message().contains(expected), "{error}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}

#[test]
#[ignore = "needs PostgreSQL: make test-fleet"]
fn a_lost_answer_is_an_error_of_a_write_and_no_trouble_for_a_read() {
    let (middleman, caller) = (Middleman::before(server()), Caller::new());
    let name = format!("{}/journal", folder());
    let direct = ledger();
    // What is cut must not be the handshake.
    let ledger = at(middleman.address, &[("PGSSLMODE", "disable")]);
    let first = caller.put(&ledger, &name, b"1", None).expect("it is absent");
    middleman.set(Mode::Cut);
    let before = middleman.requests();
    let error = ledger.put_if(&caller, &name, b"2", Some(&first)).expect_err("its answer is lost");
    assert_eq!(
        (error.kind(), error.is_retryable(), error.is_uncertain()),
        (Kind::Storage, true, true),
        "{error}"
    );
    assert!(error.message().contains("broke off before the answer was complete"), "{error}");
    assert_eq!(middleman.requests() - before, 1, "it was sent once");
    let (content, second) = caller.get(&direct, &name).expect("there");
    assert_eq!(content, b"2");
    assert_eq!(caller.put(&direct, &name, b"3", Some(&first)), None);

    let error = ledger.get(&caller, &name, None).expect_err("each connection is cut");
    assert!(error.is_retryable() && error.kind() == Kind::Storage, "{error}");
    middleman.set(Mode::Through);
    assert_eq!(caller.get(&ledger, &name), Some((content, second)));
}

#[test]
#[ignore = "needs PostgreSQL: make test-fleet"]
fn connections_that_the_server_has_ended_are_made_anew() {
    let (schema, options) = empty_schema();
    let ledger: Arc<dyn Ledger> = Arc::new(own(&[("PGOPTIONS", &options), ("PGAPPNAME", &schema)]));
    let (caller, other) = (Caller::new(), own(&[]));
    let first = caller.put(&ledger, "a", b"1", None).expect("it is absent");
    let end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = ";
    sql(&other, &format!("{end}'{schema}'"));
    // A write is not sent twice: the end was noticed before.
    caller.put(&ledger, "a", b"2", Some(&first)).expect("that version is there");
    assert_eq!(caller.get(&ledger, "a").map(|(content, _)| content), Some(b"2".to_vec()));
}

#[test]
#[ignore = "needs PostgreSQL: make test-fleet"]
fn a_cancel_and_a_deadline_end_a_call_that_hangs() {
    let middleman = Middleman::before(server());
    let ledger = at(middleman.address, &[]);
    // Once before there is a connection, and once with one.
    for _ in 0..2 {
        middleman.set(Mode::Silent);
        a_hanging_call_ends(&ledger, &middleman);
        middleman.set(Mode::Through);
        ledger.list(&Caller::new(), "nothing").expect("it works again");
    }
}

#[test]
#[ignore = "needs PostgreSQL: make test-fleet"]
fn a_call_that_waits_for_a_lock_ends() {
    let (caller, name) = (Caller::new(), format!("{}/journal", folder()));
    let (ledger, holder) = (ledger(), own(&[]));
    let version = caller.put(&ledger, &name, b"1", None).expect("it is absent");
    let mut session = holder.pool.take(&caller, caller.deadline()).expect("a connection");
    let statement = format!("BEGIN; SELECT FROM zerossl_records WHERE name = '{name}' FOR UPDATE");
    session
        .run(&caller, caller.deadline(), async |client| client.batch_execute(&statement).await)
        .expect("locked");
    let hasty = Caller { timeout: Duration::from_millis(300), ..Caller::new() };
    let error = ledger.put_if(&hasty, &name, b"2", Some(&version)).expect_err("locked");
    assert!(error.message().contains("time-out") && error.is_uncertain(), "{error}");
    // The server's own limit: the call is not carried out.
    let settings = ClientBuilder::default().timeout(Duration::from_secs(1));
    let limited = with(&settings, &server().ip().to_string(), server().port(), &[]).expect("settings");
    let mut other = limited.pool.take(&caller, caller.deadline()).expect("a connection");
    let sleep = async |client: &Client| client.batch_execute("SELECT pg_sleep(30)").await;
    let failure = other.run(&caller, caller.deadline(), sleep).expect_err("too long");
    assert!(failure.is_certain && failure.may_pass && failure.is_connection_good, "{failure:?}");
}

fn secured(host: &str, changes: &[(&str, &str)]) -> Result<bool, Error> {
    let postgresql = with(&ClientBuilder::default(), host, server().port(), changes)?;
    let query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    postgresql
        .call(&Caller::new(), "tls", true, &async |client| client.query_one(query, &[]).await?.try_get(0))
}

#[test]
#[ignore = "needs PostgreSQL: make test-fleet"]
fn the_server_is_checked_as_the_mode_says() {
    let ca = variable("ZEROSSL_TEST_PG_CA");
    let ca = ("PGSSLROOTCERT", ca.as_str());
    // The certificate is for the name.
    for (host, changes, expected) in [
        ("localhost", vec![("PGSSLMODE", "verify-full"), ca], Ok(true)),
        ("localhost", vec![("PGSSLMODE", "verify-full"), ca, ("PGCHANNELBINDING", "require")], Ok(true)),
        ("127.0.0.1", vec![("PGSSLMODE", "verify-full"), ca], Err("not valid for name")),
        ("127.0.0.1", vec![("PGSSLMODE", "verify-ca"), ca], Ok(true)),
        ("localhost", vec![("PGSSLMODE", "verify-ca")], Err("give the CA's certificate as PGSSLROOTCERT")),
        ("localhost", vec![("PGSSLMODE", "verify-full")], Err("UnknownIssuer")),
        ("localhost", vec![("PGSSLMODE", "require")], Ok(true)),
        ("localhost", vec![], Ok(true)),
        ("localhost", vec![("PGSSLMODE", "disable")], Ok(false)),
        (&variable("ZEROSSL_TEST_PG_SOCKETS"), vec![("PGSSLMODE", "verify-full")], Ok(false)),
    ] {
        match (secured(host, &changes), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{host} {changes:?}"),
            (Err(error), Err(expected)) => {
                assert!(error.message().contains(expected), "{host} {changes:?}: {error}");
                assert_eq!((error.kind(), error.is_retryable()), (Kind::Storage, false), "{error}");
            }
            (found, _) => panic!("{host} {changes:?}: {found:?}"),
        }
    }
}

#[test]
fn a_server_without_tls_is_not_spoken_to_in_the_clear() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let answers = thread::spawn(move || {
        for mut stream in listener.incoming().take(4).map(|stream| stream.expect("a connection")) {
            let mut request = [0; 8];
            stream.read_exact(&mut request).expect("SSLRequest");
            assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47]);
            stream.write_all(b"N").expect("somebody reads");
            assert_eq!(stream.read(&mut request).expect("the end"), 0, "something was said in the clear");
        }
    });
    let location = Location::Postgresql {
        host: Some("127.0.0.1".into()),
        port: Some(address.port()),
        database: None,
        user: None,
    };
    let variables = environment::of(&[("PGPASSWORD", "hunter2"), ("PGUSER", "me"), ("PGSSLMODE", "require")]);
    let ledger = Postgresql::new(&ClientBuilder::default(), &location, variables).expect("settings");
    let ledger: Arc<dyn Ledger> = Arc::new(ledger);
    for error in failures(&ledger, &Caller::new()) {
        assert!(error.message().contains("the server has no TLS; switch it on there"), "{error}");
        assert!(!error.is_retryable() && !error.is_uncertain(), "{error}");
    }
    answers.join().expect("no panic");
}
