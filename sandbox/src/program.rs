//! The command line of the sandbox, for its own program and for others that start it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use crate::as_of::AsOf;
use crate::options::Options;
use crate::replay::Replay;
use crate::sandbox::Sandbox;
use crate::settings::Settings;

/// The command line of `zerossl-sandbox`.
#[derive(Args)]
// Each flag is a switch of the command line.
#[allow(clippy::struct_excessive_bools)]
pub struct Arguments {
    /// Where to listen; port 0 lets the system choose
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Listen beyond loopback
    #[arg(long)]
    allow_remote: bool,
    /// The access key that is accepted
    #[arg(long, value_name = "KEY", default_value = "sandbox-key", hide_default_value = true)]
    access_key: String,
    /// Serve over HTTPS, with a certificate from the sandbox's root
    #[arg(long)]
    tls: bool,
    /// Serve over HTTPS under this name, too, say api.zerossl.com; may be repeated
    #[arg(long, value_name = "NAME")]
    tls_name: Vec<String>,
    /// Write the root certificate to this file, as PEM
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
    /// Where files are fetched for validation over HTTP
    #[arg(long, value_name = "PORT", default_value_t = 80)]
    http_port: u16,
    /// Where files are fetched for validation over HTTPS
    #[arg(long, value_name = "PORT", default_value_t = 443)]
    https_port: u16,
    /// How many certificates the account may hold
    #[arg(long, value_name = "NUMBER", default_value_t = 3)]
    quota: usize,
    /// How long a validated order stays pending: seconds, or a range such as 5..60
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = range)]
    issue_delay: (Duration, Duration),
    /// Serve the API as it was on this day, say 2026-04-01
    #[arg(long, value_name = "DATE")]
    as_of: Option<AsOf>,
    /// Refuse requests whose subject has no country, as the service did in the summer of 2026
    #[arg(long)]
    require_country: bool,
    /// Change a setting, say `list_lag_seconds=5`; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, Value)>,
    /// Where the management interface listens; its address is printed on a second line
    #[arg(long, value_name = "ADDRESS:PORT")]
    management: Option<SocketAddr>,
    /// A name of this host by which the management interface may be called; may be repeated
    #[arg(long, value_name = "NAME")]
    management_host: Vec<String>,
    /// The DNS server to ask for records; a built-in one by default
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "dns_listen")]
    dns: Option<SocketAddr>,
    /// Where the built-in DNS server listens
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    dns_listen: SocketAddr,
    /// Makes ids and serial numbers repeatable
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Play the case files of this folder instead
    #[arg(long, value_name = "DIR")]
    replay: Option<PathBuf>,
    /// End when standard input does
    #[arg(long)]
    pub exit_with_stdin: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    Duration::try_from_secs_f64(number).map_err(|error| error.to_string())
}

fn range(text: &str) -> Result<(Duration, Duration), String> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    Ok((seconds(from)?, seconds(to)?))
}

/// A value is JSON; anything else is taken as text.
fn setting(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("a name, an equals sign and a value are needed")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((name.to_owned(), value))
}

/// What a command line has started. Dropping it stops it.
#[derive(Debug)]
pub enum Started {
    /// The service.
    Sandbox(Sandbox),
    /// The replay of case files.
    Replay(Replay),
}

// The access key must not appear in logs.
impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arguments").field("listen", &self.listen).finish_non_exhaustive()
    }
}

impl Arguments {
    /// Starts what the command line says.
    pub fn start(self) -> io::Result<Started> {
        let listeners = [Some(self.listen), self.management, Some(self.dns_listen)];
        if listeners.into_iter().flatten().any(|address| !address.ip().is_loopback()) && !self.allow_remote {
            let text = "to listen beyond loopback, say --allow-remote: anyone who knows the key could \
                        then have this host fetch files";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        if let Some(dir) = &self.replay {
            return Replay::listen(dir, self.listen).map(Started::Replay);
        }
        let changes = self.set.into_iter().collect();
        let settings = Settings {
            issue_delay: self.issue_delay,
            as_of: self.as_of,
            require_country: self.require_country.then_some(true),
            ..Settings::default()
        };
        let settings =
            settings.changed(&changes).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))?;
        let sandbox = Sandbox::start(Options {
            listen: self.listen,
            access_key: self.access_key,
            http_port: self.http_port,
            https_port: self.https_port,
            tls: self.tls,
            tls_names: self.tls_name,
            quota: self.quota,
            settings,
            management: self.management,
            management_hosts: self.management_host,
            dns: self.dns,
            dns_listen: self.dns_listen,
            seed: self.seed,
            ..Options::default()
        })?;
        if let Some(file) = &self.root {
            std::fs::write(file, sandbox.root_pem())
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
        }
        Ok(Started::Sandbox(sandbox))
    }
}

impl Started {
    /// Where it is, in the lines that the program prints.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Replay(replay) => vec![format!("listening on {}", replay.url())],
            Self::Sandbox(sandbox) => {
                let mut lines = vec![format!("listening on {}", sandbox.base_url())];
                lines.extend(sandbox.management_url().map(|url| format!("management on {url}")));
                lines
            }
        }
    }
}
