//! The world: everything that there is, and its clock.

use std::collections::BTreeSet;

use crate::check::Moment;
use crate::code::{DAY, HOUR, JITTER, RENEW_AT, SECOND};
use crate::engine::{Engine, Image, Record};
use crate::events::{Answer, Event, Events};
use crate::host::{Host, Run};
use crate::pace::{Pace, Runs};
use crate::report::Report;
use crate::service::{Made, Service, State};
use crate::settings::Settings;
use crate::visit::Visits;

/// What a request to the engine takes on average.
pub(crate) const ENGINE_TIME: u64 = 20;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) chance: fastrand::Rng,
    pub(crate) now: u64,
    pub(crate) events: Events,
    pub(crate) engine: Engine,
    pub(crate) service: Service,
    /// The account's record.
    pub(crate) shown: Runs,
    pub(crate) hosts: Vec<Host>,
    pub(crate) copies: u32,
    pub(crate) runs: Vec<Option<Run>>,
    pub(crate) running: u64,
    pub(crate) visits: Visits,
    /// When entries are due.
    pub(crate) due: BTreeSet<(u64, u32)>,
    /// Entries with creates that are looked for.
    pub(crate) with_lost: BTreeSet<u32>,
    /// Entry, order and time of each installation.
    pub(crate) installs: Vec<(u32, u32, u64)>,
    /// The entry of each order.
    pub(crate) entry_of: Vec<u32>,
    pub(crate) stories: Vec<Vec<Moment>>,
    pub(crate) report: Report,
}

impl World {
    pub(crate) fn new(settings: Settings) -> Self {
        let mut world = Self {
            chance: fastrand::Rng::with_seed(settings.seed),
            now: 0,
            events: Events::default(),
            engine: Engine::default(),
            service: Service::default(),
            shown: Runs::default(),
            hosts: Vec::new(),
            copies: 0,
            runs: Vec::new(),
            running: 0,
            visits: Visits::default(),
            due: BTreeSet::new(),
            with_lost: BTreeSet::new(),
            installs: Vec::new(),
            entry_of: Vec::new(),
            stories: vec![Vec::new(); settings.entries],
            report: Report::new(&settings),
            settings,
        };
        world.fill();
        world
    }

    /// Every entry has a certificate of some age, every host has them all.
    fn fill(&mut self) {
        let lifetime = self.settings.lifetime * DAY;
        for entry in 0..self.settings.entries as u32 {
            self.service.of_entry.push(Vec::new());
            let same = lifetime / 2;
            let (oldest, youngest) =
                if self.settings.same_age { (same, same + HOUR) } else { (lifetime / 3, lifetime) };
            let not_after = self.chance.u64(oldest..youngest);
            self.made(entry, 1, not_after, State::Issued, false);
            self.service.orders[entry as usize].was_installed = true;
            let version = self.engine.new_version();
            let image = Image { installed: entry, last_serial: 1, ..Image::default() };
            self.engine.records.push(Record { image, version, is_torn: false });
            self.due.insert((self.due_at(entry, entry), entry));
        }
        for host in 0..self.settings.hosts as u32 {
            self.copies += 1;
            let clocks = self.settings.trouble.clocks as i64;
            self.hosts.push(Host {
                copy: self.copies,
                clock: self.chance.i64(-clocks..=clocks),
                is_up: true,
                paused_until: 0,
                cut_until: 0,
                steady_since: 0,
                pace: Pace::default(),
                has: (0..self.settings.entries as u32).collect(),
                behind: BTreeSet::new(),
                cursor: 0,
                leases: std::collections::BTreeMap::new(),
                run: None,
            });
            let spread = if self.settings.same_hour { 10 * SECOND } else { self.settings.period };
            self.events.plan(self.chance.u64(0..spread), Event::Timer(host));
            let trouble = self.settings.trouble;
            let (down, cut) = (self.after(trouble.days_up), self.after(trouble.days_between_outages));
            self.plan_if_any(down, Event::Down(host));
            self.plan_if_any(cut, Event::Cut(host));
        }
        for event in [Event::EngineOut, Event::ServiceOut] {
            let at = self.after(self.settings.trouble.days_between_outages);
            self.plan_if_any(at, event);
        }
    }

    /// A time around so many days from now.
    pub(crate) fn after(&mut self, days: f64) -> Option<u64> {
        let time = -self.chance.f64().max(1e-9).ln() * days * DAY as f64;
        time.is_finite().then(|| self.now + time as u64 + 1)
    }

    pub(crate) fn plan_if_any(&mut self, at: Option<u64>, event: Event) {
        if let Some(at) = at {
            self.events.plan(at, event);
        }
    }

    pub(crate) fn happens(&mut self, share: f64) -> bool {
        share > 0.0 && self.chance.f64() < share
    }

