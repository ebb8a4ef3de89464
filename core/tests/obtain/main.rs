//! `obtain` as its users have it.

mod in_place;
mod publishing;
mod stand;
#[path = "../support/mod.rs"]
mod support;
