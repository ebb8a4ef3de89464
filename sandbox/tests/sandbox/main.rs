//! The sandbox as a client sees it, over real sockets.

mod accounts;
mod clients;
mod codes;
mod dns;
mod faults;
mod journey;
mod listing;
mod mailbox;
mod management;
mod page;
mod program;
mod refusals;
mod replay;
mod requests;
mod rules;
mod settings;
mod spelling;
mod support;
mod trust;
mod validation;
