//! ZeroSSL's REST API, offline, for tests of clients: the service itself has no staging environment.
//! Unofficial; its CA is trusted nowhere.
//!
//! ```
//! use zerossl_sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options::default())?;
//! assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A test can add DNS records, make the sandbox misbehave, and read the requests:
//!
//! ```
//! use zerossl_sandbox::{Fault, Options, Reply, Sandbox, When, WireFault};
//!
//! let sandbox = Sandbox::start(Options::default())?;
//! sandbox.add_record("example.com", "CAA", "0 issue \"sectigo.com\"")?;
//! sandbox.fault(Fault {
//!     operation: Some("create_certificate".to_owned()),
//!     times: 1,
//!     when: When::After, // carried out, but the client gets no answer
//!     reply: Reply::broken(WireFault::Reset),
//! });
//! assert!(sandbox.requests().is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! | to read about | see |
//! | --- | --- |
//! | starting a sandbox and reading its state | [`Sandbox`], [`Options`] |
//! | how it behaves | [`Settings`] |
//! | making it misbehave | [`Fault`], [`Reply`], [`WireFault`], [`Quirk`], [`Spelling`] |
//! | a web server for validation files | [`serve_files`] |
//! | DNS | [`Sandbox::add_record`], [`DnsAnswer`] |
//! | mails | [`Sandbox::mails`], [`Mail`] |
//! | what a client asked | [`Asked`] |
//! | playing recorded exchanges | [`Replay`], [`Case`] |

#![forbid(unsafe_code)]

mod account;
mod address_book;
mod answer;
mod as_of;
mod authority;
mod background;
mod call;
mod clock;
mod codes;
mod delivery;
mod dispatch;
mod dns;
mod fault;
mod files;
mod journal;
mod lifetime;
mod mailbox;
mod management;
mod operation;
mod operations;
mod options;
mod order;
mod orders;
mod php_json;
#[doc(hidden)]
pub mod program;
mod quirk;
mod refusal;
mod rendering;
mod replay;
mod reply;
mod ring;
mod routes;
mod rules;
mod sandbox;
mod server;
mod service;
mod settings;
mod spelled;
mod spelling;
mod start;
mod state;
mod validation;
mod wrong_types;

pub use account::AccountSummary;
pub use as_of::AsOf;
pub use dns::{DnsAnswer, DnsQuestion, DnsRecord};
pub use fault::{Fault, When};
pub use files::serve_files;
pub use journal::{Asked, KeyPlace};
pub use mailbox::Mail;
pub use options::Options;
pub use quirk::{Effect, Quirk};
pub use replay::{Case, Replay, Source, Verdict};
pub use reply::{Body, Reply, WireFault};
pub use sandbox::{CertificateSummary, Sandbox};
pub use settings::{CaaRefusal, DraftExpires, Settings};
pub use spelling::Spelling;

/// The README's example is run, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
