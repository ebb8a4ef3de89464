//! What was counted.

use std::fmt;

use crate::check::{Violation, Wrong};
use crate::code::{DAY, HOUR, SECOND};
use crate::settings::Settings;

const MINUTE: u64 = 60 * SECOND;

/// Times, counted by minutes.
#[derive(Clone, Debug, Default)]
pub struct Times {
    minutes: Vec<u64>,
    count: u64,
}

impl Times {
    pub(crate) fn add(&mut self, time: u64) {
        let minute = (time / MINUTE) as usize;
        if self.minutes.len() <= minute {
            self.minutes.resize(minute + 1, 0);
        }
        self.minutes[minute] += 1;
        self.count += 1;
    }

    /// The time, in minutes, within which this share of them lies.
    #[must_use]
    pub fn minutes_of(&self, share: f64) -> u64 {
        let wanted = (self.count as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (minute, count) in self.minutes.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return minute as u64;
            }
        }
        0
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = |share| self.minutes_of(share) as f64 / 60.0;
        write!(f, "half {:.1} h, 99 % {:.1} h, all {:.1} h", hours(0.5), hours(0.99), hours(1.0))
    }
}

/// Requests to the service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Calls {
    pub create: u64,
    /// For an entry that orders or searches.
    pub list: u64,
    pub verify: u64,
    pub poll: u64,
    pub download: u64,
    pub cancel: u64,
    /// Pages of the whole account, at the beginning of a run.
    pub account: u64,
}

impl Calls {
    /// Those that a certificate takes.
    #[must_use]
    pub fn of_certificates(&self) -> u64 {
        self.create + self.list + self.verify + self.poll + self.download + self.cancel
    }
}

/// Requests to the engine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Requests {
    /// Of entries that nothing is done for.
    pub idle_get: u64,
    pub get: u64,
    /// Of hosts that join: each record, twice.
    pub join_get: u64,
    pub put: u64,
    pub delete: u64,
    pub list: u64,
    /// Of the record of the pace, read and written.
    pub pace: u64,
}

/// What came of a world.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each name says what is counted")]
pub struct Report {
    pub days: u64,
    pub hosts: u64,
    pub entries: u64,
    pub events: u64,
    pub violations: Vec<Violation>,
    pub two_orders: u64,
    pub expired: u64,
    pub behind: u64,
    /// How many hosts were behind, of all entries.
    pub hosts_behind: u64,
    pub blocked: u64,
    /// Certificates that were installed.
    pub certificates: u64,
    pub calls: Calls,
    pub requests: Requests,
    pub runs: u64,
    pub longest_run: u64,
    pub run_time: u64,
    pub most_runs: u64,
    pub crashes: u64,
    pub pauses: u64,
    pub outages: u64,
    /// Leases of others that had ended.
    pub takeovers: u64,
    /// Visits that found a lease.
    pub leased: u64,
    /// Writes that found another version.
    pub refused: u64,
    /// Creates with an unknown outcome, those of them that were found, and those that were not.
    pub unknown: u64,
    pub found: u64,
    pub not_found: u64,
    /// Two live orders, since a host was held up between its note and its create.
    pub late_doubles: u64,
    /// Orders that turned up late and were cancelled.
    pub cancelled: u64,
    /// Doubles that are still there after three days.
    pub doubles_left: u64,
    /// Calls that got no place in the pace.
    pub no_place: u64,
    /// From due to installed.
    pub waits: Times,
    /// Certificates that were brought to another host.
    pub brought: u64,
    /// Requests to the service in each minute.
    pub(crate) load: Vec<u32>,
}

impl Report {
    pub(crate) fn new(settings: &Settings) -> Self {
        let minutes = settings.days * DAY / MINUTE + 1;
        Self {
            days: settings.days,
            hosts: settings.hosts as u64,
            entries: settings.entries as u64,
            load: vec![0; minutes as usize],
            ..Self::default()
        }
    }

