//! Hosts and their runs, as `core/src/obtain/renewals.rs` has them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::code::{BEAT, HOUR, JOBS, MAX_TRIES, PAGE, SECOND};
use crate::events::Event;
use crate::pace::{Others, Pace};
use crate::world::{ENGINE_TIME, World};

/// Stands for a version that has yet to be read.
pub(crate) const UNREAD: u32 = u32::MAX;
/// How late a timer goes off at most.
const TIMER_DELAY: u64 = 300 * SECOND;

#[derive(Clone, Debug)]
pub(crate) struct Host {
    /// Its folder. Leases name it.
    pub(crate) copy: u32,
    /// How far its clock is ahead.
    pub(crate) clock: i64,
    pub(crate) is_up: bool,
    pub(crate) paused_until: u64,
    /// Cannot reach the engine until then.
    pub(crate) cut_until: u64,
    /// Since when nothing has kept it from its work.
    pub(crate) steady_since: u64,
    pub(crate) pace: Pace,
    /// The certificate of each entry that is installed here, by its order.
    pub(crate) has: Vec<u32>,
    /// Entries that it has to visit again.
    pub(crate) behind: BTreeSet<u32>,
    /// What was installed elsewhere up to here is known.
    pub(crate) cursor: usize,
    /// Leases of others: the version, and since when it is seen, by its own clock.
    pub(crate) leases: BTreeMap<u32, (u32, i64)>,
    pub(crate) run: Option<u32>,
}

/// A run of `renew_all`.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) host: u32,
    pub(crate) others: Others,
    pub(crate) queue: VecDeque<u32>,
    jobs: usize,
    active: usize,
    pub(crate) visits: Vec<u32>,
    idle: u64,
    began: u64,
    has_begun: bool,
    pub(crate) postponed: BTreeSet<u32>,
    has_come_back: bool,
}

impl World {
    pub(crate) fn timer(&mut self, host: u32) {
        let delay = self.chance.u64(0..TIMER_DELAY);
        self.events.plan(self.now + self.settings.period - TIMER_DELAY / 2 + delay, Event::Timer(host));
        let (now, out_until) = (self.now, self.engine.out_until);
        let it = &mut self.hosts[host as usize];
        if !it.is_up || it.run.is_some() || now < it.cut_until.max(out_until).max(it.paused_until) {
            return;
        }
        let number = self.runs.len() as u32;
        it.run = Some(number);
        self.runs.push(Some(Run {
            host,
            others: Others::default(),
            queue: VecDeque::new(),
            jobs: 0,
            active: 0,
            visits: Vec::new(),
            idle: 0,
            began: now,
            has_begun: false,
            postponed: BTreeSet::new(),
            has_come_back: false,
        }));
        self.report.runs += 1;
        self.running += 1;
        self.report.most_runs = self.report.most_runs.max(self.running);
        let pages = (self.settings.entries as u64).div_ceil(PAGE);
        self.report.requests.list += pages;
        self.report.requests.get += 1;
        let mut calls = 0;
        if self.settings.lists_account {
            // A list of several pages is read twice.
            let pages = (self.service.orders.len() as u64).div_ceil(PAGE);
            calls = if pages > 1 { 2 * pages } else { 1 };
            self.report.calls.account += calls;
            for call in 0..calls {
                self.report.count_call(now + call * SECOND / 5);
            }
        }
        self.events.plan(now + pages * 50 + calls * SECOND / 5, Event::Begin(number));
    }

    /// The run knows what there is, and shows itself first.
    pub(crate) fn begin(&mut self, number: u32) {
        let Some(run) = &self.runs[number as usize] else { return };
        let host = &mut self.hosts[run.host as usize];
        host.pace.share_among(1);
        let mut names: BTreeSet<u32> = std::mem::take(&mut host.behind);
        let news = &self.installs[host.cursor..];
        names.extend(news.iter().map(|(entry, _, _)| *entry));
        host.cursor = self.installs.len();
        let ahead = self.now + self.settings.trouble.clocks;
        names.extend(self.due.range(..=(ahead, u32::MAX)).map(|(_, entry)| *entry));
        names.extend(&self.with_lost);
        host.behind.clone_from(&names);
        let mut queue: Vec<u32> = names.into_iter().collect();
        // By the time that is left.
        queue.sort_by_key(|entry| self.service.orders[host.has[*entry as usize] as usize].not_after);
        if self.settings.rules.spreads && !queue.is_empty() {
            let first = self.chance.usize(0..queue.len());
            queue.rotate_left(first);
        }
        let Some(run) = &mut self.runs[number as usize] else { return };
        run.idle =
            if self.settings.rules.trusts_list { 0 } else { (self.settings.entries - queue.len()) as u64 };
        run.queue = queue.into();
        self.events.plan(self.now, Event::Beat { run: number, seen: UNREAD, tries: 0 });
    }

