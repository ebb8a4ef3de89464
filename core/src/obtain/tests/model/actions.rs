//! What may happen in a walk.

use fastrand::Rng;

use super::keys::Key;
use super::trouble::Trouble;
use crate::obtain::interface::Layout;

/// The entries of a walk.
pub(super) const ENTRIES: [&str; 2] = ["example.com", "example.org"];

/// A call or an event. Numbers are those of a host and of an entry.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Obtain(usize, usize, Wanted, Trouble),
    /// As often, with the same trouble.
    Outage(usize, usize, Trouble, usize),
    RenewAll(usize, Trouble),
    Remove(usize, usize, Removal, Trouble),
    /// While the first entry's order waits, on another host if there are several.
    CancelDrafts(usize, Trouble),
    Install(usize, Trouble),
    Redeploy(usize, usize, Trouble),
    /// A person revokes the certificate in use.
    Revoke(usize),
    /// A person cancels the order under way, while it waits.
    Cancel(usize, usize),
    /// A person copies a folder, and puts the copy back later.
    Backup(usize),
    Restore(usize),
    Quota(usize),
    /// Minutes until an order is issued.
    IssueDelay(u64),
    /// A website that the service does not find, or a hook that fails.
    Block(Blocked),
    /// Minutes.
    Advance(u64),
    /// Minutes by which the hosts' clocks are off.
    Skew(i64),
    /// The same in one call, which does not wait long.
    WrongClock(usize, usize, i64),
    /// Days with a run on each host, what is blocked all the time, and the trouble of some runs.
    Daily(u64, Blocked, Vec<(u64, Trouble)>),
    /// Beginning with that host.
    Recover(usize, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocked {
    Nothing,
    /// The second entry.
    Other,
    /// `www.example.com`, which the first entry is asked to have, too.
    Www,
    /// The deploy hook fails.
    Hook,
}

/// How an entry is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    /// Not with the key of a good certificate.
    Careful,
    Force,
    Revoke,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hook {
    /// Its argument, which makes it another one.
    pub(super) word: &'static str,
    pub(super) rolls_back: bool,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) with_www: bool,
    pub(super) is_p384: bool,
    pub(super) reuse_key: Option<bool>,
    pub(super) key: Key,
    pub(super) layout: Layout,
    pub(super) hook: Option<Hook>,
    pub(super) aim: Aim,
    /// Seconds.
    pub(super) deadline: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    Usual,
    Force,
    Abandon,
}

impl Wanted {
    pub(super) const USUAL: Self = Self {
        with_www: false,
        is_p384: false,
        reuse_key: None,
        key: Key::Made,
        layout: Layout::Links,
        hook: None,
        aim: Aim::Usual,
        deadline: None,
    };

    fn any(rng: &mut Rng) -> Self {
        Self {
            with_www: rng.u8(..4) == 0,
            is_p384: rng.u8(..8) == 0,
            reuse_key: [None, None, Some(true), Some(false)][rng.usize(..4)],
            key: match rng.u8(..10) {
                0 => Key::Given(rng.usize(..2)),
                1 => Key::ByCsr(rng.usize(..2)),
                _ => Key::Made,
            },
            layout: if rng.u8(..3) == 0 { Layout::Files } else { Layout::Links },
            hook: (rng.u8(..3) == 0)
                .then(|| Hook { word: ["one", "two"][rng.usize(..2)], rolls_back: rng.bool() }),
            aim: match rng.u8(..10) {
                0 => Aim::Abandon,
                1..=3 => Aim::Force,
                _ => Aim::Usual,
            },
            deadline: (rng.u8(..4) == 0).then_some(60),
        }
    }

    /// The same for later calls.
    pub(super) fn to_stay(&self) -> Self {
        Self { aim: Aim::Usual, deadline: None, ..self.clone() }
    }
}

impl Blocked {
    fn any(rng: &mut Rng) -> Self {
        [Self::Nothing, Self::Other, Self::Www, Self::Hook][rng.usize(..4)]
    }
}

impl Action {
    pub(super) fn any(rng: &mut Rng, is_shared: bool) -> Self {
        let host = if is_shared { rng.usize(..2) } else { 0 };
        let entry = usize::from(rng.u8(..3) == 0);
        match rng.u8(..37) {
            0..=11 => Self::Obtain(host, entry, Wanted::any(rng), Trouble::any(rng, is_shared)),
            12 => Self::Outage(host, entry, Trouble::outage(rng), rng.usize(2..5)),
            13..=15 => Self::RenewAll(host, Trouble::any(rng, is_shared)),
            16 | 33 => Self::Remove(
                host,
                entry,
                [Removal::Careful, Removal::Force, Removal::Revoke][rng.usize(..3)],
                Trouble::any(rng, is_shared),
            ),
            17 => Self::CancelDrafts(host, Trouble::any(rng, is_shared)),
            18 if is_shared => Self::Install(host, Trouble::any(rng, is_shared)),
            18 => Self::Backup(entry),
            19 => Self::Restore(entry),
            20 => Self::Revoke(entry),
            21 => Self::Cancel(host, entry),
            22 => Self::Quota(rng.usize(..4)),
            23 => Self::IssueDelay([0, 1, 180, 3000][rng.usize(..4)]),
            24 => Self::Block(Blocked::any(rng)),
            25 | 26 => Self::Advance([5, 90, 2000, 40 * 1440, 65 * 1440][rng.usize(..5)]),
            27 if rng.bool() => Self::WrongClock(host, entry, [-3000, -90, 90, 3000, 3000][rng.usize(..5)]),
            27 => Self::Skew([-90, -20, 20, 90, 0][rng.usize(..5)]),
            28 => {
                let days = rng.u64(1..100);
                let (blocked, times) = (Blocked::any(rng), rng.usize(..6));
                let trouble = |_| (rng.u64(..days), Trouble::any(rng, is_shared));
                Self::Daily(days, blocked, (0..times).map(trouble).collect())
            }
            29 | 30 => Self::Recover(host, entry),
            31 => Self::Redeploy(host, entry, Trouble::any(rng, is_shared)),
            32 => Self::Block(Blocked::Hook),
            _ => Self::Obtain(host, entry, Wanted::USUAL, Trouble::any(rng, is_shared)),
        }
    }

    /// The same without trouble, if there is some: a shorter story.
    pub(super) fn simpler(&self) -> Option<Self> {
        let mut simpler = self.clone();
        let (Self::Obtain(_, _, _, trouble)
        | Self::RenewAll(_, trouble)
        | Self::Remove(_, _, _, trouble)
        | Self::CancelDrafts(_, trouble)
        | Self::Install(_, trouble)
        | Self::Redeploy(_, _, trouble)) = &mut simpler
        else {
            let Self::Daily(days, blocked, troubles) = self else { return None };
            return (!troubles.is_empty()).then(|| Self::Daily(*days, *blocked, Vec::new()));
        };
        (std::mem::replace(trouble, Trouble::None) != Trouble::None).then_some(simpler)
    }
}
