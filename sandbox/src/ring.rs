//! A log of a limited size: the oldest entries go first.

use std::collections::VecDeque;

pub(crate) struct Ring<T>(VecDeque<T>);

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: Clone> Ring<T> {
    /// Adds an entry, and keeps at most `size` entries.
    pub(crate) fn add(&mut self, entry: T, size: usize) {
        self.0.push_back(entry);
        let spare = self.0.len().saturating_sub(size);
        self.0.drain(..spare);
    }

    /// All entries, the oldest first.
    pub(crate) fn all(&self) -> Vec<T> {
        self.0.iter().cloned().collect()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