    /// The run writes the account's record in the place of the version that it has seen.
    pub(crate) fn beat(&mut self, number: u32, seen: u32, tries: u32) {
        let Some(run) = &mut self.runs[number as usize] else { return };
        let host = &self.hosts[run.host as usize];
        let again = Event::Beat { run: number, seen, tries };
        if host.paused_until > self.now {
            return self.events.plan(host.paused_until, again);
        }
        if self.now < self.engine.out_until.max(host.cut_until) {
            return self.has_beaten(number);
        }
        if seen == UNREAD {
            let seen = Event::Beat { run: number, seen: self.shown.version, tries };
            let time = 2 * self.engine_time();
            return self.events.plan(self.now + time, seen);
        }
        self.report.requests.pace += 2;
        if self.shown.version != seen && self.settings.rules.fence {
            self.report.requests.pace += 1;
            if tries + 1 < MAX_TRIES {
                let seen = Event::Beat { run: number, seen: UNREAD, tries: tries + 1 };
                return self.events.plan(self.now, seen);
            }
            run.others.look_at(&self.shown.shown, number, self.now);
            return self.has_beaten(number);
        }
        self.shown.shown.retain(|other, _| !run.others.is_gone(*other, self.now));
        *self.shown.shown.entry(number).or_default() += 1;
        self.shown.version += 1;
        run.others.look_at(&self.shown.shown, number, self.now);
        self.has_beaten(number);
    }

    fn has_beaten(&mut self, number: u32) {
        self.events.plan(self.now + BEAT, Event::Beat { run: number, seen: UNREAD, tries: 0 });
        let Some(run) = &mut self.runs[number as usize] else { return };
        let runs = run.others.runs(self.now);
        self.hosts[run.host as usize].pace.share_among(runs);
        if !run.has_begun {
            run.has_begun = true;
            run.jobs = JOBS.div_ceil(runs as usize);
            self.work(number);
        }
    }

    /// Every job takes the next entry.
    fn work(&mut self, number: u32) {
        let Some(run) = &mut self.runs[number as usize] else { return };
        run.active = run.jobs;
        for _ in 0..run.jobs {
            self.next_entry(number);
        }
    }

    pub(crate) fn next_entry(&mut self, number: u32) {
        let Some(run) = &mut self.runs[number as usize] else { return };
        if let Some(entry) = run.queue.pop_front() {
            let host = run.host;
            return self.visit(number, host, entry);
        }
        run.active -= 1;
        if run.active > 0 {
            return;
        }
        // What is left has nothing to do.
        let idle = std::mem::take(&mut run.idle);
        let jobs = run.jobs as u64;
        let waits = self.settings.rules.comes_back && !run.has_come_back && !run.postponed.is_empty();
        self.report.requests.idle_get += idle;
        let mut end = self.now + idle * ENGINE_TIME / jobs;
        if waits {
            end = end.max(self.now + self.settings.lease + SECOND);
        }
        self.events.plan(end, Event::RunEnds(number));
    }

    pub(crate) fn run_ends(&mut self, number: u32) {
        let Some(run) = &mut self.runs[number as usize] else { return };
        let host = &mut self.hosts[run.host as usize];
        if host.paused_until > self.now {
            return self.events.plan(host.paused_until, Event::RunEnds(number));
        }
        if self.settings.rules.comes_back && !run.has_come_back && !run.postponed.is_empty() {
            run.has_come_back = true;
            run.queue = std::mem::take(&mut run.postponed).into_iter().collect();
            return self.work(number);
        }
        host.run = None;
        host.pace.share_among(1);
        let time = self.now - run.began;
        self.report.run_time += time;
        self.report.longest_run = self.report.longest_run.max(time);
        self.shown.shown.remove(&number);
        self.shown.version += 1;
        self.report.requests.pace += 2;
        self.runs[number as usize] = None;
        self.running -= 1;
    }

    /// The host is gone, with whatever it was doing. What it has sent is on its way.
    pub(crate) fn crash(&mut self, number: u32) {
        let host = &mut self.hosts[number as usize];
        if !host.is_up {
            return;
        }
        host.is_up = false;
        host.paused_until = 0;
        self.report.crashes += 1;
        if let Some(run) = host.run.take().and_then(|run| self.runs[run as usize].take()) {
            for visit in run.visits {
                self.visits.end(visit);
            }
            self.running -= 1;
        }
        let away = 60 * SECOND + self.chance.u64(0..12 * HOUR);
        self.events.plan(self.now + away, Event::Up(number));
    }

    pub(crate) fn up(&mut self, number: u32) {
        let host = &mut self.hosts[number as usize];
        host.is_up = true;
        host.steady_since = self.now;
        host.pace = Pace::default();
    }

    /// A crash from outside; now and then for good, and a new host joins in its place.
    pub(crate) fn down(&mut self, number: u32) {
        let next = self.after(self.settings.trouble.days_up);
        self.plan_if_any(next, Event::Down(number));
        self.crash(number);
        if self.chance.u32(0..4) > 0 {
            return;
        }
        self.copies += 1;
        let host = &mut self.hosts[number as usize];
        host.copy = self.copies;
        host.leases.clear();
        host.behind.clear();
        host.cursor = self.installs.len();
        for (entry, has) in host.has.iter_mut().enumerate() {
            *has = self.engine.records[entry].image.installed;
        }
        // Each record is read twice: whether there is such an entry, and to bring it.
        self.report.requests.join_get += 2 * self.settings.entries as u64;
    }
}
