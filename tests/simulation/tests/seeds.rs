//! Small worlds with many seeds: what never happens, and what is found when a rule is broken.

use zerossl_simulation::code::LINES;
use zerossl_simulation::{Report, Rules, Settings, Trouble, simulate};

/// Worlds of these rules, in which much goes wrong: with timers at any hour, and all at the same one.
fn worlds(seeds: std::ops::RangeInclusive<u64>, rules: Rules) -> impl Iterator<Item = Report> {
    seeds.map(move |seed| {
        simulate(&Settings {
            rules,
            same_hour: seed % 2 == 0,
            hosts: 12,
            entries: 1_000,
            ..Settings::small(seed)
        })
    })
}

fn sum(reports: &[Report], count: impl Fn(&Report) -> u64) -> u64 {
    reports.iter().map(count).sum()
}

#[test]
fn the_figures_are_those_of_the_code() -> std::io::Result<()> {
    for (file, line) in LINES {
        let path = format!("{}/../../core/src/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path)?;
        assert!(text.contains(line), "{file} has no `{line}`: change src/code.rs");
    }
    Ok(())
}

#[test]
fn the_same_seed_gives_the_same_story() {
    let settings = Settings::small(7);
    assert_eq!(simulate(&settings).to_string(), simulate(&settings).to_string());
    assert_ne!(simulate(&settings).to_string(), simulate(&Settings::small(8)).to_string());
}

#[test]
fn nothing_is_ordered_twice_nothing_expires_and_every_host_has_it_in_time() {
    let reports: Vec<Report> = worlds(1..=20, Rules::better()).collect();
    for report in &reports {
        assert!(report.violations.is_empty(), "{report}");
        assert_eq!(report.no_place, 0, "{report}");
    }
    // All of it has happened.
    for count in [
        sum(&reports, |report| report.crashes),
        sum(&reports, |report| report.pauses),
        sum(&reports, |report| report.outages),
        sum(&reports, |report| report.takeovers),
        sum(&reports, |report| report.refused),
        sum(&reports, |report| report.found),
        sum(&reports, |report| report.not_found),
    ] {
        assert!(count > 20, "{count}");
    }
}

#[test]
fn what_is_never_renewed_is_noticed() {
    let trouble = Trouble { failed_call: 1.0, ..Trouble::none() };
    let report = simulate(&Settings { hosts: 2, entries: 100, trouble, ..Settings::small(1) });
    assert!(report.blocked > 0 && report.expired > 0, "{report}");
}

#[test]
fn without_the_fence_two_hosts_order() {
    let broken = Rules { fence: false, ..Rules::better() };
    let reports: Vec<Report> = worlds(1..=8, broken).collect();
    assert!(sum(&reports, |report| report.two_orders) > 0);
}

#[test]
fn without_the_lease_it_costs_more_and_stays_right() {
    let reports = |rules| worlds(1..=8, rules).collect::<Vec<_>>();
    let (with, without) = (reports(Rules::better()), reports(Rules { lease: false, ..Rules::better() }));
    for report in &without {
        assert_eq!((report.two_orders, report.expired, report.blocked), (0, 0, 0), "{report}");
    }
    let refused = |reports: &[Report]| sum(reports, |report| report.refused);
    assert!(2 * refused(&without) > 3 * refused(&with), "{} {}", refused(&without), refused(&with));
}

#[test]
fn without_the_search_a_lost_answer_is_a_second_order() {
    let broken = Rules { search: false, ..Rules::better() };
    let reports: Vec<Report> = worlds(1..=8, broken).collect();
    assert!(sum(&reports, |report| report.two_orders) > 0);
}

/// A search that counts from the time in the journal, by another host's clock, may end before the order turns up.
#[test]
fn a_search_by_the_clock_of_another_host_orders_twice() {
    let two_orders = |settles_from_search| {
        let rules = Rules { settles_from_search, ..Rules::of_the_draft() };
        let trouble = Trouble { lost_create: 0.3, failed_call: 0.1, ..Trouble::much() };
        let busy = |seed| Settings { same_hour: true, trouble, rules, ..Settings::small(seed) };
        let reports: Vec<Report> = (1..=14).map(|seed| simulate(&busy(seed))).collect();
        sum(&reports, |report| report.two_orders)
    };
    assert!(two_orders(false) > 0);
    assert_eq!(two_orders(true), 0);
}

/// No protocol can keep a host from sending what it was about to send when it was paused. It can look at its lease when it
/// wakes up; what is sent all the same is found, and cancelled.
#[test]
fn what_a_paused_host_sends_too_late_is_cancelled() {
    let without_a_look = Rules { looks_twice: false, ..Rules::better() };
    let reports: Vec<Report> = worlds(1..=20, without_a_look).collect();
    assert!(sum(&reports, |report| report.late_doubles) > 0);
    assert_eq!(sum(&reports, |report| report.doubles_left), 0);
    assert_eq!(sum(&reports, |report| report.two_orders), 0);
    let looking: Vec<Report> = worlds(1..=20, Rules::better()).collect();
    assert_eq!(sum(&looking, |report| report.late_doubles), 0);
}

/// A lease that is only looked at once a run blocks what is there already.
#[test]
fn a_certificate_under_a_dead_lease_comes_late() {
    let waiting = Rules { brings_leased: false, comes_back: false, ..Rules::better() };
    let reports: Vec<Report> = worlds(1..=8, waiting).collect();
    assert!(sum(&reports, |report| report.behind) > 0);
    assert_eq!(sum(&reports, |report| report.two_orders + report.expired + report.blocked), 0);
}

/// With more runs than the time-out has seconds, a longer window leaves no place for the sixth call.
#[test]
fn a_share_of_the_pace_has_a_place_for_every_call() {
    let hosts = |even_pace| {
        let rules = Rules { even_pace, ..Rules::better() };
        let small = Settings { hosts: 100, entries: 5_000, days: 4, same_hour: true, ..Settings::small(3) };
        simulate(&Settings { trouble: Trouble::none(), rules, ..small })
    };
    assert!(hosts(false).no_place > 0);
    assert_eq!(hosts(true).no_place, 0);
}
