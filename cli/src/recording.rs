//! Exchanges with the service as case files: recorded, cleaned of everything personal, and played once.

mod case;
mod dates;
mod json_text;
mod names;
mod opaque;
mod pem;
mod plan;
mod replacements;
mod words;

pub(crate) use case::CaseFile;
pub(crate) use pem::Samples;
pub(crate) use plan::{order, survey};
