//! ZeroSSL's REST API, offline: the place to test clients, since the service
//! itself has no staging. Unofficial, and trusted by nobody.
//!
//! ```
//! use zerossl_sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options::default())?;
//! assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! | to read about | see |
//! | --- | --- |
//! | starting one and looking into it | [`Sandbox`], [`Options`] |
//! | making it misbehave | [`Fault`], [`Reply`], [`WireFault`] |
//! | what a client asked | [`Asked`] |
//! | playing recorded exchanges | [`Replay`], [`Case`] |

#![forbid(unsafe_code)]

mod address_book;
mod answer;
mod authority;
mod call;
mod clock;
mod delivery;
mod fault;
mod journal;
mod operations;
mod options;
mod order;
mod php_json;
mod refusal;
mod rendering;
mod replay;
mod reply;
mod routes;
mod rules;
mod sandbox;
mod server;
mod service;
mod state;
mod validation;

pub use fault::{Fault, When};
pub use journal::{Asked, KeyPlace};
pub use options::Options;
pub use replay::{Case, Replay, Source, Verdict};
pub use reply::{Body, Reply, WireFault};
pub use sandbox::{CertificateSummary, Sandbox};
