//! The sandbox as a client sees it, over real sockets.

mod faults;
mod journey;
mod listing;
mod program;
mod refusals;
mod replay;
mod requests;
mod rules;
mod support;
mod validation;
