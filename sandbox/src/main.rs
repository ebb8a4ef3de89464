//! `zerossl-sandbox`: the sandbox as a program.

#![forbid(unsafe_code)]

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use serde_json::Value;
use tokio::sync::oneshot;
use zerossl_sandbox::{AsOf, Options, Replay, Sandbox, Settings};

const ABOUT: &str = "ZeroSSL's REST API, offline: the place to test clients. Unofficial; its \
                     certificates are trusted by nobody.";

#[derive(Parser)]
#[command(version, about = ABOUT)]
// Each flag is a switch of the command line.
#[allow(clippy::struct_excessive_bools)]
struct Arguments {
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
    exit_with_stdin: bool,
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

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "zerossl-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> io::Result<()> {
    let listeners = [Some(arguments.listen), arguments.management, Some(arguments.dns_listen)];
    if listeners.into_iter().flatten().any(|address| !address.ip().is_loopback()) && !arguments.allow_remote {
        let text = "to listen beyond loopback, say --allow-remote: anyone who knows the key could \
                    then have this host fetch files";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let exit_with_stdin = arguments.exit_with_stdin;
    if let Some(dir) = &arguments.replay {
        let replay = Replay::listen(dir, arguments.listen)?;
        return serve(&[format!("listening on {}", replay.url())], exit_with_stdin);
    }
    let changes = arguments.set.into_iter().collect();
    let settings = Settings {
        issue_delay: arguments.issue_delay,
        as_of: arguments.as_of,
        require_country: arguments.require_country.then_some(true),
        ..Settings::default()
    };
    let settings =
        settings.changed(&changes).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))?;
    let sandbox = Sandbox::start(Options {
        listen: arguments.listen,
        access_key: arguments.access_key,
        http_port: arguments.http_port,
        https_port: arguments.https_port,
        tls: arguments.tls,
        tls_names: arguments.tls_name,
        quota: arguments.quota,
        settings,
        management: arguments.management,
        management_hosts: arguments.management_host,
        dns: arguments.dns,
        dns_listen: arguments.dns_listen,
        seed: arguments.seed,
        ..Options::default()
    })?;
    if let Some(file) = &arguments.root {
        std::fs::write(file, sandbox.root_pem())
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    }
    let mut lines = vec![format!("listening on {}", sandbox.base_url())];
    lines.extend(sandbox.management_url().map(|url| format!("management on {url}")));
    serve(&lines, exit_with_stdin)
}

/// Prints where the server is, and waits for the end.
fn serve(lines: &[String], exit_with_stdin: bool) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Signal handlers are installed before the address is printed: the reader may send a signal at once.
        let end = end(exit_with_stdin)?;
        let mut stdout = io::stdout();
        for line in lines {
            writeln!(stdout, "{line}")?;
        }
        stdout.flush()?;
        end.await;
        Ok(())
    })
}

#[cfg(unix)]
fn end(exit_with_stdin: bool) -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = end_of_stdin(exit_with_stdin) => {}
        }
    })
}

#[cfg(not(unix))]
fn end(exit_with_stdin: bool) -> io::Result<impl Future<Output = ()>> {
    Ok(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = end_of_stdin(exit_with_stdin) => {}
        }
    })
}

/// For a parent that may be killed: then its end of the pipe closes.
async fn end_of_stdin(watched: bool) {
    if !watched {
        return std::future::pending().await;
    }
    let (closed, end) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        let mut buffer = [0; 512];
        while matches!(io::stdin().read(&mut buffer), Ok(1..)) {}
        drop(closed);
    });
    let _ = end.await;
}
