//! ZeroSSL's REST API, and everything up to an installed certificate. Blocking, unofficial.
//!
//! Each operation is a type with an entry in the table [`OPERATIONS`]. [`Client::send`] takes typed requests,
//! [`Client::call`] takes a name and JSON, and [`Client::start`] runs an operation as an [`Op`] that gives events and
//! can be cancelled. A tolerant reader turns all answers into stable JSON. The Rust types are plain derives on that.
//!
//! ```no_run
//! use serde_json::json;
//! use zerossl::{Client, Obtain};
//!
//! # fn main() -> zerossl::Result<()> {
//! let client = Client::new("the access key")?;
//! let validation = json!({"method": "HTTP_CSR_HASH", "webroot": "/var/www"});
//! let obtained = client.send(&Obtain::new(["example.com"], "/etc/zerossl", validation))?;
//! println!("{}: {:?}", obtained.outcome, obtained.files.get("fullchain"));
//! # Ok(()) }
//! ```
//!
//! # Secrets
//!
//! The access key is in no error, `Debug` output or log line of this crate. Log lines go to the `log` crate with the
//! target `zerossl`. The HTTP crates below log too: at level trace they show complete requests and answers, including
//! the key, however it is sent. Keep `ureq` and `ureq_proto` below trace.

#![forbid(unsafe_code)]

mod alarm;
mod answers;
mod attempts;
mod backoff;
mod base_url;
mod cancel;
mod certificates;
mod clean;
mod client;
mod clock;
#[cfg(test)]
mod closed_address;
mod connection;
mod context;
mod declare;
mod describe;
mod digest;
mod dispatch;
mod endpoint;
mod endpoints;
mod error;
mod event;
mod excerpt;
mod exchange;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod generate_csr;
mod json;
mod key_type;
mod ledger;
mod limits;
mod log_lines;
mod mailbox;
mod names;
mod obtain;
mod op;
mod operation;
mod operations;
mod orders;
mod outgoing;
mod ownership;
mod pace;
mod pages;
mod parameter;
mod pem;
mod per_process;
mod port;
mod private_key;
mod process;
mod reading;
mod recorder;
mod refusal;
mod secret;
mod settings;
mod shape;
mod shared_pause;
mod signing_request;
mod subject;
mod thread;
mod time;
mod transport;
mod words;

pub use answers::{Certificate, Extra, FileAndRecord, Success, Validation};
pub use cancel::CancelToken;
pub use certificates::Certificates;
pub use client::Client;
pub use describe::describe;
pub use endpoints::*;
pub use error::{CODES, Error, FailedDomain, Kind, KnownCode, Result};
pub use event::{Event, EventType, Stage};
pub use generate_csr::{GenerateCsr, GeneratedCsr};
pub use key_type::KeyType;
pub use obtain::{
    CancelDrafts, CertificateState, Drafts, Entries, EntrySummary, FindingLevel, InstallCertificates, Layout,
    ListEntries, Obtain, ObtainFinding, Obtained, OrderState, Outcome, Redeploy, RemoveEntry, RenewAll,
    Renewal, Renewals, ServeChallenges, Served,
};
pub use op::{Next, Op};
pub use operation::{Operation, Request};
pub use operations::OPERATIONS;
pub use orders::WaitUntilIssued;
pub use parameter::{Given, Parameter, ParameterKind};
#[doc(hidden)]
pub use per_process::MadeIn;
pub use recorder::Exchange;
pub use secret::Secret;
pub use settings::{Auth, ClientBuilder, Roots, SETTINGS};
pub use shape::{Field, FieldKind, Shape};
pub use subject::Subject;
pub use time::Time;

/// The examples in the READMEs are compiled too.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[doc = include_str!("../README.md")]
struct Readmes;

/// The version of this library.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
