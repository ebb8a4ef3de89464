//! Where the database is, from the URL, a service file and the environment, as PostgreSQL's own tools read them.

use std::fs;
use std::path::{Path, PathBuf};

use nix::unistd::{User, getuid};
use tokio_postgres::config::ChannelBinding;

use super::tls::{Mode, Tls, Trust};
use crate::base_url::is_loopback;
use crate::error::{Error, Result};
use crate::ledger::environment::Environment;
use crate::ledger::location::Location;
use crate::ledger::sections::section;
use crate::secret::Secret;
use crate::settings::ClientBuilder;

const PORT: u16 = 5432;
/// Where Debian's servers have their sockets.
const SOCKETS: &str = "/var/run/postgresql";

/// A database, and who connects to it.
pub(super) struct Place {
    /// A name, an address, or the folder of a socket.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: String,
    pub(super) user: String,
    /// From the environment or a service file.
    pub(super) password: Option<Secret>,
    pub(super) channel_binding: ChannelBinding,
    pub(super) tls: Tls,
}

impl Place {
    pub(super) fn new(
        settings: &ClientBuilder,
        location: &Location,
        environment: &Environment,
    ) -> Result<Self> {
        let Location::Postgresql { host, port, database, user } = location else {
            return Err(Error::invalid("store", "expected postgresql://HOST/DATABASE"));
        };
        let file = service(environment)?;
        let service = file.as_ref().map(|(text, name)| section(text, name).unwrap_or_default());
        // Of two places, the first one counts.
        let given = |parameter: &str, variable: &str| {
            let in_file = service.iter().flatten().rev().find(|(name, _)| *name == parameter);
            in_file.map(|(_, value)| (*value).to_owned()).or_else(|| environment(variable))
        };
        let host = host.clone().or_else(|| given("host", "PGHOST"));
        let port = match (port, given("port", "PGPORT")) {
            (Some(port), _) => *port,
            (None, None) => PORT,
            (None, Some(text)) => {
                text.parse().map_err(|_| Error::invalid("store", "PGPORT: expected a port"))?
            }
        };
        let host = host.unwrap_or_else(|| {
            let is_here = Path::new(SOCKETS).join(format!(".s.PGSQL.{port}")).exists();
            if is_here { SOCKETS } else { "localhost" }.to_owned()
        });
        if host.contains(',') {
            return Err(Error::invalid("store", "PGHOST: one host is expected, not a list"));
        }
        let user = match user.clone().or_else(|| given("user", "PGUSER")) {
            Some(user) => user,
            None => User::from_uid(getuid())
                .ok()
                .flatten()
                .map(|user| user.name)
                .ok_or_else(|| Error::invalid("store", "this user has no name here; set PGUSER"))?,
        };
        let database =
            database.clone().or_else(|| given("dbname", "PGDATABASE")).unwrap_or_else(|| user.clone());
        let tls = tls(settings, &host, &given, environment)?;
        let channel_binding = match given("channel_binding", "PGCHANNELBINDING").as_deref() {
            None | Some("prefer") => ChannelBinding::Prefer,
            Some("require") => ChannelBinding::Require,
            Some("disable") => ChannelBinding::Disable,
            Some(_) => {
                return Err(Error::invalid("store", "PGCHANNELBINDING: expected disable, prefer or require"));
            }
        };
        let password = given("password", "PGPASSWORD").map(Secret::from);
        Ok(Self { host, port, database, user, password, channel_binding, tls })
    }

    /// The socket's path, if it is one.
    pub(super) fn socket(&self) -> Option<PathBuf> {
        is_socket(&self.host).then(|| Path::new(&self.host).join(format!(".s.PGSQL.{}", self.port)))
    }

    /// For messages.
    pub(super) fn url(&self) -> String {
        let host = match (self.socket(), self.port) {
            (Some(_), _) => String::new(),
            (None, PORT) => self.host.clone(),
            (None, port) => format!("{}:{port}", self.host),
        };
        format!("postgresql://{host}/{}", self.database)
    }
}

fn is_socket(host: &str) -> bool {
    host.starts_with('/')
}

/// The text of the service file and the name of the service, if there is one.
fn service(environment: &Environment) -> Result<Option<(String, String)>> {
    let Some(name) = environment("PGSERVICE") else { return Ok(None) };
    let home = || environment("HOME").map(|home| PathBuf::from(home).join(".pg_service.conf"));
    let path = environment("PGSERVICEFILE").map(PathBuf::from).or_else(home).unwrap_or_default();
    let refuse = |why: &dyn std::fmt::Display| {
        Error::invalid("store", format!("PGSERVICE: {}: {why}", path.display()))
    };
    let text = fs::read_to_string(&path).map_err(|error| refuse(&error))?;
    if section(&text, &name).is_none() {
        return Err(refuse(&format!("it has no service `{name}`")));
    }
    Ok(Some((text, name)))
}

