//! A run through a store: a few entries at the same time, the most urgent first, and not more orders than allowed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use serde_json::json;
use zerossl_sandbox::{Reply, When};

use super::stand::Stand;
use crate::endpoints::CancelCertificate;
use crate::error::Kind;
use crate::obtain::interface::{Obtain, Outcome, RenewAll};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// A run would take this long if its hooks did not overlap.
const LONG: Duration = Duration::from_secs(60);

fn named(stand: &Stand, name: &str) -> Obtain {
    Obtain { domains: vec![name.to_owned()], ..stand.wanted() }
}

fn all(stand: &Stand) -> RenewAll {
    RenewAll::new(stand.store())
}

fn script(stand: &Stand, body: &str) -> Vec<String> {
    let path = stand.store().with_file_name("hook");
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
    vec![path.display().to_string()]
}

/// Each hook waits until all have started: one after another, none would end.
#[test]
fn entries_are_worked_on_at_the_same_time() {
    let stand = Stand::new();
    let names: Vec<String> = (0..4).map(|number| format!("{number}.example.com")).collect();
    for name in &names {
        stand.obtain(&named(&stand, name)).expect("a certificate");
    }
    let began = stand.store().with_file_name("began");
    fs::create_dir(&began).expect("a folder");
    let folder = began.display();
    let hook = script(
        &stand,
        &format!(
            "touch {folder}/$ZEROSSL_ENTRY\nwhile [ $(ls {folder} | wc -l) -lt 4 ]; do sleep 0.05; done"
        ),
    );
    for name in &names {
        let request = stand.store().join(name).join("request.json");
        let text = fs::read_to_string(&request).expect("a request");
        let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        value.as_object_mut().expect("an object").remove("checksum");
        value["deploy_hook"] = json!(hook);
        fs::write(&request, value.to_string()).expect("written");
    }
    stand.sandbox.advance(61 * DAY);
    let started = Instant::now();
    let report = stand.renew_all(&RenewAll { jobs: Some(4), ..all(&stand) }).expect("all of them");
    assert!(report.results.iter().all(|result| result.outcome == Some(Outcome::Renewed)));
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
}

/// Sorted by the time that is left, not by name.
#[test]
fn the_most_urgent_goes_first() {
    let stand = Stand::new();
    let order = ["c.example.com", "a.example.com", "b.example.com"];
    for name in order {
        stand.obtain(&named(&stand, name)).expect("a certificate");
        stand.sandbox.advance(5 * DAY);
    }
    stand.sandbox.advance(60 * DAY);
    let report = stand.renew_all(&RenewAll { jobs: Some(1), ..all(&stand) }).expect("all of them");
    let created: Vec<String> =
        stand.sandbox.certificates().iter().map(|certificate| certificate.common_name.clone()).collect();
    assert_eq!(created, ["c", "a", "b", "c", "a", "b"].map(|name| format!("{name}.example.com")));
    assert_eq!(report.results.len(), 3);
    assert!(report.results.iter().all(|result| result.days_left >= Some(89)), "{report:?}");
}

#[test]
fn the_report_begins_with_what_has_the_least_time_left() {
    let stand = Stand::new();
    for name in ["c.example.com", "a.example.com"] {
        stand.obtain(&named(&stand, name)).expect("a certificate");
        stand.sandbox.advance(5 * DAY);
    }
    let report = stand.renew_all(&all(&stand)).expect("nothing to do");
    let rows: Vec<_> = report.results.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(rows, ["c.example.com", "a.example.com"]);
    let days = |row: usize| report.results[row].days_left.expect("a leaf");
    assert!((79..=80).contains(&days(0)) && days(1) == days(0) + 5, "{report:?}");
    let end = |row: usize| report.results[row].expires.as_ref().and_then(crate::Time::to_system_time);
    assert!(end(0) < end(1));
}

