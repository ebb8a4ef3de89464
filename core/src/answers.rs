//! Answers that several operations share. An answer of a single operation stands in that operation's file.
//!
//! The types are plain derives on stable JSON; what the service really sends is brought into that form by the reader.

mod certificate;
mod extra;
mod success;

pub(crate) use certificate::CERTIFICATE;
pub use certificate::{Certificate, FileAndRecord, Validation};
pub use extra::Extra;
pub(crate) use success::SUCCESS;
pub use success::Success;
