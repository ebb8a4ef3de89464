//! The program `zerossl` as a person or a timer runs it, against a sandbox.

#![forbid(unsafe_code)]

mod config;
mod made;
mod own;
mod printing;
mod recorded;
mod secrets;
mod signals;
mod statuses;
mod support;
mod terminal;
