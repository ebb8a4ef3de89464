//! All orders, in the order of creation, with what makes them quick to find:
//! an account of many thousands is as fast as an empty one.

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
    /// By the id of what they replace.
    replacements: HashMap<String, Vec<Place>>,
    by_state: ByState,
}

/// What has to be kept up with every change of an order.
#[derive(Default)]
struct ByState {
    /// How many issued certificates a common name has, on all accounts.
    live: HashMap<String, usize>,
    /// How many places of its quota an account has taken.
    taken: HashMap<Owner, usize>,
    /// When time alone changes an order, by issuing or by ending it.
    due: BTreeSet<(OffsetDateTime, Place)>,
    /// When an order is to be looked at once more.
    looks: BTreeSet<(OffsetDateTime, Place)>,
}

/// What of an order is kept up.
#[derive(PartialEq)]
struct Kept {
    is_live: bool,
    takes_place: bool,
    due: Option<OffsetDateTime>,
    look: Option<OffsetDateTime>,
}

impl Kept {
    fn of(order: &Order) -> Self {
        Self {
            is_live: order.status == Status::Issued,
            // Only cancelling frees a place.
            takes_place: order.status != Status::Cancelled,
            due: order.next_change(),
            look: order.next_look(),
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
        self.by_state.enter(place, &order, &Kept::of(&order));
        self.all.push(order);
    }

    /// Changes an order, if there is one of this id.
    pub(crate) fn change<T>(&mut self, id: &str, change: impl FnOnce(&mut Order) -> T) -> Option<T> {
        let place = *self.by_id.get(id)?;
        self.change_at(place, change)
    }

    fn change_at<T>(&mut self, place: Place, change: impl FnOnce(&mut Order) -> T) -> Option<T> {
        let order = self.all.get_mut(place)?;
        let before = Kept::of(order);
        let result = change(order);
        let after = Kept::of(order);
        if before != after {
            self.by_state.leave(place, order, &before);
            self.by_state.enter(place, order, &after);
        }
        Some(result)
    }

    /// Lets happen what is due by now: issuing, then expiring.
    pub(crate) fn settle(&mut self, now: OffsetDateTime, settings: &Settings, authority: &Authority) {
        let due: Vec<Place> =
            self.by_state.due.range(..=(now, Place::MAX)).map(|(_, place)| *place).collect();
        for place in due {
            self.change_at(place, |order| order.settle(now, settings, authority));
        }
    }

    /// Whether a common name has a certificate that is issued, on any account.
    pub(crate) fn is_live(&self, common_name: &str) -> bool {
        self.by_state.live.get(common_name).is_some_and(|count| *count > 0)
    }

    /// How many places of its quota an account has taken.
    pub(crate) fn taken(&self, owner: Owner) -> usize {
        self.by_state.taken.get(&owner).copied().unwrap_or_default()
    }

    /// The orders that were made to replace this one.
    pub(crate) fn replacements_of(&self, id: &str) -> impl Iterator<Item = &Order> {
        let places = self.replacements.get(id).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.all.get(*place))
    }

    /// The ids of those that are to be looked at by now: of so many at most,
    /// and of those that wait the longest.
    pub(crate) fn to_look_at(&self, now: OffsetDateTime, most: usize) -> Vec<String> {
        let due = self.by_state.looks.range(..=(now, Place::MAX)).take(most);
        due.filter_map(|(_, place)| Some(self.all.get(*place)?.id.clone())).collect()
    }

    /// When the next one is to be looked at.
    pub(crate) fn next_look(&self) -> Option<OffsetDateTime> {
        self.by_state.looks.first().map(|(time, _)| *time)
    }
}

impl ByState {
    fn enter(&mut self, place: Place, order: &Order, kept: &Kept) {
        if kept.is_live {
            *self.live.entry(order.common_name()).or_default() += 1;
        }
        if kept.takes_place {
            *self.taken.entry(order.owner).or_default() += 1;
        }
        self.due.extend(kept.due.map(|time| (time, place)));
        self.looks.extend(kept.look.map(|time| (time, place)));
    }

    fn leave(&mut self, place: Place, order: &Order, kept: &Kept) {
        let less = |count: &mut usize| *count = count.saturating_sub(1);
        if kept.is_live {
            self.live.entry(order.common_name()).and_modify(less);
        }
        if kept.takes_place {
            self.taken.entry(order.owner).and_modify(less);
        }
        if let Some(time) = kept.due {
            self.due.remove(&(time, place));
        }
        if let Some(time) = kept.look {
            self.looks.remove(&(time, place));
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
        (1..1000).for_each(|seconds| order.turn(Status::PendingValidation, after(seconds)));
        order.turn(Status::Cancelled, after(1000));
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
    fn no_more_are_to_be_looked_at_than_there_is_room_for() {
        let first = order();
        let now = first.created;
        let mut orders = Orders::default();
        for number in 0..1000 {
            let mut order = Order { id: number.to_string(), ..first.clone() };
            order.turn(Status::PendingValidation, now);
            order.awaits_second_look = true;
            // The later ones are due earlier.
            order.ready_at = Some(now - Duration::seconds(number));
            orders.add(order);
        }
        assert_eq!(orders.to_look_at(now, 3), ["999", "998", "997"]);
        assert_eq!(orders.to_look_at(now, 0), [""; 0]);
        assert_eq!(orders.to_look_at(now - Duration::seconds(998), 100), ["999", "998"]);
    }
}
