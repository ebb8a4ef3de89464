//! The protocol of a fleet, run in a simulated world: many hosts, many entries, months of time in minutes.
//!
//! A store that hosts share has records with versions, and a write says which version it replaces. `docs/fleet.md` says
//! what is promised on top of that. `tests/fleet` shows it with real processes on real engines, with few hosts; here the
//! same steps are taken by a model of the hosts, in one thread, by one list of events, with one seed. So the same seed
//! gives the same story, and a world with a hundred hosts that crash, sleep and lose answers takes minutes.
//!
//! ```text
//! settings    how large the world is, what goes wrong in it, and by which rules its hosts play
//! code        the figures of the code, and where they stand there
//! events      what happens next
//! engine      records with versions: read, and replaced if the version is still the one that was seen
//! service     orders: made, found, issued, cancelled
//! pace        the requests that a host may send, and its share of the account's
//! host        runs by a timer, each with its jobs
//! visit       one visit of one entry, step by step
//! check       what must never happen
//! report      what was counted
//! ```
//!
//! What the model leaves out is in `docs/fleet.md`, with the figures that it gives.
#![forbid(unsafe_code)]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts and times of a world that fits into memory"
)]

mod check;
pub mod code;
mod engine;
mod events;
mod host;
mod pace;
mod report;
mod service;
mod settings;
mod visit;
mod world;

pub use check::{Violation, Wrong};
pub use report::Report;
pub use settings::{Rules, Settings, Trouble};

/// Plays a world to its end.
#[must_use]
pub fn simulate(settings: &Settings) -> Report {
    world::World::new(settings.clone()).play()
}
