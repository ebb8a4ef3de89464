//! Texts of a document: they end with NUL, as C wants them, and are wiped when they are dropped.

use std::ffi::c_char;

use crate::memory::wipe;

/// UTF-8, followed by a NUL. NULs inside are possible, so C gets the length too.
pub(crate) struct Text(Vec<u8>);

impl Text {
    pub(crate) fn new(text: &str) -> Self {
        let mut room = Self::with_room(text.len());
        room.push(text.as_bytes());
        room.finish()
    }

    /// Room for a text of at most so many bytes: what grew would leave copies behind.
    pub(super) fn with_room(bytes: usize) -> Room {
        Room(Vec::with_capacity(bytes + 1))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.split_last().map_or(&[], |(_, text)| text)
    }

    pub(crate) fn as_str(&self) -> &str {
        // It was made from a `str`.
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    pub(crate) fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// A text that is being made.
pub(super) struct Room(Vec<u8>);

impl Room {
    /// Adds UTF-8, for which there is room.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn finish(mut self) -> Text {
        self.0.push(0);
        Text(self.0)
    }
}
