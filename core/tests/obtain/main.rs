//! `obtain` through the public API.

mod in_place;
mod publishing;
mod stand;
#[path = "../support/mod.rs"]
mod support;
