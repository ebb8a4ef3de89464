//! Answers that several operations share. An answer of a single operation stands in that operation's file.
//!
//! The types are plain derives on stable JSON; what the service really sends is brought into that form by the reader.

mod certificate;
mod success;

use serde_json::{Map, Value};

pub(crate) use certificate::CERTIFICATE;
pub use certificate::{Certificate, FileAndRecord, Validation};
pub(crate) use success::SUCCESS;
pub use success::Success;

/// Fields that this version does not know, as they came.
pub type Extra = Map<String, Value>;