fn tls(
    settings: &ClientBuilder,
    host: &str,
    given: &dyn Fn(&str, &str) -> Option<String>,
    environment: &Environment,
) -> Result<Tls> {
    let mode = match given("sslmode", "PGSSLMODE") {
        Some(word) => Mode::from_word(&word).ok_or_else(|| {
            Error::invalid("store", "PGSSLMODE: expected disable, prefer, require, verify-ca or verify-full")
        })?,
        // `prefer`, the default of PostgreSQL's tools, protects from nobody who stands between.
        None if is_socket(host) || is_loopback(host) => Mode::Prefer,
        None => Mode::VerifyFull,
    };
    // A socket has no TLS.
    let mode = if is_socket(host) { Mode::Disable } else { mode };
    let home = environment("HOME").map(|home| PathBuf::from(home).join(".postgresql"));
    let own = |name: &str| home.as_ref().map(|home| home.join(name)).filter(|path| path.exists());
    let roots = given("sslrootcert", "PGSSLROOTCERT");
    let trust = match (roots.as_deref(), own("root.crt"), &settings.ca_file) {
        (Some("system"), _, _) => Trust::Of(crate::settings::Roots::System),
        (Some(path), _, _) => Trust::File(path.into(), "PGSSLROOTCERT"),
        (None, Some(path), _) => Trust::File(path, "the CAs of PostgreSQL"),
        (None, None, Some(path)) => Trust::File(path.clone(), "ca_file"),
        (None, None, None) => Trust::Of(settings.roots.unwrap_or_default()),
    };
    let certificate = given("sslcert", "PGSSLCERT").map(PathBuf::from).or_else(|| own("postgresql.crt"));
    let key = given("sslkey", "PGSSLKEY").map(PathBuf::from).or_else(|| own("postgresql.key"));
    Tls::new(mode, host, &trust, certificate.zip(key).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::environment;

    fn place(url: &str, variables: &[(&str, &str)]) -> Result<Place> {
        let location = Location::parse(url).expect("a URL");
        Place::new(&ClientBuilder::default(), &location, &environment::of(variables))
    }

    fn shown(url: &str, variables: &[(&str, &str)]) -> String {
        let place = place(url, variables).expect("settings");
        let password = place.password.as_ref().map_or("", Secret::reveal);
        format!(
            "{}@{}:{}/{} {password} {:?}",
            place.user, place.host, place.port, place.database, place.tls.mode
        )
    }

    #[test]
    fn the_url_comes_before_a_service_and_that_before_the_environment() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("services");
        fs::write(&file, "[certs]\nhost=db.example.com\nport=5433\nuser=svc\npassword=hunter2\n")
            .expect("a file");
        let file = ("PGSERVICEFILE", file.to_str().expect("UTF-8"));
        let user = ("PGUSER", "me");
        for (url, variables, expected) in [
            ("postgresql://db/certs", vec![user], "me@db:5432/certs  Require"),
            (
                "postgresql://you@db:1/certs",
                vec![user, ("PGPORT", "2"), ("PGHOST", "x")],
                "you@db:1/certs  Require",
            ),
            (
                "postgresql://",
                vec![user, ("PGHOST", "127.0.0.1"), ("PGPORT", "2")],
                "me@127.0.0.1:2/me  Prefer",
            ),
            (
                "postgresql:///a",
                vec![user, ("PGHOST", "/run/x"), ("PGDATABASE", "b")],
                "me@/run/x:5432/a  Disable",
            ),
            (
                "postgresql://",
                vec![user, ("PGHOST", "db"), ("PGSSLMODE", "disable")],
                "me@db:5432/me  Disable",
            ),
            (
                "postgresql:///certs",
                vec![user, file, ("PGSERVICE", "certs"), ("PGHOST", "x"), ("PGPASSWORD", "y")],
                "svc@db.example.com:5433/certs hunter2 Require",
            ),
        ] {
            assert_eq!(shown(url, &variables), expected, "{url} {variables:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (variables, expected) in [
            (vec![("PGPORT", "x")], "PGPORT: expected a port"),
            (vec![("PGHOST", "a,b")], "PGHOST: one host"),
            (vec![("PGSSLMODE", "maybe")], "PGSSLMODE: expected disable"),
            (vec![("PGCHANNELBINDING", "maybe")], "PGCHANNELBINDING: expected"),
            (
                vec![("PGHOST", "db"), ("PGSSLROOTCERT", "/nowhere/ca")],
                "PGSSLROOTCERT: /nowhere/ca: No such file",
            ),
            (
                vec![("PGHOST", "db"), ("PGSSLCERT", "/nowhere/a"), ("PGSSLKEY", "/nowhere/b")],
                "PGSSLCERT: /nowhere/a",
            ),
            (
                vec![("PGSERVICE", "a"), ("PGSERVICEFILE", "/nowhere/s")],
                "PGSERVICE: /nowhere/s: No such file",
            ),
            (vec![("PGSERVICE", "a"), ("PGSERVICEFILE", "/dev/null")], "it has no service `a`"),
        ] {
            let error = place("postgresql://", &variables).err().expect(expected);
            assert_eq!(error.parameter(), Some("store"));
            assert!(error.message().contains(expected), "{error}");
        }
    }
}
