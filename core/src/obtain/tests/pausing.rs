//! A service that asks for a pause, or is down, during a run: all entries wait together, and nobody for ever.

use std::time::{Duration, Instant};

use serde_json::Value;
use zerossl_sandbox::{Options, Reply, Sandbox, When};

use super::stand::Stand;
use crate::Client;
use crate::error::{Error, Kind};
use crate::obtain::interface::{Obtain, Outcome, RenewAll, Renewals};

const DAY: Duration = Duration::from_secs(24 * 3600);
const ENTRIES: usize = 12;
const JOBS: usize = 4;

/// A store in which everything is due.
fn due() -> Stand {
    let options = Options { quota: 2 * ENTRIES, ..Options::default() };
    let stand = Stand::with(Sandbox::start(options).expect("a sandbox"));
    for number in 0..ENTRIES {
        let name = format!("{number}.example.com");
        let wanted = Obtain { domains: vec![name], ..stand.wanted() };
        stand.obtain(&wanted).expect("a certificate");
    }
    stand.sandbox.advance(61 * DAY);
    stand
}

fn client(stand: &Stand, timeout: u64) -> Client {
    let client = Client::builder().access_key(stand.sandbox.access_key()).base_url(stand.sandbox.base_url());
    let client = client.requests_per_second(0.0).timeout(Duration::from_secs(timeout));
    client.build().expect("settings")
}

fn run(stand: &Stand, client: &Client) -> crate::Result<Renewals> {
    let wanted = RenewAll { jobs: Some(JOBS as u64), ..RenewAll::new(stand.store()) };
    stand.renew_all_on(&crate::obtain::store::storage::Disk, client, &wanted)
}

fn results(error: &Error) -> Vec<Value> {
    error.details().expect("a report")["results"].as_array().expect("a list").clone()
}

fn all_renewed(report: &Renewals) -> bool {
    report.results.len() == ENTRIES
        && report.results.iter().all(|row| matches!(row.outcome, Some(Outcome::Renewed | Outcome::Resumed)))
}

#[test]
fn too_many_requests_pauses_all_once() {
    let stand = due();
    // One is refused. What is on its way arrives, and nothing else is sent.
    stand.strike("create_certificate", 1, When::Before, Reply::too_many_requests("1"));
    let before = stand.sandbox.requests().len();
    let report = run(&stand, &client(&stand, 30)).expect("after the pause");
    assert!(all_renewed(&report), "{report:?}");
    let asked = stand.sandbox.requests().split_off(before);
    let first = asked.iter().find(|asked| asked.operation == Some("create_certificate")).expect("a create");
    let pause = first.at + Duration::from_millis(100)..first.at + Duration::from_millis(900);
    let during: Vec<_> = asked.iter().filter(|asked| pause.contains(&asked.at)).collect();
    assert!(during.is_empty(), "{during:?}");
}

/// A pause that nobody can wait for: the others are not even sent.
#[test]
fn a_long_pause_ends_the_run_at_once() {
    let stand = due();
    stand.strike("create_certificate", usize::MAX, When::Before, Reply::too_many_requests("7200"));
    let before = stand.count("create_certificate");
    let started = Instant::now();
    let error = run(&stand, &client(&stand, 30)).expect_err("too many");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(error.kind(), Kind::RateLimited, "{error}");
    assert!(stand.count("create_certificate") - before <= JOBS);
    for row in results(&error) {
        assert_eq!(row["error"]["kind"], "rate_limited", "{row}");
        let pause = row["error"]["retry_after"].as_f64().expect("a pause");
        assert!((7100.0..=7200.0).contains(&pause), "{row}");
    }
    stand.sandbox.clear_faults();
    let report = run(&stand, &client(&stand, 30)).expect("later");
    assert!(all_renewed(&report), "{report:?}");
}

#[test]
fn a_short_outage_fails_no_entry() {
    let stand = due();
    // Looks have no side effect, so each call tries again by itself, too.
    stand.strike("list_certificates", 3, When::Before, Reply::page(503));
    assert!(all_renewed(&run(&stand, &client(&stand, 30)).expect("it came back")));
}

/// Without a shared pause, each entry has its own retries: 12 entries with 4 requests each.
#[test]
fn a_service_that_is_down_is_probed_by_one_call_for_all() {
    let stand = due();
    stand.sandbox.fault(zerossl_sandbox::Fault {
        operation: None,
        times: usize::MAX,
        when: When::Before,
        reply: Reply::page(503),
    });
    let before = stand.sandbox.requests().len();
    let started = Instant::now();
    let error = run(&stand, &client(&stand, 2)).expect_err("it is down");
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    assert!(error.is_retryable(), "{error}");
    let asked = stand.sandbox.requests().len() - before;
    assert!(asked <= 4 + JOBS + 8, "{asked} requests");
    for row in results(&error) {
        assert!(row["error"]["message"].as_str().expect("a message").contains("503"), "{row}");
    }
    stand.sandbox.clear_faults();
    let report = run(&stand, &client(&stand, 30)).expect("later");
    assert!(all_renewed(&report), "{report:?}");
}
