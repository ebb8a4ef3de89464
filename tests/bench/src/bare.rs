//! ureq alone, as one would use it without a library: the same requests, no retries, no checks, no types.

use serde_json::Value;
use ureq::Agent;

use crate::{ID, Result, Wanted, check};

/// The body, unchanged.
pub(crate) fn body(url: &str, wanted: Wanted, calls: usize) -> Result<()> {
    let (agent, url) = (Agent::new_with_defaults(), full_url(url, wanted));
    for _ in 0..calls {
        let body = fetch(&agent, &url)?;
        check(body.starts_with(b"{") && body.len() > wanted.certificates() * 1000)?;
    }
    Ok(())
}

/// The body as a `serde_json::Value`.
pub(crate) fn value(url: &str, wanted: Wanted, calls: usize) -> Result<()> {
    let (agent, url) = (Agent::new_with_defaults(), full_url(url, wanted));
    for _ in 0..calls {
        let answer: Value = serde_json::from_slice(&fetch(&agent, &url)?)?;
        let readable = match answer["results"].as_array() {
            Some(results) => results.iter().filter(|certificate| is_readable(certificate)).count(),
            None => usize::from(is_readable(&answer)),
        };
        check(readable == wanted.certificates())?;
    }
    Ok(())
}

fn fetch(agent: &Agent, url: &str) -> Result<Vec<u8>> {
    Ok(agent.get(url).call()?.into_body().read_to_vec()?)
}

fn full_url(url: &str, wanted: Wanted) -> String {
    match wanted {
        Wanted::One => format!("{url}/certificates/{ID}?access_key=bench"),
        Wanted::Page => format!("{url}/certificates?access_key=bench"),
    }
}

fn is_readable(certificate: &Value) -> bool {
    certificate["common_name"].is_string() && certificate["status"].is_string()
}