    pub(crate) fn count_violation(&mut self, wrong: Wrong) {
        *match wrong {
            Wrong::TwoOrders => &mut self.two_orders,
            Wrong::Expired => &mut self.expired,
            Wrong::Behind => &mut self.behind,
            Wrong::Blocked => &mut self.blocked,
        } += 1;
    }

    pub(crate) fn count_call(&mut self, at: u64) {
        if let Some(minute) = self.load.get_mut((at / MINUTE) as usize) {
            *minute += 1;
        }
    }

    /// The busiest minute of the account: requests a second.
    #[must_use]
    pub fn busiest(&self) -> f64 {
        f64::from(self.load.iter().copied().max().unwrap_or_default()) / 60.0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, requests, .. } = self;
        let of_certificate = |count: u64| count as f64 / self.certificates.max(1) as f64;
        let of_day = |count: u64| count as f64 / self.days.max(1) as f64;
        let of_host_and_day = |count: u64| of_day(count) / self.hosts.max(1) as f64;
        writeln!(
            f,
            "{} hosts, {} entries, {} days; {} events",
            self.hosts, self.entries, self.days, self.events
        )?;
        writeln!(f, "certificates installed        {:>12}", self.certificates)?;
        writeln!(f, "calls of a certificate        {:>12.2}", of_certificate(calls.of_certificates()))?;
        writeln!(
            f,
            "  create {:.3}, list {:.3}, verify {:.3}, poll {:.3}, download {:.3}, cancel {:.4}",
            of_certificate(calls.create),
            of_certificate(calls.list),
            of_certificate(calls.verify),
            of_certificate(calls.poll),
            of_certificate(calls.download),
            of_certificate(calls.cancel)
        )?;
        writeln!(f, "calls of certificates, a day  {:>12.0}", of_day(calls.of_certificates()))?;
        writeln!(f, "calls for the account, a day  {:>12.0}", of_day(calls.account))?;
        writeln!(f, "busiest minute, calls a second{:>12.1}", self.busiest())?;
        writeln!(f, "calls without a place         {:>12}", self.no_place)?;
        writeln!(
            f,
            "engine, of a certificate: GET {:.2}, PUT {:.2}, DELETE {:.2}",
            of_certificate(requests.get),
            of_certificate(requests.put),
            of_certificate(requests.delete)
        )?;
        writeln!(
            f,
            "engine, of a host and day: GET of idle entries {:.0}, LIST {:.0}, for the pace {:.0}",
            of_host_and_day(requests.idle_get),
            of_host_and_day(requests.list),
            of_host_and_day(requests.pace)
        )?;
        writeln!(
            f,
            "runs {}, of {:.0} s on average, {:.1} h at most, {} at once",
            self.runs,
            self.run_time as f64 / self.runs.max(1) as f64 / SECOND as f64,
            self.longest_run as f64 / HOUR as f64,
            self.most_runs
        )?;
        writeln!(f, "from due to installed: {}", self.waits)?;
        writeln!(f, "brought to other hosts        {:>12}", self.brought)?;
        writeln!(f, "crashes {}, pauses {}, outages {}", self.crashes, self.pauses, self.outages)?;
        writeln!(
            f,
            "visits that found a lease {}, leases taken over {}, writes refused {}",
            self.leased, self.takeovers, self.refused
        )?;
        writeln!(
            f,
            "creates of unknown outcome {}, found {}, not found {}, turned up late and cancelled {}",
            self.unknown, self.found, self.not_found, self.cancelled
        )?;
        writeln!(
            f,
            "held up between note and create: {} second orders, {} of all doubles left",
            self.late_doubles, self.doubles_left
        )?;
        writeln!(
            f,
            "violations: two orders {}, expired {}, behind {} (on {} hosts), blocked {}",
            self.two_orders, self.expired, self.behind, self.hosts_behind, self.blocked
        )?;
        self.violations.iter().try_for_each(|violation| write!(f, "{violation}"))
    }
}
