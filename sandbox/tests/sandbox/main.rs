//! The sandbox as a client sees it, over real sockets.

mod accounts;
mod background;
mod clients;
mod codes;
mod dns;
mod faults;
mod fixed_address;
mod journey;
mod lifetime;
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
mod status;
mod support;
mod trust;
mod validation;
