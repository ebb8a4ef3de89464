//! How large a world is, what goes wrong in it, and by which rules its hosts play.

use crate::code::{DAY, HOUR, LEASE, SECOND};

/// A world.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The same seed gives the same story.
    pub seed: u64,
    /// Hosts, all with the same entries.
    pub hosts: usize,
    /// Entries, each with one certificate.
    pub entries: usize,
    /// How long it goes on.
    pub days: u64,
    /// The lifetime of a certificate, in days.
    pub lifetime: u64,
    /// Milliseconds between two runs of a host.
    pub period: u64,
    /// The lease, in milliseconds.
    pub lease: u64,
    /// Whether all timers go off at the same time, apart from some seconds.
    pub same_hour: bool,
    /// Whether all certificates end in the same hour.
    pub same_age: bool,
    /// Whether the run asks for the status of all certificates. Not with `offline`.
    pub lists_account: bool,
    /// What goes wrong.
    pub trouble: Trouble,
    /// By which rules the hosts play.
    pub rules: Rules,
}

impl Settings {
    /// Twenty hosts for two months, with more trouble than any operator would bear.
    #[must_use]
    pub fn small(seed: u64) -> Self {
        Self {
            seed,
            hosts: 20,
            entries: 2_000,
            days: 60,
            lifetime: 90,
            period: DAY,
            lease: LEASE,
            same_hour: false,
            same_age: false,
            lists_account: true,
            trouble: Trouble::much(),
            rules: Rules::of_the_code(),
        }
    }

    /// A hundred hosts for half a year.
    #[must_use]
    pub fn large(seed: u64) -> Self {
        Self { hosts: 100, entries: 100_000, days: 180, trouble: Trouble::some(), ..Self::small(seed) }
    }
}

/// What goes wrong. Shares are from 0 to 1, for each step or request.
#[derive(Clone, Copy, Debug)]
pub struct Trouble {
    /// The host crashes between two steps.
    pub crash: f64,
    /// The host is paused between two steps.
    pub pause: f64,
    /// The longest pause, in milliseconds.
    pub longest_pause: u64,
    /// An answer of the engine to a write is lost, the write was carried out; as often it was not carried out; as often it
    /// is carried out later.
    pub lost_write: f64,
    /// The answer to a create is lost, the order was made; as often it was not made.
    pub lost_create: f64,
    /// Any other call to the service fails after its retries.
    pub failed_call: f64,
    /// The service answers that there are too many requests.
    pub limited: f64,
    /// Days between two outages of the engine, of the service, and of one host's way to the engine.
    pub days_between_outages: f64,
    /// The longest outage, in milliseconds.
    pub longest_outage: u64,
    /// How far a clock is off at most, in milliseconds.
    pub clocks: u64,
    /// How long the account's list lags behind at most, in milliseconds.
    pub lag: u64,
    /// Days between two crashes of a host beside those of `crash`; a quarter of them is for good, and another host joins.
    pub days_up: f64,
}

impl Trouble {
    /// Nothing goes wrong, but clocks and lists are not exact.
    #[must_use]
    pub fn none() -> Self {
        Self {
            crash: 0.0,
            pause: 0.0,
            longest_pause: 0,
            lost_write: 0.0,
            lost_create: 0.0,
            failed_call: 0.0,
            limited: 0.0,
            days_between_outages: f64::INFINITY,
            longest_outage: HOUR,
            clocks: 300 * SECOND,
            lag: 15 * SECOND,
            days_up: f64::INFINITY,
        }
    }

    /// As in a bad year.
    #[must_use]
    pub fn some() -> Self {
        Self {
            crash: 0.000_2,
            pause: 0.000_2,
            longest_pause: HOUR,
            lost_write: 0.001,
            lost_create: 0.005,
            failed_call: 0.002,
            limited: 0.001,
            days_between_outages: 30.0,
            longest_outage: 6 * HOUR,
            days_up: 30.0,
            ..Self::none()
        }
    }

    /// More than any operator would bear.
    #[must_use]
    pub fn much() -> Self {
        Self {
            crash: 0.01,
            pause: 0.01,
            longest_pause: 2 * HOUR,
            lost_write: 0.01,
            lost_create: 0.1,
            failed_call: 0.03,
            limited: 0.03,
            days_between_outages: 4.0,
            days_up: 10.0,
            ..Self::some()
        }
    }
}

/// By which rules the hosts play: those of the code, or with one of them broken, or another one in its place.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one rule")]
pub struct Rules {
    /// A write says which version it replaces.
    pub fence: bool,
    /// An entry that another host has leased is left alone.
    pub lease: bool,
    /// A create whose outcome is not known is looked for.
    pub search: bool,
    /// An order has the time to turn up from when a call begins to look. Else from when it says in the journal that it was
    /// sent, by whatever clock, and whenever it was sent then.
    pub settles_from_search: bool,
    /// A certificate that is there is installed, also while another host has the lease.
    pub brings_leased: bool,
    /// A run comes back to what was leased, when the lease is over.
    pub comes_back: bool,
    /// A share of the pace is fewer requests in a window, before it is a longer window; and a call waits for its place as
    /// long as its entry may take, and not only for the time-out of a request.
    pub even_pace: bool,
    /// A host that was held up between its note and its create looks at its lease once more.
    pub looks_twice: bool,
    /// The lease is taken before anything is asked of the service, also where an order is under way.
    pub leases_first: bool,
    /// Each host begins at another place of what is due.
    pub spreads: bool,
    /// The versions of the store's list say which entries need not be read.
    pub trusts_list: bool,
}

impl Rules {
    /// As the code has it. It looks at its lease once more before it waits for a place in the pace, and not after that; and
    /// reads every image in every run.
    #[must_use]
    pub const fn of_the_code() -> Self {
        Self { trusts_list: false, ..Self::better() }
    }

    /// The first draft, in which the simulation has found two orders for one entry.
    #[must_use]
    pub const fn of_the_draft() -> Self {
        Self {
            fence: true,
            lease: true,
            search: true,
            settles_from_search: false,
            brings_leased: false,
            comes_back: false,
            even_pace: false,
            looks_twice: false,
            leases_first: false,
            spreads: false,
            trusts_list: false,
        }
    }

    /// With all that the simulation has shown to be better.
    #[must_use]
    pub const fn better() -> Self {
        Self {
            settles_from_search: true,
            brings_leased: true,
            comes_back: true,
            even_pace: true,
            looks_twice: true,
            leases_first: true,
            spreads: true,
            trusts_list: true,
            ..Self::of_the_draft()
        }
    }
}
