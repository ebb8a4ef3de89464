//! `zerossl-sandbox`: the sandbox as a program.

#![forbid(unsafe_code)]

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::sync::oneshot;
use zerossl_sandbox::{Options, Replay, Sandbox};

const ABOUT: &str = "ZeroSSL's REST API, offline: the place to test clients. Unofficial; its \
                     certificates are trusted by nobody.";

#[derive(Parser)]
#[command(version, about = ABOUT)]
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
    /// How long a validated order stays pending
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    issue_delay: Duration,
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
    if !arguments.listen.ip().is_loopback() && !arguments.allow_remote {
        let text = "to listen beyond loopback, say --allow-remote: anyone who knows the key could \
                    then have this host fetch files";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let exit_with_stdin = arguments.exit_with_stdin;
    if let Some(dir) = &arguments.replay {
        let replay = Replay::listen(dir, arguments.listen)?;
        return serve(replay.url(), exit_with_stdin);
    }
    let sandbox = Sandbox::start(Options {
        listen: arguments.listen,
        access_key: arguments.access_key,
        http_port: arguments.http_port,
        https_port: arguments.https_port,
        tls: arguments.tls,
        quota: arguments.quota,
        issue_delay: arguments.issue_delay,
        seed: arguments.seed,
        ..Options::default()
    })?;
    if let Some(file) = &arguments.root {
        std::fs::write(file, sandbox.root_pem())
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    }
    serve(sandbox.base_url(), exit_with_stdin)
}

/// Says where the server is, and waits for the end.
fn serve(url: &str, exit_with_stdin: bool) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Signals are waited for before anybody is told that we are here.
        let end = end(exit_with_stdin)?;
        let mut stdout = io::stdout();
        writeln!(stdout, "listening on {url}")?;
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

/// For a parent that may die without a word: its end of the pipe closes.
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
