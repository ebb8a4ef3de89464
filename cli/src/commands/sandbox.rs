//! `sandbox`: starts a sandbox, and says with which variables this command and the library find it.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::{Args, Command, FromArgMatches};
use serde_json::json;
use zerossl_sandbox::program::{Arguments, Started};

use crate::failure::{Failure, Result};
use crate::invocation::Invocation;
use crate::output::print;

/// How often the end is looked for.
const INTERVAL: Duration = Duration::from_millis(50);

pub(super) fn command() -> Command {
    let about = "Starts a sandbox of the service, for tests: offline, and trusted by nobody";
    // It would take the text of the arguments' type.
    Arguments::augment_args(Command::new("sandbox")).about(about).long_about(about)
}

pub(super) fn run(invocation: &Invocation<'_>) -> Result<u8> {
    let arguments = Arguments::from_arg_matches(invocation.matches);
    let arguments = arguments.map_err(|error| Failure::usage(error.to_string()))?;
    let exit_with_stdin = arguments.exit_with_stdin;
    let signals = invocation.signals()?;
    let started = arguments.start().map_err(|error| Failure::Io("the sandbox".to_owned(), error))?;
    match &started {
        Started::Sandbox(sandbox) => {
            let (url, key) = (sandbox.base_url(), sandbox.access_key());
            let answer = json!({
                "base_url": url,
                "access_key": key,
                "management_url": sandbox.management_url(),
                "dns": sandbox.dns_address().to_string(),
            });
            invocation.output.own(&answer, || {
                let quoted = shlex::try_quote(key).unwrap_or_default();
                let management = sandbox.management_url().map(|url| format!("# management on {url}\n"));
                format!(
                    "export ZEROSSL_BASE_URL={url}\nexport ZEROSSL_ACCESS_KEY={quoted}\n{}",
                    management.unwrap_or_default()
                )
            })?;
        }
        Started::Replay(_) => print(&started.lines().join("\n"))?,
    }
    let has_ended = end_of_stdin(exit_with_stdin);
    while !signals.token().is_cancelled() {
        if has_ended.load(Ordering::SeqCst) {
            return Ok(0);
        }
        thread::sleep(INTERVAL);
    }
    Err(Failure::Told(Failure::OTHER))
}

/// For a parent that may be killed: then its end of the pipe closes.
fn end_of_stdin(is_watched: bool) -> Arc<AtomicBool> {
    let has_ended = Arc::new(AtomicBool::new(false));
    if is_watched {
        let ended = Arc::clone(&has_ended);
        thread::spawn(move || {
            let mut buffer = [0; 512];
            while matches!(io::stdin().read(&mut buffer), Ok(1..)) {}
            ended.store(true, Ordering::SeqCst);
        });
    }
    has_ended
}
