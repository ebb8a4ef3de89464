//! No dead end, and nothing that expires: what documented calls do when the trouble is over.

use std::fs;
use std::time::Duration;

use super::actions::{Aim, Blocked, ENTRIES, Wanted};
use super::keys::{Key, is_as_asked};
use super::rules::{
    AS_ASKED, CANCELLED_IS_OVER, DONE_IS_DONE, NO_DEAD_END, NOTHING_EXPIRES, NOTHING_LEFT, ORDER_IS_TAKEN_UP,
    RENEWED_IN_TIME,
};
use super::trouble::Trouble;
use super::world::{DAY, MINUTE, Scene, Violation, broken, is_open};
use crate::error::{Error, Kind};
use crate::obtain::interface::{Obtain, Outcome};
use crate::obtain::order_spec::RENEW_AT;
use crate::obtain::store::journal::{Journal, Terms};
use crate::obtain::store::storage::Disk;
use crate::obtain::tests::stand::{LEASE, is_fresh};
use crate::operation::Request;

/// A call, and the calls or waits that its errors ask for.
const MAX_CALLS: usize = 10;

impl Scene {
    /// From any state, with the trouble gone: calls again, and does what the errors say. Ends what the rules forgive.
    pub(super) fn recover(&mut self, host: usize, entry: usize) -> Result<(), Violation> {
        self.make_peace();
        let wish = self.wishes[entry].clone();
        let (under_way, before) = (self.under_way(entry, &wish)?, self.orders(entry).len());
        let is_cancelled = self.is_cancelled(entry, &wish)?;
        if is_cancelled {
            self.count("recovered from a cancelled order");
        }
        let errors = self.errors;
        let wish = self.obtain_at_last(host, entry, wish)?;
        self.wishes[entry] = wish.clone();
        if is_cancelled && self.errors > errors {
            return broken(CANCELLED_IS_OVER, ENTRIES[entry]);
        }
        if let Some(order) = under_way.filter(|_| self.orders(entry).len() > before) {
            return broken(ORDER_IS_TAKEN_UP, order);
        }
        self.settles(entry, &wish)
    }

    /// Says what was asked for in the end: another key, where one was refused.
    fn obtain_at_last(&mut self, host: usize, entry: usize, mut wish: Wanted) -> Result<Wanted, Violation> {
        let mut said = Vec::new();
        for _ in 0..MAX_CALLS {
            match self.obtain(host, entry, &wish, &Trouble::None)? {
                Ok(obtained) if is_fresh(&obtained) || obtained.outcome == Outcome::Unchanged => {
                    let leaf = self.in_use(host, entry)?.map(|in_use| in_use.leaf.lifetime);
                    // One that was issued long ago, while nobody called, is put in place and then renewed.
                    if leaf.is_none_or(|leaf| !leaf.is_due(RENEW_AT, self.now())) {
                        return Ok(wish);
                    }
                }
                Ok(obtained) => {
                    said.push(obtained.outcome.to_string());
                    // It may take days: somebody calls now and then.
                    self.stand.sandbox.advance(MINUTE * 60 * 12);
                }
                Err(error) => {
                    said.push(error.to_string());
                    self.errors += 1;
                    self.heed(host, entry, &mut wish, &error)?;
                }
            }
        }
        broken(NO_DEAD_END, said.join("\n"))
    }

    /// Whether the order under way was cancelled, and nothing else is unclear.
    fn is_cancelled(&self, entry: usize, wish: &Wanted) -> Result<bool, Violation> {
        let orders = self.orders(entry);
        let is_over = |id: &String| orders.iter().any(|order| order.id == *id && order.status == "cancelled");
        let has_kept_key = wish.key == Key::Made && self.keeps_own_key(entry);
        let is_clear = self.revoked.is_empty()
            && !self.may_leave_orders[entry]
            && !has_kept_key
            && !orders.iter().any(is_open);
        let is_it = |journal: &Journal| {
            let installed = journal.installed.as_ref();
            journal.order.as_ref().and_then(|order| order.id.as_ref()).is_some_and(is_over)
                && journal.lost.is_empty()
                && journal.quarantined.is_none()
                && installed.is_none_or(|installed| wish.is_met_by(entry, &installed.terms))
        };
        // Another host's lease is waited for.
        Ok(is_clear && self.memory.is_none() && self.journals(entry)?.iter().any(is_it))
    }