/// A refused order does not count as one of the orders that may be made.
#[test]
fn a_refused_create_does_not_count() {
    for jobs in [1, 4] {
        let stand = Stand::new();
        for name in ["a.example.com", "b.example.com", "c.example.com"] {
            stand.obtain(&named(&stand, name)).expect("a certificate");
        }
        stand.sandbox.advance(61 * DAY);
        stand.strike("create_certificate", 1, When::Before, Reply::refusal(2808).expect("a code"));
        let limited = RenewAll { jobs: Some(jobs), max_orders: Some(1), ..all(&stand) };
        let error = stand.renew_all(&limited).expect_err("one is refused");
        assert_eq!(error.kind(), Kind::Api, "{error}");
        let results = error.details().expect("a report")["results"].clone();
        let count = |outcome: &str| {
            results.as_array().map_or(0, |rows| rows.iter().filter(|row| row["outcome"] == outcome).count())
        };
        assert_eq!((count("renewed"), count("postponed")), (1, 1), "{jobs} jobs: {results}");
    }
}

/// A create with an unknown outcome may have made one.
#[test]
fn a_lost_create_counts() {
    let stand = Stand::new();
    for name in ["a.example.com", "b.example.com"] {
        stand.obtain(&named(&stand, name)).expect("a certificate");
    }
    stand.sandbox.advance(61 * DAY);
    stand.strike("create_certificate", 1, When::Before, Reply::page(502));
    let limited = RenewAll { jobs: Some(1), max_orders: Some(1), ..all(&stand) };
    stand.renew_all(&limited).expect_err("its answer is lost");
    assert_eq!(stand.count("create_certificate"), 3);
}

#[test]
fn offline_asks_nobody() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    let before = stand.sandbox.requests().len();
    let report = stand.renew_all(&RenewAll { offline: Some(true), ..all(&stand) }).expect("good");
    assert_eq!(report.results[0].outcome, Some(Outcome::Unchanged));
    assert_eq!(stand.sandbox.requests().len(), before);
}

/// A current order that has expired is made again, and counts as one of the orders that may be made.
#[test]
fn an_order_that_is_over_counts() {
    let stand = Stand::new();
    let names = ["a.example.com", "b.example.com"];
    for name in names {
        stand.obtain(&named(&stand, name)).expect("a certificate");
    }
    stand.sandbox.advance(61 * DAY);
    stand.sandbox.set_issue_delay(DAY);
    for name in names {
        let wanted = Obtain { deadline: Some(60.0), ..named(&stand, name) };
        let waiting = stand.obtain(&wanted).expect("it waits").certificate.expect("an order");
        stand.client().send(&CancelCertificate::new(waiting.id)).expect("cancelled");
    }
    stand.sandbox.set_issue_delay(Duration::ZERO);
    let before = stand.count("create_certificate");
    let report = stand.renew_all(&RenewAll { max_orders: Some(1), ..all(&stand) }).expect("one of them");
    let mut outcomes: Vec<_> = report.results.iter().map(|row| row.outcome).collect();
    outcomes.sort_by_key(|outcome| *outcome == Some(Outcome::Postponed));
    assert_eq!(outcomes, [Some(Outcome::Renewed), Some(Outcome::Postponed)]);
    assert_eq!(stand.count("create_certificate"), before + 1);
}

