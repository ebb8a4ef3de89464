//! Calls to the service, and what it makes of them.

use super::{Step, Visit};
use crate::code::{DAY, SECOND};
use crate::events::{Answer, Event, Visitor};
use crate::service::State;
use crate::world::World;

/// What a call takes, at most.
const CALL_TIME: u64 = 400;
/// What a call takes that fails after its retries.
const RETRIES: u64 = 5 * SECOND;

impl World {
    /// Sends a call when the pace has a place for it.
    pub(super) fn call(&mut self, visitor: Visitor, step: Step) {
        let Some(visit) = self.visits.get(visitor) else { return };
        visit.step = step;
        let pace = &mut self.hosts[visit.host as usize].pace;
        let Some(at) = pace.take(self.now, self.settings.rules.even_pace) else {
            self.report.no_place += 1;
            return self.later(visitor, 0, Answer::Failed);
        };
        let calls = &mut self.report.calls;
        *match step {
            Step::Create => &mut calls.create,
            Step::Verify => &mut calls.verify,
            Step::Poll | Step::Known => &mut calls.poll,
            Step::Download => &mut calls.download,
            _ => &mut calls.list,
        } += 1;
        self.report.count_call(at);
        self.events.plan(at, Event::Send(visitor));
    }

    /// A call goes out, unless the host was paused while it waited for its place.
    pub(crate) fn is_sent(&mut self, visitor: Visitor) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let paused_until = self.hosts[visit.host as usize].paused_until;
        if paused_until > self.now {
            return self.events.plan(paused_until, Event::Send(visitor));
        }
        let held_up = self.now - visit.noted;
        if visit.step == Step::Create && self.settings.rules.looks_twice && held_up > self.settings.lease / 2
        {
            return self.write(visitor, Step::Note, |_| {});
        }
        let time = self.chance.u64(CALL_TIME / 4..CALL_TIME);
        self.events.plan(self.now + time, Event::Call(visitor));
    }

    pub(crate) fn is_called(&mut self, visitor: Visitor) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let step = visit.step;
        let trouble = self.settings.trouble;
        if step == Step::Create {
            return self.create(visitor);
        }
        if self.now < self.service.out_until || self.happens(trouble.failed_call) {
            return self.later(visitor, RETRIES, Answer::Failed);
        }
        if self.happens(trouble.limited) {
            return self.call(visitor, step);
        }
        let Some(visit) = self.visits.get(visitor) else { return };
        let id = visit.image.order.as_ref().and_then(|order| order.id);
        if let (Step::Verify, Some(id)) = (step, id) {
            let chance = self.chance.f64();
            self.service.verify(id, self.now, chance);
        }
        self.hear(visitor, Answer::Done);
    }

    /// A create is carried out, and its answer may be lost.
    fn create(&mut self, visitor: Visitor) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let (host, entry, seen) = (visit.host, visit.entry, visit.seen);
        let Some(serial) = visit.image.order.as_ref().map(|order| order.serial) else { return };
        let trouble = self.settings.trouble;
        if self.happens(trouble.limited) {
            return self.later(visitor, 0, Answer::Failed);
        }
        if self.now < self.service.out_until || self.happens(trouble.lost_create) {
            self.note(entry, host, "create sent, not carried out");
            return self.later(visitor, RETRIES, Answer::Unknown);
        }
        let record = &self.engine.records[entry as usize];
        let is_late = record.version != seen && !record.is_torn;
        let is_double = self.check_single(entry, is_late);
        let not_after = self.now + self.settings.lifetime * DAY;
        let id = self.made(entry, serial, not_after, State::Draft, is_late);
        self.service.orders[id as usize].is_double = is_double;
        if self.happens(trouble.lost_create) {
            self.note(entry, host, "create carried out, its answer lost");
            let time = self.chance.u64(0..10 * SECOND);
            return self.later(visitor, time, Answer::Unknown);
        }
        self.note(entry, host, "create carried out");
        if let Some(visit) = self.visits.get(visitor) {
            visit.answered = Some(id);
        }
        self.hear(visitor, Answer::Done);
    }

    /// An order of the entry that came of this CSR, as lists have it: the one that is furthest.
    pub(super) fn pick(&self, visit: &Visit, serial: u32) -> Option<u32> {
        let furthest = |id: &u32| match self.service.orders[*id as usize].state_at(self.now) {
            State::Issued => 2,
            State::Pending(_) => 1,
            _ => 0,
        };
        let is_it = |id: &u32| {
            let made = &self.service.orders[*id as usize];
            made.serial == serial && *id != visit.image.installed
        };
        self.service.listed(visit.entry, self.now).filter(is_it).max_by_key(furthest)
    }
}