    /// An open order that is what is wanted, if nothing else has to be ordered beside it.
    fn under_way(&self, entry: usize, wish: &Wanted) -> Result<Option<String>, Violation> {
        // A caller's key that is kept counts instead.
        let has_kept_key = wish.key == Key::Made && self.keeps_own_key(entry);
        let is_wished = |terms: &Terms| !has_kept_key && wish.is_met_by(entry, terms);
        for journal in self.journals(entry)? {
            let Some(order) = journal.order.as_ref().filter(|order| is_wished(&order.terms)) else {
                continue;
            };
            // A create of unknown outcome may be carried out late, and is an order that nobody makes now.
            let is_alone = journal.lost.is_empty()
                && journal.installed.as_ref().is_none_or(|installed| is_wished(&installed.terms))
                && self.revoked.is_empty()
                && self.orders(entry).iter().filter(|order| is_open(order)).count() == 1;
            let open = self.open_orders(entry)?;
            let found = match &order.id {
                Some(id) => open.known.iter().find(|known| *known == id),
                None if order.sent.is_some() => open.sought.first(),
                None => None,
            };
            let Some(id) = found.filter(|_| is_alone) else { continue };
            let created = self.order(id)?.created.as_ref().and_then(crate::time::Time::to_system_time);
            let age = created.and_then(|created| self.stand.sandbox.now().duration_since(created).ok());
            // An older one is replaced.
            if age.is_some_and(|age| age < DAY * 2) {
                return Ok(Some(format!("{id}: {journal:?}")));
            }
        }
        Ok(None)
    }

    /// Does what an error says.
    fn heed(&mut self, host: usize, entry: usize, wish: &mut Wanted, error: &Error) -> Result<(), Violation> {
        let says = |what: &str| error.message().contains(what);
        let mut pause = match error.kind() {
            Kind::Busy => LEASE,
            _ => MINUTE,
        };
        if says("move the entry's folder away")
            || says("move the folder away")
            || says("move this folder away")
        {
            if !self.is_in_doubt[entry] {
                return broken(NO_DEAD_END, error.to_string());
            }
            fs::remove_dir_all(self.folder(host).join(ENTRIES[entry])).expect("moved away");
            self.forget_revoked(entry);
            // Its orders are forgotten with it.
            self.may_leave_orders[entry] = true;
        } else if matches!(error.parameter(), Some("private_key" | "csr")) && self.has_revoked(entry) {
            self.count("recovered with another key");
            self.keys += 1;
            wish.key = wish.key.renewed(self.keys);
            // A key that an earlier call was given.
            wish.reuse_key = Some(false);
        } else if says("`abandon`") {
            self.count("recovered with `abandon`");
            let abandon = Wanted { aim: Aim::Abandon, ..wish.clone() };
            drop(self.obtain(host, entry, &abandon, &Trouble::None)?);
        } else if let Some(issued) = issued_of_the_name(error) {
            self.count("recovered with `replace`");
            let wanted = Obtain { replace: Some(issued), ..self.wanted(host, entry, wish) };
            // Another error of it is heeded when it comes again.
            if let Err(error) = self.run_on(&Disk, Obtain::OPERATION, &wanted, crate::obtain::run_in)
                && asks_to_cancel(&error)
            {
                self.cancel_what_is_forgotten(host)?;
            }
        } else if asks_to_cancel(error) {
            self.cancel_what_is_forgotten(host)?;
        } else if let Some(after) = error.retry_after() {
            pause = after;
        } else if !error.is_retryable() {
            return broken(NO_DEAD_END, error.to_string());
        }
        self.stand.sandbox.advance(pause + Duration::from_secs(1));
        Ok(())
    }

    fn cancel_what_is_forgotten(&mut self, host: usize) -> Result<(), Violation> {
        self.count("recovered with `cancel_drafts`");
        self.cancel_drafts(host, &Trouble::None).map(drop)
    }

    /// Every host gets the certificate, the next call does nothing, and a day later no order is open.
    fn settles(&mut self, entry: usize, wish: &Wanted) -> Result<(), Violation> {
        for host in self.hosts() {
            self.obtain_at_last(host, entry, wish.clone())?;
        }
        self.is_in_doubt[entry] = false;
        let made = self.orders(entry).len();
        let mut pems = Vec::new();
        for host in self.hosts() {
            match self.in_use(host, entry)? {
                Some(in_use) if self.revoked.iter().any(|revoked| revoked.pem == in_use.pem) => {
                    return broken(DONE_IS_DONE, "what is installed was revoked");
                }
                Some(in_use) if in_use.leaf.lifetime.not_after > self.now() => {
                    is_as_asked(entry, wish, &in_use)?;
                    pems.push(in_use.pem);
                }
                Some(_) => return broken(DONE_IS_DONE, "what is installed has expired"),
                None => return broken(DONE_IS_DONE, "nothing is installed"),
            }
            match self.obtain(host, entry, wish, &Trouble::None)? {
                Ok(obtained) if obtained.outcome == Outcome::Unchanged => {}
                other => return broken(DONE_IS_DONE, format!("{other:?}")),
            }
        }
        for host in self.hosts() {
            self.is_deployed(host, entry, wish)?;
        }
        if self.orders(entry).len() != made || pems.iter().any(|pem| *pem != pems[0]) {
            return broken(DONE_IS_DONE, "another order was made, or the hosts have different certificates");
        }
        // By then what was lost has turned up, or never will.
        self.stand.sandbox.advance(DAY + MINUTE);
        for host in self.hosts() {
            if let Err(error) = self.obtain(host, entry, wish, &Trouble::None)? {
                return broken(DONE_IS_DONE, error.to_string());
            }
        }
        if std::mem::take(&mut self.may_leave_orders[entry]) {
            drop(self.cancel_drafts(0, &Trouble::None)?);
        }
        match self.orders(entry).into_iter().find(is_open) {
            Some(open) => broken(NOTHING_LEFT, format!("{open:?}: {:?}", self.journals(entry)?)),
            None => Ok(()),
        }
    }

