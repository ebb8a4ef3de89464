//! A rehearsal: the clocks of sandbox and client move together, a day at a time, with one run of `renew_all` each day.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use zerossl::{CertificateState, Client, ListCertificates, ListEntries, Obtain, RenewAll};
use zerossl_sandbox::{Fault, Options, Reply, Sandbox, When, serve_files};

const DAY: Duration = Duration::from_secs(24 * 3600);

struct Rehearsal {
    sandbox: Sandbox,
    client: Client,
    folder: TempDir,
}

impl Rehearsal {
    fn new(entries: usize, validity_days: u64, longest: Option<u16>) -> Self {
        let sandbox = support::sandbox_with(Options { quota: entries, ..Options::default() });
        sandbox.change_settings(|settings| settings.longest_lifetime_days = longest);
        let folder = tempfile::tempdir().expect("a folder");
        let www = folder.path().join("www");
        fs::create_dir(&www).expect("a folder");
        sandbox.set_http_port(serve_files(www.clone()).expect("a web server"));
        let client = support::settings(&sandbox).timeout(support::SOON).build().expect("settings");
        for number in 0..entries {
            let validation = json!({"method": "HTTP_CSR_HASH", "webroot": www});
            let mut wanted =
                Obtain::new([format!("{number}.example.com")], folder.path().join("store"), validation);
            wanted.preflight = Some("off".to_owned());
            wanted.poll_interval = Some(0.01);
            wanted.validity_days = Some(validity_days);
            client.send(&wanted).expect("a certificate");
        }
        Self { sandbox, client, folder }
    }

    /// A day passes. Before its run, each certificate must still be good: nothing is closer to its end at any other time.
    fn day(&self, number: u64) {
        self.sandbox.advance(DAY);
        self.client.advance_clock(DAY).expect("a sandbox");
        let listed = self.client.send(&ListEntries::new(self.store())).expect("a store");
        for entry in &listed.entries {
            let end = entry.expires.as_ref().and_then(zerossl::Time::to_system_time).expect("a leaf");
            assert!(end > self.sandbox.now(), "day {number}: a gap: {entry:?}");
            let is_good = matches!(entry.certificate, CertificateState::Good | CertificateState::Due);
            assert!(is_good, "day {number}: {entry:?}");
        }
    }

    fn renew(&self) -> zerossl::Result<zerossl::Renewals> {
        let mut wanted = RenewAll::new(self.store());
        wanted.jobs = Some(8);
        self.client.send(&wanted)
    }

    fn store(&self) -> std::path::PathBuf {
        self.folder.path().join("store")
    }

    fn made(&self) -> usize {
        self.sandbox.certificates().len()
    }
}

/// The service is down for two days in each season.
#[test]
fn a_year_of_47_days_with_outages_has_no_gap() {
    const ENTRIES: usize = 50;
    let rehearsal = Rehearsal::new(ENTRIES, 90, Some(47));
    let mut failures = 0;
    for day in 1..=365 {
        rehearsal.day(day);
        if day % 90 == 40 {
            let reply = Reply::page(503);
            rehearsal.sandbox.fault(Fault { operation: None, times: usize::MAX, when: When::Before, reply });
        }
        if day % 90 == 42 {
            rehearsal.sandbox.clear_faults();
        }
        let is_down = (40..42).contains(&(day % 90));
        match rehearsal.renew() {
            Ok(report) => assert_eq!(report.failed, 0, "day {day}: {report:?}"),
            Err(error) => {
                assert!(is_down && error.is_retryable(), "day {day}: {error}");
                failures += 1;
            }
        }
    }
    assert!(failures > 0, "nothing was due during an outage");
    // Renewed after two thirds of 46 to 47 days, a little earlier by its name, and once at the beginning.
    let made = rehearsal.made();
    assert!((11 * ENTRIES..=14 * ENTRIES).contains(&made), "{made} certificates");
    let live = rehearsal.sandbox.certificates();
    let live = live.iter().filter(|certificate| certificate.status == "draft").count();
    assert_eq!(live, 0, "no order is left over");
}

/// The longest lifetime changes on 15 March 2027 and 2029, by the calendar.
#[test]
fn lifetimes_become_shorter_and_renewals_follow() {
    let rehearsal = Rehearsal::new(3, 365, None);
    for day in 1..=1000 {
        rehearsal.day(day);
        rehearsal.renew().expect("all of them");
    }
    let mut lifetimes = BTreeMap::new();
    for certificate in rehearsal.client.certificates(ListCertificates::default()) {
        let certificate = certificate.expect("a certificate");
        let time = |time: &Option<zerossl::Time>| time.as_ref()?.to_system_time();
        let (made, end) = time(&certificate.created).zip(time(&certificate.expires)).expect("times");
        lifetimes.insert(made, end.duration_since(made).expect("an order").as_secs() / DAY.as_secs());
    }
    let mut lifetimes: Vec<_> = lifetimes.into_values().collect();
    lifetimes.dedup();
    assert_eq!(lifetimes, [199, 99, 46], "days");
}
