//! State of the process that a child of fork has anew.
//!
//! A child has a copy of its parent's memory and none of its threads: a lock that one of them held at the fork stays
//! taken for ever, and what one of them was about to make is never done. So each process has a value of its own, and
//! whoever comes first makes it without anybody waiting for it.

use std::ops::Deref;

use once_cell::race::OnceBox;

/// A value for each process that has this memory: the first one, its child, that one's child.
pub(crate) struct PerProcess<T> {
    first: OnceBox<Own<T>>,
}

/// The value of one process.
#[derive(Debug)]
pub(crate) struct Own<T> {
    process: u32,
    value: T,
    childs: OnceBox<Own<T>>,
}

impl<T: Default> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self { first: OnceBox::new() }
    }

    /// This process's value.
    pub(crate) fn get(&self) -> &Own<T> {
        self.of(std::process::id())
    }

    fn of(&self, process: u32) -> &Own<T> {
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
        self.process == std::process::id()
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
        let _held = state.of(10).lock().expect("no panic");
        assert!(state.of(10).try_lock().is_err());
        // Its child, and the child's own.
        *state.of(11).lock().expect("no panic") = 1;
        *state.of(12).lock().expect("no panic") = 2;
        assert_eq!(*state.of(11).lock().expect("no panic"), 1);
        assert_eq!(*state.of(12).lock().expect("no panic"), 2);
        assert!(state.get().is_ours() && !state.of(10).is_ours());
    }
}