    pub(crate) fn engine_time(&mut self) -> u64 {
        self.chance.u64(ENGINE_TIME / 4..ENGINE_TIME * 7 / 4)
    }

    /// By the clock of a host.
    pub(crate) fn clock(&self, host: u32) -> i64 {
        self.now as i64 + self.hosts[host as usize].clock
    }

    /// When a certificate is due for renewal.
    pub(crate) fn due_at(&self, entry: u32, order: u32) -> u64 {
        // A number from 0 to 1 that is always the same for an entry.
        let jitter = f64::from(entry.wrapping_mul(0x9e37_79b1) >> 8) / f64::from(1_u32 << 24);
        let left = self.settings.lifetime as f64 * DAY as f64 * RENEW_AT * (1.0 + JITTER * jitter);
        self.service.orders[order as usize].not_after.saturating_sub(left as u64)
    }

    pub(crate) fn made(
        &mut self,
        entry: u32,
        serial: u32,
        not_after: u64,
        state: State,
        is_late: bool,
    ) -> u32 {
        let listed_at = self.now + self.chance.u64(0..=self.settings.trouble.lag);
        let (at, was_installed, is_double) = (self.now, false, false);
        let made = Made { serial, at, listed_at, state, not_after, was_installed, is_late, is_double };
        let id = self.service.make(entry, made);
        self.entry_of.push(entry);
        self.events.plan(not_after, Event::Expiry(id));
        id
    }

    /// A certificate is in the store as the one in use.
    pub(crate) fn installed(&mut self, entry: u32, before: u32, order: u32) {
        let was_due = self.due_at(entry, before);
        self.due.remove(&(was_due, entry));
        self.due.insert((self.due_at(entry, order), entry));
        self.service.orders[order as usize].was_installed = true;
        self.report.certificates += 1;
        self.report.waits.add(self.now.saturating_sub(was_due));
        let number = self.installs.len() as u32;
        self.installs.push((entry, order, self.now));
        self.events.plan(self.now + self.patience(), Event::Everywhere(number));
    }

    pub(crate) fn play(mut self) -> Report {
        let end = self.settings.days * DAY;
        while let Some((at, event)) = self.events.next() {
            if at >= end {
                break;
            }
            self.now = at;
            self.report.events += 1;
            self.happen(event);
        }
        self.now = end;
        self.check_end();
        self.report
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Timer(host) => self.timer(host),
            Event::Begin(run) => self.begin(run),
            Event::Beat { run, seen, tries } => self.beat(run, seen, tries),
            Event::RunEnds(run) => self.run_ends(run),
            Event::Answer(visitor, answer) => self.hear(visitor, answer),
            Event::Read(visitor) => self.is_read(visitor),
            Event::Write(place) => self.is_written(place),
            Event::Send(visitor) => self.is_sent(visitor),
            Event::Call(visitor) => self.is_called(visitor),
            Event::Up(host) => self.up(host),
            Event::Down(host) => self.down(host),
            Event::EngineOut => {
                self.engine.out_until = self.outage(event);
                let until = self.engine.out_until;
                self.hosts.iter_mut().for_each(|host| host.steady_since = host.steady_since.max(until));
            }
            Event::ServiceOut => self.service.out_until = self.outage(event),
            Event::Cut(host) => {
                let until = self.outage(event);
                let host = &mut self.hosts[host as usize];
                host.cut_until = until;
                host.steady_since = host.steady_since.max(until);
            }
            Event::Expiry(order) => self.check_expiry(order),
            Event::Everywhere(number) => self.check_everywhere(number),
        }
    }

    /// How long an outage takes that begins now.
    fn outage(&mut self, event: Event) -> u64 {
        self.report.outages += 1;
        let next = self.after(self.settings.trouble.days_between_outages);
        self.plan_if_any(next, event);
        self.now + self.chance.u64(SECOND..=self.settings.trouble.longest_outage.max(HOUR))
    }

    /// What becomes of a host between two steps. False: the step is not taken now.
    pub(crate) fn goes_on(&mut self, host: u32) -> bool {
        let trouble = self.settings.trouble;
        if self.happens(trouble.crash) {
            self.crash(host);
            return false;
        }
        if self.happens(trouble.pause) {
            // Short pauses are the most.
            let share = self.chance.f64();
            let pause = SECOND + (share * share * trouble.longest_pause as f64) as u64;
            self.report.pauses += 1;
            let until = self.now + pause;
            let host = &mut self.hosts[host as usize];
            host.paused_until = host.paused_until.max(until);
            host.steady_since = host.steady_since.max(until);
            return false;
        }
        true
    }

    pub(crate) fn later(&mut self, visitor: (u32, u32), time: u64, answer: Answer) {
        self.events.plan(self.now + time, Event::Answer(visitor, answer));
    }
}
