//! What must never happen.

use std::fmt;

use crate::code::{DAY, HOUR, SECOND};
use crate::world::World;

/// Beside the timer's period: how late a timer goes off, and how long most runs take.
const ONE_RUN: u64 = 3 * HOUR;
/// How much is kept of the story of an entry.
const KEPT: usize = 24;
const MAX_VIOLATIONS: usize = 5;

/// A kind of violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// An order was made while there was another one that was not known to be dead.
    TwoOrders,
    /// A certificate ended while it was in use.
    Expired,
    /// A host that was up all the time, or several, do not have what was installed a period and a run ago.
    Behind,
    /// An entry has been due for four periods and a day.
    Blocked,
}

/// What happened, when, and what came before it.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Of what kind.
    pub wrong: Wrong,
    /// The seed of the world.
    pub seed: u64,
    /// In milliseconds from its beginning.
    pub at: u64,
    /// The number of the entry.
    pub entry: u32,
    /// The last events of the entry.
    pub story: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}: seed {}, {}, entry {}", self.wrong, self.seed, clock(self.at), self.entry)?;
        self.story.iter().try_for_each(|line| writeln!(f, "    {line}"))
    }
}

/// One event of an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    at: u64,
    host: u32,
    what: &'static str,
}

impl World {
    pub(crate) fn note(&mut self, entry: u32, host: u32, what: &'static str) {
        let story = &mut self.stories[entry as usize];
        if story.len() >= KEPT {
            story.remove(0);
        }
        story.push(Moment { at: self.now, host, what });
    }

    pub(crate) fn violated(&mut self, wrong: Wrong, entry: u32) {
        self.report.count_violation(wrong);
        if self.report.violations.len() >= MAX_VIOLATIONS {
            return;
        }
        let line = |moment: &Moment| format!("{} host {}: {}", clock(moment.at), moment.host, moment.what);
        let story = self.stories[entry as usize].iter().map(line).collect();
        let seed = self.settings.seed;
        self.report.violations.push(Violation { wrong, seed, at: self.now, entry, story });
    }

    /// Before an order of an entry is made: whether there is one already. A host that was held up between its note and its
    /// create may be too late: no protocol can close that window, so such a pair is counted apart.
    pub(crate) fn check_single(&mut self, entry: u32, is_late: bool) -> bool {
        let others: Vec<u32> = self.service.open(entry, self.now).collect();
        let mut is_double = false;
        for other in others {
            let other = &mut self.service.orders[other as usize];
            if other.is_double {
                continue;
            }
            other.is_double = true;
            is_double = true;
            if is_late || other.is_late {
                self.report.late_doubles += 1;
            } else {
                self.violated(Wrong::TwoOrders, entry);
            }
        }
        is_double
    }

    pub(crate) fn check_expiry(&mut self, order: u32) {
        let entry = self.entry_of[order as usize];
        if self.engine.records[entry as usize].image.installed == order {
            self.violated(Wrong::Expired, entry);
        }
    }

    /// How long after an installation all hosts have to have it.
    pub(crate) fn patience(&self) -> u64 {
        self.settings.period + ONE_RUN
    }

    pub(crate) fn check_everywhere(&mut self, number: u32) {
        let (entry, order, at) = self.installs[number as usize];
        let not_after = |order: u32| self.service.orders[order as usize].not_after;
        let is_behind = |host: &&crate::host::Host| {
            host.is_up && host.steady_since <= at && not_after(host.has[entry as usize]) < not_after(order)
        };
        // Those in the middle of a run may have it at its end.
        let (running, behind): (Vec<_>, Vec<_>) =
            self.hosts.iter().filter(is_behind).partition(|host| host.run.is_some());
        let behind = behind.len();
        if !running.is_empty() {
            self.events.plan(self.now + ONE_RUN, crate::events::Event::Everywhere(number));
        }
        if behind > 0 {
            self.report.hosts_behind += behind as u64;
            self.violated(Wrong::Behind, entry);
        }
    }

    /// After the end: what was due for too long, and what is left of doubles.
    pub(crate) fn check_end(&mut self) {
        let limit = 4 * self.settings.period + DAY;
        let blocked: Vec<u32> =
            self.due.iter().take_while(|(at, _)| at + limit < self.now).map(|(_, entry)| *entry).collect();
        for entry in blocked {
            self.violated(Wrong::Blocked, entry);
        }
        let now = self.now;
        let is_left = |made: &&crate::service::Made| {
            made.is_double && made.is_live(now) && !made.was_installed && made.at + 3 * DAY < now
        };
        self.report.doubles_left = self.service.orders.iter().filter(is_left).count() as u64;
    }
}

/// A time of the world, for people.
pub(crate) fn clock(at: u64) -> String {
    let (days, rest) = (at / DAY, at % DAY);
    let (hours, minutes) = (rest / HOUR, rest % HOUR / (60 * SECOND));
    let seconds = rest % (60 * SECOND);
    format!("day {days} {hours:02}:{minutes:02}:{:02}.{:03}", seconds / SECOND, seconds % SECOND)
}
