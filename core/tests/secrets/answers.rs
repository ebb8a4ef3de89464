//! Each reader of answers, with answers that quote the key in each spelling.

use std::sync::mpsc::channel;

use serde_json::{Value, json};
use zerossl::{Auth, CancelToken, Client, Error, Kind, Next, OPERATIONS};
use zerossl_sandbox::{Fault, Reply, When};

use crate::log_lines::searched;
use crate::spellings::{MASK, echoes, search, search_error, shown};
use crate::{sandbox, settings};

/// They work on files, or with nothing at all. What `obtain` and its relatives show is looked at in `entries`.
const LOCAL: [&str; 8] = [
    "generate_csr",
    "obtain",
    "renew_all",
    "list_entries",
    "redeploy",
    "remove_entry",
    "install_certificates",
    "serve_challenges",
];

/// All other operations, each with the least that it takes.
fn asking(client: &Client) -> Vec<(&'static str, String)> {
    let csr = client.call("generate_csr", r#"{"domains": ["example.com"]}"#).expect("a CSR");
    let csr = crate::support::json(&csr)["csr"].clone();
    let parameters = |operation: &str| match operation {
        "create_certificate" => json!({"domains": ["example.com"], "csr": csr}),
        "validate_csr" => json!({"csr": csr}),
        "verify_domains" => json!({"id": "x", "validation_method": "HTTP_CSR_HASH"}),
        "wait_until_issued" => json!({"id": "x", "poll_interval": 0.01}),
        "request" => json!({"method": "GET", "path": "/certificates"}),
        "list_certificates" | "list_ca_certificates" | "generate_eab_credentials" | "cancel_drafts" => {
            json!({})
        }
        _ => json!({"id": "x"}),
    };
    let names = OPERATIONS.iter().map(|operation| operation.name).filter(|name| !LOCAL.contains(name));
    names.map(|name| (name, parameters(name).to_string())).collect()
}

/// What the reader of an answer makes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Read {
    /// An error that quotes what held the key.
    Quoted,
    /// An error.
    Refused,
    /// An error, except of those that take any answer.
    Unusable,
}

/// Answers that quote the key.
fn replies(echo: &str) -> Vec<(Read, Reply)> {
    let refusal = |code: i64, kind: &str, info: &str, details: Value| {
        let error = json!({"code": code, "type": kind, "info": info, "details": details});
        Reply::json(200, json!({"success": false, "error": error}))
    };
    let checked = json!({"file_found": 0, "error_slug": echo, "error_info": echo});
    let failed = json!({"example.com": {echo: checked}});
    vec![
        (Read::Quoted, refusal(1, echo, echo, json!({echo: [echo]}))),
        (Read::Quoted, refusal(101, "invalid_access_key", echo, json!(null))),
        (Read::Quoted, Reply::json(200, json!({"success": false, "error": echo}))),
        (Read::Refused, refusal(0, "domain_control_validation_failed", "", failed)),
        (Read::Refused, refusal(429, "rate_limit_reached", echo, json!(null))),
        (Read::Refused, Reply::text(429, echo).with_header("Retry-After", "0")),
        (Read::Quoted, Reply::text(200, format!("<html>GET /certificates?access_key={echo}</html>"))),
        (Read::Quoted, Reply::text(500, format!("<html>{echo}</html>"))),
        (Read::Refused, Reply::text(301, echo).with_header("Location", "https://elsewhere.example.com/")),
        (Read::Unusable, Reply::text(200, format!(r#"["{echo}"]"#))),
        (Read::Unusable, Reply::text(200, format!(r#"{{"results": [{{"type": "{echo}""#))),
        (Read::Unusable, Reply::text(200, format!(r#"{{"results": [{{"type": "{echo}"}}]}}"#))),
        (Read::Unusable, Reply::text(200, format!(r#"{{"data": [{{"type": "{echo}"}}]}}"#))),
    ]
}

/// A wait goes on until it is cancelled.
fn goes_on(line: &str) -> bool {
    line.contains("; polling again")
}

/// The outcome, and what was logged: by the way of calls, or by that of ops.
fn called(
    client: &Client,
    operation: &str,
    given: &str,
    by_op: bool,
) -> (Result<String, Error>, Vec<String>) {
    let mut told = Vec::new();
    if by_op {
        let op = client.start_call(operation, given).expect("an op");
        while let Next::Event(event) = op.next(None).expect("the same process") {
            if goes_on(event.json()) {
                op.cancel();
            }
            told.push(event.into_json());
        }
        return (op.result(), told);
    }
    let (tell, lines) = channel();
    let token = CancelToken::new();
    let cancel = token.clone();
    let client = client.cancelled_by(&token).logging_to(move |line| {
        if goes_on(line) {
            cancel.cancel();
        }
        tell.send(line.to_owned()).expect("the test runs");
    });
    let outcome = client.call(operation, given);
    told.extend(lines.try_iter());
    (outcome, told)
}

#[test]
fn whatever_the_server_sends_back() {
    let sandbox = sandbox();
    for auth in [Auth::Query, Auth::Header] {
        let client = settings(&sandbox).auth(auth).max_retries(0).build().expect("settings");
        let asking = asking(&client);
        for echo in echoes() {
            let (mut errors, mut masks) = (0, 0);
            for (read, reply) in replies(&echo) {
                sandbox.clear_faults();
                sandbox.fault(Fault { operation: None, times: usize::MAX, when: When::Before, reply });
                for (operation, given) in &asking {
                    let (outcome, told) = called(&client, operation, given, auth == Auth::Header);
                    assert!(!told.is_empty(), "{operation} logs nothing");
                    for line in &told {
                        search(line, "a log line");
                    }
                    masks += told.iter().filter(|line| line.contains(MASK)).count();
                    let error = match outcome {
                        Err(error) => error,
                        // What the service sends is the caller's.
                        Ok(_) if read == Read::Unusable => continue,
                        Ok(answer) => panic!("{operation} takes {answer}"),
                    };
                    search_error(&error, operation);
                    let is_quoted = read == Read::Quoted && error.kind() != Kind::Cancelled;
                    assert!(!is_quoted || shown(&error).contains(MASK), "{error:?}");
                    errors += 1;
                }
            }
            assert!(errors >= 12 * asking.len(), "{errors} errors");
            assert!(masks > 0, "no log line has quoted it");
        }
    }
    assert!(searched("(attempt 1") > 4000);
}
