//! Every operation of the library against every fault of the network: a table of faults, the servers that have them, and
//! what a call must come to. `tests/faults/README.md` says more.

#![allow(clippy::missing_panics_doc, reason = "a test panics where it cannot go on")]

mod certificates;
mod matrix;
mod message;
mod resolver;
mod server;
mod siege;
mod stand;
mod table;

pub use matrix::Played;
pub use resolver::with_resolver;
pub use siege::Siege;
pub use stand::Stand;
pub use table::Table;
