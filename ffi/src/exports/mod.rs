//! The exported functions. `include/zerossl.h` is generated from these files, including their doc comments.

// `no_mangle` counts as unsafe code, and so does the signature of a function that takes pointers.
#![allow(unsafe_code)]
// The doc comments are the text of the header, where names have no backticks.
#![allow(clippy::doc_markdown)]

mod cancel;
mod client;
mod codes;
mod document;
mod error;
mod library;
pub(crate) mod next;
pub(crate) mod node_types;
mod op;
mod operations;
#[cfg(feature = "counting")]
mod testing;
#[cfg(test)]
mod tests;

pub use cancel::*;
pub use client::*;
pub use codes::*;
pub use document::*;
pub use error::*;
pub use library::*;
pub use next::*;
pub use node_types::*;
pub use op::*;
pub use operations::*;
#[cfg(feature = "counting")]
pub use testing::*;
