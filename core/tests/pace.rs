//! The rate limit of a client, shared by its threads.

mod support;

use std::thread;
use std::time::{Duration, Instant};

use support::{sandbox, settings};
use zerossl::{Kind, ListCertificates};

#[test]
fn threads_share_the_pace() {
    let sandbox = sandbox();
    let client = settings(&sandbox).requests_per_second(5.0).build().expect("settings");
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| client.clone().send(&ListCertificates::default()).expect("a list"));
        }
    });
    let mut times: Vec<Instant> = sandbox.requests().iter().map(|asked| asked.at).collect();
    times.sort();
    assert_eq!(times.len(), 8);
    // The sixth is sent a second after the first. On its way to the server it may gain a little time.
    let apart = times[5] - times[0];
    assert!(apart > Duration::from_millis(700), "{apart:?}");
}

#[test]
fn a_pace_that_leaves_no_place_before_the_deadline_says_so() {
    let sandbox = sandbox();
    let client = settings(&sandbox)
        .requests_per_second(0.1)
        .timeout(Duration::from_secs(2))
        .build()
        .expect("settings");
    client.send(&ListCertificates::default()).expect("the first goes at once");
    let (outcome, took) = support::timed(|| client.send(&ListCertificates::default()));
    let error = outcome.expect_err("no place");
    assert_eq!(error.kind(), Kind::Timeout);
    assert!(error.message().contains("requests_per_second") && took < Duration::from_secs(1), "{error}");
}
