//! An entry on disk: its files, its lock, its journal.

pub(crate) mod entry;
pub(crate) mod files;
pub(crate) mod folder;
pub(crate) mod journal;
pub(crate) mod lock;
pub(crate) mod regular;
pub(crate) mod sealed;
pub(crate) mod shared;
pub(crate) mod storage;
