//! Orders whose answer was lost: looked for before another one is made, and cancelled if they turn up late. As
//! `core/src/obtain/steps/search.rs` and `core/src/obtain/steps/give_up.rs` have it.

use super::{Step, Visit};
use crate::code::{DAY, FIRST_SEARCH, LOST_FOR, MAX_SEARCH, MAX_UNKNOWN_CREATES, SETTLE};
use crate::engine::Sent;
use crate::events::{Answer, Visitor};
use crate::service::State;
use crate::world::World;

impl World {
    /// The account is listed before a create.
    pub(super) fn look(&mut self, visitor: Visitor) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let Some(serial) = visit.image.order.as_ref().map(|order| order.serial) else { return };
        let (visit, host) = (visit.clone(), visit.host);
        let is_same = |sent: &&Sent| sent.serial == serial;
        if self.settings.rules.search
            && visit.image.lost.iter().any(|sent| is_same(&sent))
            && let Some(found) = self.pick(&visit, serial)
        {
            self.report.found += 1;
            return self.adopt(visitor, Some(found));
        }
        let at = self.clock(host);
        let recent = visit.image.lost.iter().filter(|sent| at - sent.at < DAY as i64).count();
        if recent >= MAX_UNKNOWN_CREATES {
            return self.write(visitor, Step::Release, |_| {});
        }
        self.write(visitor, Step::Note, |image| {
            if let Some(order) = &mut image.order {
                order.sent = Some(Sent { at, serial });
            }
        });
    }

    pub(super) fn begin_search(&mut self, visitor: Visitor, is_ours: bool) {
        let now = self.now;
        let Some(visit) = self.visits.get(visitor) else { return };
        visit.has_unknown_create |= is_ours;
        visit.search = now;
        visit.pause = FIRST_SEARCH;
        if self.settings.rules.search { self.call(visitor, Step::Search) } else { self.count_lost(visitor) }
    }

    pub(super) fn search(&mut self, visitor: Visitor) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let Some(sent) = visit.image.order.as_ref().and_then(|order| order.sent) else { return };
        let (visit, host) = (visit.clone(), visit.host);
        if let Some(found) = self.pick(&visit, sent.serial) {
            self.report.found += 1;
            return self.adopt(visitor, Some(found));
        }
        let since_search = self.now - visit.search;
        // A clock that was set back tells nothing.
        let age = u64::try_from(self.clock(host) - sent.at).unwrap_or(since_search);
        let waited = if self.settings.rules.settles_from_search { since_search } else { age };
        let left = SETTLE.saturating_sub(waited);
        if left == 0 {
            return self.count_lost(visitor);
        }
        let pause = visit.pause.min(left);
        if let Some(visit) = self.visits.get(visitor) {
            visit.pause = (visit.pause * 2).min(MAX_SEARCH);
        }
        self.later(visitor, pause, Answer::Later);
    }

    pub(super) fn count_lost(&mut self, visitor: Visitor) {
        self.report.not_found += 1;
        self.write(visitor, Step::CountLost, |image| {
            let sent = image.order.as_mut().and_then(|order| order.sent.take());
            image.lost.extend(sent);
        });
    }

    pub(super) fn look_for_lost(&mut self, visitor: Visitor) {
        match self.visits.get(visitor) {
            Some(Visit { image, .. }) if !image.lost.is_empty() => self.call(visitor, Step::Late),
            _ => self.write(visitor, Step::Release, |_| {}),
        }
    }

    /// Orders of lost creates that have turned up are cancelled. Those that are too old are not looked for any more.
    pub(super) fn cancel_late(&mut self, visitor: Visitor) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let (image, host, entry) = (visit.image.clone(), visit.host, visit.entry);
        let known = [image.order.as_ref().and_then(|order| order.id), Some(image.installed)];
        let mut lost = image.lost.clone();
        let listed: Vec<u32> = self.service.listed(entry, self.now).collect();
        for id in listed.into_iter().filter(|id| !known.contains(&Some(*id))) {
            let state = self.service.orders[id as usize].state_at(self.now);
            let serial = self.service.orders[id as usize].serial;
            let Some(of_it) = lost.iter().position(|sent| sent.serial == serial) else { continue };
            lost.remove(of_it);
            // Looked at, cancelled, looked at.
            self.report.calls.cancel += 3;
            if state != State::Issued {
                self.service.orders[id as usize].state = State::Cancelled;
                self.report.cancelled += 1;
                self.note(entry, host, "an order that turned up late is cancelled");
            }
        }
        let clock = self.clock(host);
        lost.retain(|sent| clock - sent.at < LOST_FOR as i64);
        if lost.len() == image.lost.len() {
            if image.lease.is_some() {
                return self.write(visitor, Step::Release, |_| {});
            }
            return self.end(visitor);
        }
        self.write(visitor, Step::Settle, |image| image.lost = lost);
    }
}
