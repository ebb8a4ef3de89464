//! `obtain` against the sandbox, with a clock and a disk of our own: what must hold after a crash at any step, and after
//! any answer that is lost, late or garbled.

mod crashes;
mod disk;
mod faults;
mod late;
mod ordering;
mod prepared;
mod recovery;
mod stand;
mod stored;
mod time;
mod validating;