/// Once for a run, with the names of what was installed; again by the next run if it failed.
#[test]
fn a_post_hook_runs_once_for_all_that_was_installed() {
    let stand = Stand::new();
    let names = ["a.example.com", "b.example.com"];
    for name in names {
        stand.obtain(&named(&stand, name)).expect("a certificate");
    }
    let (log, broken) = (stand.store().with_file_name("log"), stand.store().with_file_name("broken"));
    let body = format!("echo $ZEROSSL_ENTRIES >> {}\n[ ! -e {} ]", log.display(), broken.display());
    let hooked = RenewAll { post_hook: Some(script(&stand, &body)), jobs: Some(1), ..all(&stand) };
    let runs = || fs::read_to_string(&log).unwrap_or_default();
    stand.renew_all(&hooked).expect("nothing to do");
    assert_eq!(runs(), "", "nothing was installed");
    stand.sandbox.advance(61 * DAY);
    fs::write(&broken, "").expect("written");
    let error = stand.renew_all(&hooked).expect_err("the post hook fails");
    assert_eq!(error.kind(), Kind::Storage, "{error}");
    assert!(error.message().contains("the post hook failed"), "{error}");
    fs::remove_file(&broken).expect("removed");
    // Nothing is installed by this run, and the hook has not worked yet.
    stand.renew_all(&hooked).expect("good");
    stand.renew_all(&hooked).expect("good");
    assert_eq!(runs(), "a.example.com b.example.com\n".repeat(2));
    assert_eq!(stand.count("create_certificate"), 4);
}

/// A certificate that comes while the hook runs is not the one that it ran for.
#[test]
fn what_comes_during_a_post_hook_awaits_the_next_run() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.sandbox.advance(61 * DAY);
    let place = |name: &str| stand.store().with_file_name(name);
    let (log, go) = (place("log"), place("go"));
    let body = format!("echo run >> {}\nwhile [ ! -e {} ]; do sleep 0.05; done", log.display(), go.display());
    let hooked = RenewAll { post_hook: Some(script(&stand, &body)), ..all(&stand) };
    std::thread::scope(|scope| {
        let run = scope.spawn(|| stand.renew_all(&hooked));
        let end = Instant::now() + LONG;
        while !log.exists() {
            assert!(Instant::now() < end, "the hook has not started");
            std::thread::yield_now();
        }
        stand.obtain(&Obtain { force: Some(true), ..stand.wanted() }).expect("another one");
        fs::write(&go, "").expect("written");
        run.join().expect("no panic").expect("renewed");
    });
    stand.renew_all(&hooked).expect("nothing to order");
    stand.renew_all(&hooked).expect("nothing to do");
    assert_eq!(fs::read_to_string(&log).expect("a log").lines().count(), 2);
}

#[test]
fn failures_may_be_in_the_answer() {
    let stand = Stand::new();
    for name in ["a.example.com", "b.example.com"] {
        stand.obtain(&named(&stand, name)).expect("a certificate");
    }
    stand.sandbox.advance(61 * DAY);
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2808).expect("a code"));
    let wanted = RenewAll { on_failure: Some("report".to_owned()), jobs: Some(1), ..all(&stand) };
    let report = stand.renew_all(&wanted).expect("a report");
    assert_eq!(report.failed, 1);
    assert_eq!(report.results.iter().filter(|row| row.outcome == Some(Outcome::Renewed)).count(), 1);
    assert_eq!(report.results.iter().filter(|row| row.error.is_some()).count(), 1);
}

/// The pause that the service asks for is in the error of the run.
#[test]
fn the_pause_that_was_asked_for_is_told() {
    let stand = Stand::new();
    stand.obtain(&named(&stand, "a.example.com")).expect("a certificate");
    stand.sandbox.advance(61 * DAY);
    stand.strike("create_certificate", 1, When::Before, Reply::too_many_requests("7200"));
    let error = stand.renew_all(&all(&stand)).expect_err("too many");
    assert_eq!((error.kind(), error.retry_after()), (Kind::RateLimited, Some(Duration::from_secs(7200))));
}

/// Nobody would hear of it before something is due.
#[test]
fn a_key_that_is_refused_is_an_error_though_nothing_is_due() {
    let stand = Stand::new();
    stand.obtain(&named(&stand, "a.example.com")).expect("a certificate");
    stand.strike("list_certificates", 1, When::Before, Reply::refusal(101).expect("a code"));
    assert_eq!(stand.renew_all(&all(&stand)).expect_err("refused").kind(), Kind::Auth);
    let offline = RenewAll { offline: Some(true), ..all(&stand) };
    assert_eq!(stand.renew_all(&offline).expect("good").failed, 0);
}
