//! Checks against the sandbox's DNS and small servers on loopback.

mod authorities;
mod caa;
#[cfg(target_os = "linux")]
mod delegated;
mod file;
mod parameters;
mod record;
mod stopping;
#[cfg(target_os = "linux")]
mod two_authorities;
mod web;
mod wire;

use std::time::{Duration, Instant};

use zerossl_sandbox::{Options, Sandbox};

use super::{Finding, Preflight, Watching};
use crate::cancel::CancelToken;
use crate::error::Result;
use crate::obtain::challenge::Challenge;

const LABEL: &str = "_0123456789ABCDEF0123456789ABCDEF";
const TARGET: &str = "A1B2.C3D4.0123456789.comodoca.com.";
const CONTENT: &str = "0123456789ABCDEF\ncomodoca.com\n0123456789";

fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).expect("a sandbox")
}

/// With short limits: a missing record is reported at once.
fn preflight(sandbox: &Sandbox, connect_to: &[String]) -> Preflight {
    let resolver = sandbox.dns_address().to_string();
    let mut preflight = Preflight::new(Some(&resolver), connect_to).expect("parameters");
    preflight.limits.record_wait = Duration::ZERO;
    preflight.limits.first_pause = Duration::from_millis(20);
    preflight.limits.fetch = Duration::from_secs(2);
    preflight
}

/// Checks, with a limit of half a minute.
fn check(preflight: &Preflight, challenge: &Challenge) -> Vec<Finding> {
    try_check(preflight, challenge, &CancelToken::new()).expect("a check")
}

fn try_check(preflight: &Preflight, challenge: &Challenge, cancel: &CancelToken) -> Result<Vec<Finding>> {
    let deadline = Instant::now() + Duration::from_secs(30);
    preflight.check(&Watching { cancel, deadline }, std::slice::from_ref(challenge))
}

fn record(domain: &str) -> Challenge {
    Challenge::Record {
        domain: domain.to_owned(),
        name: format!("{LABEL}.{}", domain.trim_start_matches("*.")),
        target: TARGET.to_owned(),
    }
}

fn one(findings: Vec<Finding>) -> Finding {
    let [finding] = <[Finding; 1]>::try_from(findings).expect("one finding");
    finding
}

/// Waits until the sandbox's DNS server has received this query.
fn await_question(sandbox: &Sandbox, name: &str) {
    let end = Instant::now() + Duration::from_secs(20);
    while !sandbox.dns_questions().iter().any(|question| question.name.eq_ignore_ascii_case(name)) {
        assert!(Instant::now() < end, "{name} was never asked for");
        std::thread::yield_now();
    }
}
