//! What follows on each answer.

use super::Step;
use crate::code::{DEADLINE, EARLY_POLL, MAX_POLL_INTERVAL, POLL_INTERVAL};
use crate::engine::Order;
use crate::events::{Answer, Visitor};
use crate::service::State;
use crate::world::World;

impl World {
    pub(super) fn go_on(&mut self, visitor: Visitor, answer: Answer) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let step = visit.step;
        if step.is_write() || visit.is_keeping {
            if answer != Answer::Later && !self.is_settled(visitor, answer) {
                return;
            }
            return self.go_on_after_write(visitor, step, answer);
        }
        match (step, answer) {
            (Step::Join, Answer::Done) => self.join(visitor),
            (Step::Join, _) => self.end(visitor),
            (_, Answer::Later) => self.wait_on(visitor, step),
            (Step::Create, Answer::Done) => self.adopt(visitor, None),
            (Step::Create, Answer::Unknown) => {
                self.report.unknown += 1;
                self.begin_search(visitor, true);
            }
            (Step::Create, _) => self.write(visitor, Step::Unnote, |image| {
                if let Some(order) = &mut image.order {
                    order.sent = None;
                }
            }),
            // The service is not reachable for a while, but the order still exists.
            (Step::Poll, Answer::Failed) => self.poll_later(visitor),
            (_, Answer::Failed) => self.write(visitor, Step::Release, |_| {}),
            (Step::Look, _) => self.look(visitor),
            (Step::Search, _) => self.search(visitor),
            (Step::Known | Step::Poll, _) => self.judge(visitor),
            (Step::Challenge, _) => self.call(visitor, Step::Verify),
            (Step::Verify, _) => {
                let Some(visit) = self.visits.get(visitor) else { return };
                visit.pause = POLL_INTERVAL;
                visit.step = Step::Poll;
                self.later(visitor, EARLY_POLL, Answer::Later);
            }
            (Step::Download, _) => self.install(visitor),
            (Step::Late, _) => self.cancel_late(visitor),
            _ => self.end(visitor),
        }
    }

    fn go_on_after_write(&mut self, visitor: Visitor, step: Step, answer: Answer) {
        let now = self.now;
        let Some(visit) = self.visits.get(visitor) else { return };
        let (host, entry) = (visit.host, visit.entry);
        if answer == Answer::Done {
            visit.has_written(now);
        }
        if std::mem::take(&mut visit.is_keeping) && answer == Answer::Done {
            return self.wait_on(visitor, step);
        }
        match (step, answer) {
            (Step::Release, answer) => {
                if answer == Answer::Done
                    && let Some(visit) = self.visits.get(visitor)
                {
                    visit.is_clean = visit.image.order.is_none() && visit.image.lost.is_empty();
                }
                self.end(visitor);
            }
            (_, Answer::Refused) => {
                self.report.refused += 1;
                self.report.requests.get += 1;
                self.note(entry, host, "refused: another host has taken over");
                self.end(visitor);
            }
            (_, Answer::Failed | Answer::Unknown | Answer::Later) => {
                let Some(visit) = self.visits.get(visitor) else { return };
                if visit.has_lease {
                    // What is released is the journal as this call has it.
                    visit.image = visit.next.clone();
                    return self.write(visitor, Step::Release, |_| {});
                }
                self.end(visitor);
            }
            (Step::Take, _) => self.decide(visitor),
            (Step::Begin, _) => self.call(visitor, Step::Look),
            (Step::Note, _) => {
                self.note(entry, host, "create noted");
                self.call(visitor, Step::Create);
            }
            (Step::CountLost, _) => {
                self.note(entry, host, "create counted as lost");
                match self.visits.get(visitor) {
                    Some(visit) if !visit.has_unknown_create => self.call(visitor, Step::Look),
                    _ => self.write(visitor, Step::Release, |_| {}),
                }
            }
            (Step::Adopt, _) => self.write(visitor, Step::Publish, |_| {}),
            (Step::Publish, _) => {
                // The record of the challenge: read, and written.
                self.report.requests.get += 1;
                self.report.requests.put += 1;
                let time = self.engine_time() * 2;
                if let Some(visit) = self.visits.get(visitor) {
                    visit.step = Step::Challenge;
                }
                self.later(visitor, time, Answer::Done);
            }
            (Step::Install, _) => {
                let Some(visit) = self.visits.get(visitor) else { return };
                let installed = visit.image.installed;
                self.note(entry, host, "installed");
                self.has_here(host, entry, installed);
                self.report.requests.delete += 1;
                self.write(visitor, Step::Tidy, |image| image.has_leftovers = false);
            }
            (Step::Tidy, _) => self.look_for_lost(visitor),
            // Unnoted, forgotten, settled: nothing else is done in this call.
            _ => self.write(visitor, Step::Release, |_| {}),
        }
    }

    /// The image is read: what is there to do?
    fn join(&mut self, visitor: Visitor) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let (run, host, entry) = (visit.run, visit.host, visit.entry);
        let clock = self.clock(host);
        let record = &self.engine.records[entry as usize];
        let (image, version) = (record.image.clone(), record.version);
        let it = &mut self.hosts[host as usize];
        if let Some(lease) = image.lease
            && lease != it.copy
            && self.settings.rules.lease
        {
            let seen = it.leases.entry(entry).or_insert((version, clock));
            if seen.0 != version {
                *seen = (version, clock);
            }
            if clock - seen.1 < self.settings.lease as i64 {
                self.report.leased += 1;
                if self.settings.rules.brings_leased {
                    self.has_here(host, entry, image.installed);
                }
                if let Some(run) = &mut self.runs[run as usize] {
                    run.postponed.insert(entry);
                }
                return self.end(visitor);
            }
            self.report.takeovers += 1;
            self.note(entry, host, "the lease of another host is over");
        }
        self.hosts[host as usize].leases.remove(&entry);
        self.has_here(host, entry, image.installed);
        let Some(visit) = self.visits.get(visitor) else { return };
        (visit.image, visit.seen) = (image, version);
        let is_under_way = visit.image.order.is_some();
        if self.settings.rules.leases_first && is_under_way {
            return self.write(visitor, Step::Take, |_| {});
        }
        self.decide(visitor);
    }

    fn decide(&mut self, visitor: Visitor) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let (host, entry, image) = (visit.host, visit.entry, visit.image.clone());
        let is_due = self.clock(host) >= self.due_at(entry, image.installed) as i64;
        match image.order {
            Some(Order { id: Some(_), .. }) => self.call(visitor, Step::Known),
            Some(Order { sent: Some(_), .. }) => self.begin_search(visitor, false),
            Some(_) if is_due => self.call(visitor, Step::Look),
            None if is_due => self.write(visitor, Step::Begin, |image| {
                image.last_serial += 1;
                image.order = Some(Order { serial: image.last_serial, sent: None, id: None });
            }),
            _ if image.has_leftovers => {
                self.report.requests.delete += 1;
                self.write(visitor, Step::Tidy, |image| image.has_leftovers = false);
            }
            _ if !image.lost.is_empty() => self.call(visitor, Step::Late),
            _ => {
                let Some(visit) = self.visits.get(visitor) else { return };
                visit.is_clean = true;
                if visit.has_lease {
                    return self.write(visitor, Step::Release, |_| {});
                }
                self.end(visitor);
            }
        }
    }

    /// The order is ours: of the answer, or found.
    pub(super) fn adopt(&mut self, visitor: Visitor, found: Option<u32>) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let Some(id) = found.or(visit.answered.take()) else { return };
        let (host, entry) = (visit.host, visit.entry);
        if found.is_some() {
            self.note(entry, host, "order found");
        }
        self.write(visitor, Step::Adopt, |image| {
            let Some(order) = &mut image.order else { return };
            order.id = Some(id);
            if order.sent.is_none()
                && let Some(of_it) = image.lost.iter().position(|sent| sent.serial == order.serial)
            {
                order.sent = Some(image.lost.remove(of_it));
            }
        });
    }

    /// What has become of the order.
    fn judge(&mut self, visitor: Visitor) {
        let now = self.now;
        let Some(visit) = self.visits.get(visitor) else { return };
        let (step, began) = (visit.step, visit.began);
        let Some(id) = visit.image.order.as_ref().and_then(|order| order.id) else { return };
        let made = &self.service.orders[id as usize];
        match made.state_at(now) {
            State::Issued if made.is_live(now) => self.call(visitor, Step::Download),
            State::Pending(_) if now - began < DEADLINE => self.poll_later(visitor),
            State::Draft if step == Step::Known => self.write(visitor, Step::Publish, |_| {}),
            State::Pending(_) | State::Draft => self.write(visitor, Step::Release, |_| {}),
            _ => self.write(visitor, Step::Forget, |image| image.order = None),
        }
    }

    fn poll_later(&mut self, visitor: Visitor) {
        let now = self.now;
        let Some(visit) = self.visits.get(visitor) else { return };
        if now - visit.began > DEADLINE {
            return self.write(visitor, Step::Release, |_| {});
        }
        visit.step = Step::Poll;
        let pause = visit.pause.max(POLL_INTERVAL);
        visit.pause = (pause * 3 / 2).min(MAX_POLL_INTERVAL);
        self.later(visitor, pause, Answer::Later);
    }

    /// A pause is over. The lease is kept meanwhile.
    fn wait_on(&mut self, visitor: Visitor, step: Step) {
        let now = self.now;
        let Some(visit) = self.visits.get(visitor) else { return };
        if visit.has_lease && now >= visit.pushed + self.settings.lease / 4 {
            visit.is_keeping = true;
            return self.write(visitor, step, |_| {});
        }
        self.call(visitor, step);
    }

    fn install(&mut self, visitor: Visitor) {
        self.write(visitor, Step::Install, |image| {
            if let Some(id) = image.order.take().and_then(|order| order.id) {
                image.installed = id;
                image.has_leftovers = true;
            }
        });
    }

    fn has_here(&mut self, host: u32, entry: u32, order: u32) {
        let has = &mut self.hosts[host as usize].has[entry as usize];
        if *has != order {
            *has = order;
            self.report.brought += 1;
        }
    }
}

impl Step {
    fn is_write(self) -> bool {
        matches!(
            self,
            Self::Take
                | Self::Begin
                | Self::Note
                | Self::Unnote
                | Self::CountLost
                | Self::Adopt
                | Self::Forget
                | Self::Publish
                | Self::Install
                | Self::Tidy
                | Self::Settle
                | Self::Release
        )
    }
}
