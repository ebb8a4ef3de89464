//! All orders, in the order of creation, with indexes: an account with many thousands of orders is as fast as
//! an empty one.

use std::collections::{BTreeSet, HashMap};

use time::OffsetDateTime;

use crate::account::Owner;
use crate::authority::Authority;
use crate::order::{Order, Status};
use crate::settings::Settings;

type Place = usize;

#[derive(Default)]
pub(crate) struct Orders {
    all: Vec<Order>,
    by_id: HashMap<String, Place>,
    /// Index by the id of the replaced certificate.
    replacements: HashMap<String, Vec<Place>>,
    indexes: Indexes,
}

/// Indexes that every change of an order updates.
#[derive(Default)]
struct Indexes {
    /// How many issued certificates a common name has, on all accounts.
    live: HashMap<String, usize>,
    /// How many places of its quota an account has taken.
    taken: HashMap<Owner, usize>,
    /// When the next issue or expiry of an order is due.
    due: BTreeSet<(OffsetDateTime, Place)>,
    /// When an order is due for a recheck.
    rechecks: BTreeSet<(OffsetDateTime, Place)>,
}

/// The data of an order that the indexes hold.
#[derive(PartialEq)]
struct IndexKeys {
    is_live: bool,
    takes_place: bool,
    due: Option<OffsetDateTime>,
    recheck: Option<OffsetDateTime>,
}

impl IndexKeys {
    fn of(order: &Order) -> Self {
        Self {
            is_live: order.status == Status::Issued,
            // Only cancelling frees a place.
            takes_place: order.status != Status::Cancelled,
            due: order.next_change(),
            recheck: order.next_recheck(),
        }
    }
}

impl Orders {
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Order> {
        self.all.iter()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Order> {
        self.all.get(*self.by_id.get(id)?)
    }

    pub(crate) fn add(&mut self, order: Order) {
        let place = self.all.len();
        self.by_id.insert(order.id.clone(), place);
        if let Some(original) = &order.replacement_for {
            self.replacements.entry(original.clone()).or_default().push(place);
        }
        self.indexes.enter(place, &order, &IndexKeys::of(&order));
        self.all.push(order);
    }

    /// Changes the order with this id, if it exists.
    pub(crate) fn change<T>(&mut self, id: &str, change: impl FnOnce(&mut Order) -> T) -> Option<T> {
        let place = *self.by_id.get(id)?;
        self.change_at(place, change)
    }

    fn change_at<T>(&mut self, place: Place, change: impl FnOnce(&mut Order) -> T) -> Option<T> {
        let order = self.all.get_mut(place)?;
        let before = IndexKeys::of(order);
        let result = change(order);
        let after = IndexKeys::of(order);
        if before != after {
            self.indexes.leave(place, order, &before);
            self.indexes.enter(place, order, &after);
        }
        Some(result)
    }

    /// Applies what is due now: issues, then expires.
    pub(crate) fn settle(&mut self, now: OffsetDateTime, settings: &Settings, authority: &Authority) {
        let due: Vec<Place> = self.indexes.due.range(..=(now, Place::MAX)).map(|(_, place)| *place).collect();
        for place in due {
            self.change_at(place, |order| order.settle(now, settings, authority));
        }
    }

    /// Whether any account has an issued certificate of a common name.
    pub(crate) fn is_live(&self, common_name: &str) -> bool {
        self.indexes.live.get(common_name).is_some_and(|count| *count > 0)
    }

    /// How many places of its quota an account has taken.
    pub(crate) fn taken(&self, owner: Owner) -> usize {
        self.indexes.taken.get(&owner).copied().unwrap_or_default()
    }

    /// The orders that replace this one.
    pub(crate) fn replacements_of(&self, id: &str) -> impl Iterator<Item = &Order> {
        let places = self.replacements.get(id).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.all.get(*place))
    }

    /// The ids of the orders that are due for a recheck: at most `limit`, those that wait longest first.
    pub(crate) fn due_rechecks(&self, now: OffsetDateTime, limit: usize) -> Vec<String> {
        let due = self.indexes.rechecks.range(..=(now, Place::MAX)).take(limit);
        due.filter_map(|(_, place)| Some(self.all.get(*place)?.id.clone())).collect()
    }

    /// When the next recheck is due.
    pub(crate) fn next_recheck(&self) -> Option<OffsetDateTime> {
        self.indexes.rechecks.first().map(|(time, _)| *time)
    }
}

impl Indexes {
    fn enter(&mut self, place: Place, order: &Order, keys: &IndexKeys) {
        if keys.is_live {
            *self.live.entry(order.common_name()).or_default() += 1;
        }
        if keys.takes_place {
            *self.taken.entry(order.owner).or_default() += 1;
        }
        self.due.extend(keys.due.map(|time| (time, place)));
        self.rechecks.extend(keys.recheck.map(|time| (time, place)));
    }

    fn leave(&mut self, place: Place, order: &Order, keys: &IndexKeys) {
        let less = |count: &mut usize| *count = count.saturating_sub(1);
        if keys.is_live {
            self.live.entry(order.common_name()).and_modify(less);
        }
        if keys.takes_place {
            self.taken.entry(order.owner).and_modify(less);
        }
        if let Some(time) = keys.due {
            self.due.remove(&(time, place));
        }
        if let Some(time) = keys.recheck {
            self.rechecks.remove(&(time, place));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use time::Duration;

    use super::*;
    use crate::call::Call;
    use crate::operations::create;
    use crate::options::Options;
    use crate::service::Service;

    const CSR: &str = include_str!("../tests/sandbox/support/plain.pem");

    fn order() -> Order {
        let options = Options::default();
        let service = Service::new(&options, SocketAddr::from((Ipv4Addr::LOCALHOST, 1))).expect("a service");
        let mut call = Call::default();
        for (name, value) in
            [("certificate_domains", "example.com"), ("certificate_csr", CSR), ("strict_domains", "1")]
        {
            call.parameters.insert(name.to_owned(), value.to_owned());
        }
        assert!(create::answer(&service, &call).is_ok());
        service.state().orders.iter().next().cloned().expect("an order")
    }

    #[test]
    fn a_status_that_stays_is_noted_once() {
        let mut order = order();
        let made = order.created;
        let after = |seconds| made + Duration::seconds(seconds);
        (1..1000).for_each(|seconds| order.set_status(Status::PendingValidation, after(seconds)));
        order.set_status(Status::Cancelled, after(1000));
        assert_eq!((order.history.len(), order.updated), (3, after(1000)));
        for (seconds, status) in [
            (-1, None),
            (0, Some(Status::Draft)),
            (1, Some(Status::PendingValidation)),
            (999, Some(Status::PendingValidation)),
            (1000, Some(Status::Cancelled)),
        ] {
            assert_eq!(order.status_at(after(seconds)), status, "{seconds}");
        }
    }

    #[test]
    fn due_rechecks_are_limited() {
        let first = order();
        let now = first.created;
        let mut orders = Orders::default();
        for number in 0..1000 {
            let mut order = Order { id: number.to_string(), ..first.clone() };
            order.set_status(Status::PendingValidation, now);
            order.awaits_recheck = true;
            // Later orders are due earlier.
            order.ready_at = Some(now - Duration::seconds(number));
            orders.add(order);
        }
        assert_eq!(orders.due_rechecks(now, 3), ["999", "998", "997"]);
        assert_eq!(orders.due_rechecks(now, 0), [""; 0]);
        assert_eq!(orders.due_rechecks(now - Duration::seconds(998), 100), ["999", "998"]);
    }
}