    /// A run a day on each host: what is good at first does not expire, and is renewed soon after it is due.
    pub(super) fn daily(
        &mut self,
        days: u64,
        blocked: Blocked,
        troubles: &[(u64, Trouble)],
    ) -> Result<(), Violation> {
        self.make_peace();
        self.block(blocked);
        if blocked == Blocked::Www {
            let wish = Wanted { with_www: true, ..Wanted::USUAL };
            self.wishes[0] = wish.clone();
            drop(self.obtain(0, 0, &wish, &Trouble::None)?);
        }
        // So many runs may fail, and a create of unknown outcome makes an entry wait for a day.
        let slack = if troubles.is_empty() { 3 } else { 14 };
        let watched = self.watched(blocked, slack)?;
        let own = (0..ENTRIES.len()).map(|entry| self.kept_key(entry)).collect::<Result<Vec<_>, _>>()?;
        for day in 0..days {
            self.stand.sandbox.advance(DAY);
            let mut said = String::new();
            for host in self.hosts() {
                let mut of_day = troubles.iter().filter(|(when, trouble)| {
                    *when == day && host == 0 && !matches!(trouble, Trouble::Lie { .. })
                });
                let trouble = of_day.next().map_or(Trouble::None, |(_, trouble)| trouble.clone());
                if let Err(error) = self.renew_all(host, &trouble)? {
                    said = error.to_string();
                }
            }
            for (host, entry) in &watched {
                self.one_stays_in_use(*host, *entry)?;
                let end = self.in_use(*host, *entry)?.map(|in_use| in_use.leaf.lifetime);
                let text = || format!("{} on host {host}, day {day}: {said}", ENTRIES[*entry]);
                if end.is_none() && self.is_changing[*host][*entry] {
                    continue;
                }
                let Some(leaf) = end.filter(|leaf| leaf.not_after > self.now()) else {
                    return broken(NOTHING_EXPIRES, text());
                };
                let late = self.now() - DAY * u32::try_from(slack).expect("a few");
                if day > slack
                    && matches!(blocked, Blocked::Nothing | Blocked::Other)
                    && leaf.is_due(RENEW_AT, late)
                {
                    return broken(RENEWED_IN_TIME, text());
                }
            }
        }
        let kept = |(entry, own): (usize, &Option<String>)| match (own, self.in_use(0, entry)?) {
            (Some(own), Some(in_use)) if in_use.leaf.public_key != *own => {
                broken(AS_ASKED, format!("{} has another key than the caller's", ENTRIES[entry]))
            }
            _ => Ok(()),
        };
        own.iter().enumerate().try_for_each(kept)
    }

    /// What is good, will be so for the time that it takes, and needs nobody.
    fn watched(&self, blocked: Blocked, slack: u64) -> Result<Vec<(usize, usize)>, Violation> {
        let mut watched = Vec::new();
        for entry in 0..ENTRIES.len() {
            let needs_nobody = self.journals(entry)?.iter().all(|journal| {
                let names = journal.installed.as_ref().map(|installed| installed.terms.domains.len());
                let is_blocked = blocked == Blocked::Www && names == Some(2);
                journal.quarantined.is_none() && names.is_some() && !is_blocked
            });
            if (blocked == Blocked::Hook && self.may_roll_back(entry)) || self.has_forbidden_key(entry)? {
                continue;
            }
            if !needs_nobody || self.may_leave_orders[entry] || (blocked == Blocked::Other && entry == 1) {
                continue;
            }
            for host in self.hosts() {
                let left = self.in_use(host, entry)?.map(|in_use| in_use.leaf.lifetime.not_after);
                if left.is_some_and(|end| end > self.now() + DAY * (u32::try_from(slack).expect("a few") + 1))
                {
                    watched.push((host, entry));
                }
            }
        }
        Ok(watched)
    }
}

/// The error says to use, replace or revoke it: one that was issued when other names were asked for already.
fn issued_of_the_name(error: &Error) -> Option<String> {
    let (before, _) = error.message().split_once(" (issued)").filter(|_| error.api_code() == Some(2839))?;
    before.rsplit(' ').next().map(str::to_owned)
}

fn asks_to_cancel(error: &Error) -> bool {
    ["cancel a draft", "cancel that draft"].iter().any(|what| error.message().contains(what))
}
