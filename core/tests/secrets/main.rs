//! Nothing that is shown contains a secret: every kind of error, every `Debug`, every log line at the finest level.

mod answers;
mod debug;
mod entries;
mod kinds;
mod log_lines;
mod processes;
mod refusals;
mod spellings;
#[path = "../support/mod.rs"]
mod support;

use support::sandbox_with;
use zerossl::ClientBuilder;
use zerossl_sandbox::{Options, Sandbox};

use spellings::KEY;

fn sandbox() -> Sandbox {
    sandbox_of(Options::default())
}

fn sandbox_of(options: Options) -> Sandbox {
    log_lines::keep();
    sandbox_with(Options { access_key: KEY.to_owned(), ..options })
}

fn settings(sandbox: &Sandbox) -> ClientBuilder {
    support::settings(sandbox).max_retries(1)
}
