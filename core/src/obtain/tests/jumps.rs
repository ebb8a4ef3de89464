//! A clock that jumps while a call works, and is right again later, or stays as it is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use zerossl_sandbox::{Reply, When};

use super::stand::Stand;
use super::time::SandboxClock;
use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::error::Kind;
use crate::obtain::interface::{Obtain, Outcome};
use crate::obtain::store::storage::Disk;

const DAY: i64 = 24 * 3600;
const JUMPS: [i64; 6] = [DAY, -DAY, 400 * DAY, -400 * DAY, 3650 * DAY, -3650 * DAY];

/// Off by some seconds from the n-th look on.
struct Jumping<'a> {
    clock: SandboxClock<'a>,
    before: AtomicUsize,
    seconds: i64,
}

impl Clock for Jumping<'_> {
    fn now(&self) -> SystemTime {
        let before =
            self.before.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        let by = Duration::from_secs(self.seconds.unsigned_abs());
        match before {
            Ok(_) => self.clock.now(),
            Err(_) if self.seconds < 0 => self.clock.now() - by,
            Err(_) => self.clock.now() + by,
        }
    }

    fn instant(&self) -> Instant {
        self.clock.instant()
    }

    fn sleep_until(&self, end: Instant, cancel: &CancelToken) -> bool {
        self.clock.sleep_until(end, cancel)
    }
}

/// Lets the clock jump at each look, and goes on with the right clock.
fn jumps_everywhere(before: impl Fn(&Stand), wanted: impl Fn(&Stand) -> Obtain, orders: usize) {
    for seconds in JUMPS {
        for look in 0.. {
            let stand = Stand::new();
            before(&stand);
            let clock = || Jumping {
                clock: SandboxClock::new(&stand.sandbox),
                before: AtomicUsize::new(look),
                seconds,
            };
            let place = format!("{} days at look {look}", seconds / DAY);
            let jumping = clock();
            let outcome = stand.obtain_by(&jumping, &Disk, &stand.client(), &wanted(&stand));
            let has_jumped = jumping.before.load(Ordering::Relaxed) == 0;
            let after = Obtain { force: None, ..wanted(&stand) };
            if let Err(error) = &outcome {
                let says =
                    ["set the clock", "which is not now"].iter().any(|word| error.message().contains(word));
                assert!(error.kind() == Kind::Response && says, "{place}: {error}");
                // As long as the clock is wrong, nothing gets worse.
                let always = Jumping { before: AtomicUsize::new(0), ..clock() };
                let _ = stand.obtain_by(&always, &Disk, &stand.client(), &after);
            }
            let obtained = stand.obtain(&after).unwrap_or_else(|error| panic!("{place}: {error}"));
            stand.inspect(&obtained);
            let live = stand.live();
            assert!(live.len() <= orders, "{place}: {live:?}");
            assert!(stand.count("create_certificate") <= orders, "{place}: nothing is ordered twice");
            assert_eq!(stand.obtain(&after).expect(&place).outcome, Outcome::Unchanged, "{place}");
            if !has_jumped {
                assert!(look > 3, "{look}");
                break;
            }
        }
    }
}

#[test]
fn a_first_order_survives_a_clock_that_jumps() {
    jumps_everywhere(|_| {}, Stand::wanted, 1);
}

#[test]
fn a_renewal_survives_a_clock_that_jumps() {
    let first = |stand: &Stand| {
        stand.obtain(&stand.wanted()).expect("a first certificate");
    };
    jumps_everywhere(first, |stand| Obtain { force: Some(true), ..stand.wanted() }, 2);
}

/// An order that waits is still the one that was made.
#[test]
fn a_waiting_order_survives_a_clock_that_jumps() {
    let waiting = |stand: &Stand| {
        stand.strike("verify_domains", 9, When::Before, Reply::refusal(2826).expect("a code"));
        stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect_err("a draft");
        assert_eq!(stand.live()[0].status, "draft");
        stand.sandbox.clear_faults();
    };
    jumps_everywhere(waiting, Stand::wanted, 1);
}

/// Creates that a clock years ahead has noted do not count as those of today for years.
#[test]
fn lost_creates_of_the_future_are_no_dead_end() {
    for seconds in [400 * DAY, -400 * DAY] {
        let mut sent = 0;
        for look in 0..8 {
            let stand = Stand::new();
            for _ in 0..3 {
                let clock = Jumping {
                    clock: SandboxClock::new(&stand.sandbox),
                    before: AtomicUsize::new(look),
                    seconds,
                };
                stand.strike("create_certificate", 1, When::Before, Reply::page(500));
                stand
                    .obtain_by(&clock, &Disk, &stand.client(), &stand.wanted())
                    .expect_err("no create works");
                stand.sandbox.clear_faults();
            }
            sent += stand.count("create_certificate");
            // Two days later whatever it was is over.
            stand.sandbox.advance(Duration::from_secs(2 * 24 * 3600));
            let place = format!("{} days at look {look}", seconds / DAY);
            let obtained = stand.obtain(&stand.wanted()).unwrap_or_else(|error| panic!("{place}: {error}"));
            stand.inspect(&obtained);
            assert_eq!(stand.journal()["lost"], serde_json::json!([]), "{place}");
        }
        assert!(sent > 12, "{sent}");
    }
}

/// A clock that is ahead in one call forgets no create that may still be carried out.
#[test]
fn a_lost_create_is_not_forgotten_by_a_clock_that_is_ahead_once() {
    for days in [2, 400] {
        let stand = Stand::new();
        stand.obtain(&stand.wanted()).expect("a first certificate");
        let late = When::Late { by: Duration::from_secs(600) };
        stand.strike("create_certificate", 1, late, Reply::page(504));
        let forced = Obtain { force: Some(true), deadline: Some(60.0), ..stand.wanted() };
        stand.obtain(&forced).expect_err("it is not known what became of it");
        stand.sandbox.clear_faults();
        let ahead = Jumping {
            clock: SandboxClock::new(&stand.sandbox),
            before: AtomicUsize::new(0),
            seconds: days * DAY,
        };
        // It may refuse to work with such a clock, or find nothing to do.
        let _ = stand.obtain_by(&ahead, &Disk, &stand.client(), &stand.wanted());
        stand.sandbox.advance(Duration::from_secs(3600));
        stand.obtain(&stand.wanted()).expect("nothing to do");
        let live = stand.live();
        assert!(live.iter().all(|order| order.status == "issued"), "{days} days: {live:?}");
    }
}
