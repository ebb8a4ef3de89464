//! `zerossl-sandbox`: the sandbox as a program.

#![forbid(unsafe_code)]

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use clap::Parser;
use tokio::sync::oneshot;
use zerossl_sandbox::program::Arguments;

const ABOUT: &str = "ZeroSSL's REST API, offline: the place to test clients. Unofficial; its \
                     certificates are trusted by nobody.";

#[derive(Parser)]
#[command(version, about = ABOUT)]
struct CommandLine {
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    match run(CommandLine::parse().arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "zerossl-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> io::Result<()> {
    let exit_with_stdin = arguments.exit_with_stdin;
    let started = arguments.start()?;
    serve(&started.lines(), exit_with_stdin)
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
