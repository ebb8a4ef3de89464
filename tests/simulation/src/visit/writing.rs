//! Reads and writes of the image: the fence, as `core/src/obtain/fleet/push.rs` and `core/src/ledger/records.rs` have it.

use super::{Step, Visit};
use crate::code::{MAX_WRITE, SECOND};
use crate::engine::{Image, Write};
use crate::events::{Answer, Event, Visitor};
use crate::world::World;

impl World {
    /// Whether the host can reach the engine.
    fn is_reachable(&self, host: u32) -> bool {
        self.now >= self.engine.out_until.max(self.hosts[host as usize].cut_until)
    }

    pub(super) fn read(&mut self, visitor: Visitor) {
        self.report.requests.get += 1;
        let time = self.engine_time();
        self.events.plan(self.now + time, Event::Read(visitor));
    }

    pub(crate) fn is_read(&mut self, visitor: Visitor) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let host = visit.host;
        if !self.is_reachable(host) {
            if let Some(visit) = self.visits.get(visitor) {
                visit.is_checking = None;
            }
            return self.later(visitor, 5 * SECOND, Answer::Failed);
        }
        let Some(visit) = self.visits.get(visitor) else { return };
        let Some(doubt) = visit.is_checking.take() else { return self.hear(visitor, Answer::Done) };
        let version = self.engine.records[visit.entry as usize].version;
        let answer = match doubt {
            _ if version == visit.writing => Answer::Done,
            // It was not carried out, and still could be.
            Answer::Unknown if version == visit.seen => Answer::Failed,
            _ => Answer::Refused,
        };
        self.hear(visitor, answer);
    }

    /// Replaces the image, with our lease.
    pub(super) fn write(&mut self, visitor: Visitor, step: Step, change: impl FnOnce(&mut Image)) {
        let Some(visit) = self.visits.get(visitor) else { return };
        visit.step = step;
        let mut image = visit.image.clone();
        change(&mut image);
        let now = self.now;
        let (host, entry, replaces) = (visit.host, visit.entry, visit.seen);
        image.lease = (step != Step::Release).then(|| self.hosts[host as usize].copy);
        self.report.requests.put += 1;
        let version = self.engine.new_version();
        if let Some(visit) = self.visits.get(visitor) {
            visit.next = image.clone();
            visit.writing = version;
            visit.noted = now;
        }
        if !self.is_reachable(host) {
            return self.later(visitor, MAX_WRITE, Answer::Failed);
        }
        let mut write = Write { entry, image, replaces, version, visitor, is_answered: true };
        let time = self.engine_time();
        let lost = self.settings.trouble.lost_write;
        if self.happens(3.0 * lost) {
            write.is_answered = false;
            // Carried out; or not; or later.
            let kind = self.chance.u32(0..3);
            let late = if kind == 2 { MAX_WRITE + self.chance.u64(0..30 * SECOND) } else { time };
            if kind != 1 {
                let place = self.engine.send(write);
                self.events.plan(self.now + late, Event::Write(place));
            }
            let until = self.chance.u64(SECOND..MAX_WRITE);
            return self.later(visitor, until, Answer::Unknown);
        }
        let place = self.engine.send(write);
        self.events.plan(self.now + time, Event::Write(place));
    }

    pub(crate) fn is_written(&mut self, place: u32) {
        let Some(write) = self.engine.peek(place) else { return };
        let entry = write.entry;
        let before = self.engine.records[entry as usize].image.installed;
        let Some((write, is_done)) = self.engine.carry_out(place, self.settings.rules.fence) else { return };
        if is_done {
            let image = &self.engine.records[entry as usize].image;
            let (installed, has_lost) = (image.installed, !image.lost.is_empty());
            if has_lost {
                self.with_lost.insert(entry);
            } else {
                self.with_lost.remove(&entry);
            }
            if installed != before {
                self.installed(entry, before, installed);
            }
        }
        if write.is_answered {
            self.hear(write.visitor, if is_done { Answer::Done } else { Answer::Refused });
        }
    }

    /// Whether the answer to a write is one. A refusal may be our own write all the same, so the record is read.
    pub(super) fn is_settled(&mut self, visitor: Visitor, answer: Answer) -> bool {
        let Some(visit) = self.visits.get(visitor) else { return false };
        let is_first = visit.writing != 0;
        match answer {
            Answer::Unknown if is_first => {
                visit.is_checking = Some(answer);
                self.read(visitor);
                false
            }
            _ => true,
        }
    }
}

impl Visit {
    /// The write is carried out.
    pub(super) fn has_written(&mut self, now: u64) {
        self.image = std::mem::take(&mut self.next);
        self.seen = self.writing;
        self.writing = 0;
        self.pushed = now;
        self.has_lease = self.image.lease.is_some();
    }
}
