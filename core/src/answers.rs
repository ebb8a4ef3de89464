//! Answers that several operations share. The answer of a single operation is defined in that operation's file.
//!
//! The types are plain derives on the stable JSON. The reader turns what the service really sends into that form.

mod certificate;
mod extra;
mod success;

pub(crate) use certificate::CERTIFICATE;
pub use certificate::{Certificate, FileAndRecord, Validation};
pub use extra::Extra;
pub(crate) use success::SUCCESS;
pub use success::Success;
