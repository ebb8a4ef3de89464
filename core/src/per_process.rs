//! State of the process that a child of fork has anew.
//!
//! A child has a copy of its parent's memory and none of its threads: a lock that one of them held at the fork stays
//! taken for ever, and what one of them was about to make is never done. So each process has a value of its own, and
//! whoever comes first makes it without anybody waiting for it.

use std::ops::Deref;
use std::{fmt, io};

use once_cell::race::OnceBox;

/// The process that something was made in: what has threads, connections or locks is of no use in a child of fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeIn(u32);

impl MadeIn {
    /// The process that we are in.
    #[must_use]
    pub fn this_process() -> Self {
        Self(std::process::id())
    }

    #[cfg(test)]
    pub(crate) fn another() -> Self {
        Self(0)
    }

    /// False in a child of fork.
    #[must_use]
    pub fn is_this_process(self) -> bool {
        self == Self::this_process()
    }
}

/// A value for each process that has this memory: the first one, its child, that one's child.
pub(crate) struct PerProcess<T> {
    first: OnceBox<Own<T>>,
}

/// The value of one process.
#[derive(Debug)]
pub(crate) struct Own<T> {
    process: MadeIn,
    value: T,
    childs: OnceBox<Own<T>>,
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self { first: OnceBox::new() }
    }

    /// This process's value, if it was made. Async-signal-safe.
    pub(crate) fn made(&self) -> Option<&T> {
        let process = MadeIn::this_process();
        let mut own = self.first.get()?;
        while own.process != process {
            own = own.childs.get()?;
        }
        Some(&own.value)
    }

    /// This process's value, which is made if need be.
    pub(crate) fn get_or_make(&self, make: impl Fn() -> io::Result<T>) -> io::Result<&T> {
        let process = MadeIn::this_process();
        let make = || Ok::<_, io::Error>(Box::new(Own { process, value: make()?, childs: OnceBox::new() }));
        let mut own = self.first.get_or_try_init(make)?;
        while own.process != process {
            own = own.childs.get_or_try_init(make)?;
        }
        Ok(&own.value)
    }
}

impl<T> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerProcess").finish_non_exhaustive()
    }
}

impl<T: Default> PerProcess<T> {
    /// This process's value.
    pub(crate) fn get(&self) -> &Own<T> {
        self.of(MadeIn::this_process())
    }

    fn of(&self, process: MadeIn) -> &Own<T> {
        let make = || Box::new(Own { process, value: T::default(), childs: OnceBox::new() });
        let mut own = self.first.get_or_init(make);
        while own.process != process {
            own = own.childs.get_or_init(make);
        }
        own
    }
}

impl<T> Own<T> {
    /// False in a child of the process that it was made in.
    pub(crate) fn is_ours(&self) -> bool {
        self.process.is_this_process()
    }
}

impl<T> Deref for Own<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_child_does_not_wait_for_its_parents_lock() {
        let state: PerProcess<Mutex<u32>> = PerProcess::new();
        let _held = state.of(MadeIn(10)).lock().expect("no panic");
        assert!(state.of(MadeIn(10)).try_lock().is_err());
        // Its child, and the child's own.
        *state.of(MadeIn(11)).lock().expect("no panic") = 1;
        *state.of(MadeIn(12)).lock().expect("no panic") = 2;
        assert_eq!(*state.of(MadeIn(11)).lock().expect("no panic"), 1);
        assert_eq!(*state.of(MadeIn(12)).lock().expect("no panic"), 2);
        assert!(state.get().is_ours() && !state.of(MadeIn(10)).is_ours());
    }
}
