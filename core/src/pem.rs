//! PEM (RFC 7468): tolerant in reading, always the same in writing.
//!
//! Keys, requests and certificates pass through editors, mails, YAML files, environment variables and shells. They may
//! have a byte order mark, indentation, any line ends or none, a literal `\n` instead, or text around the blocks. Only
//! this module reads all that. What is sent, stored or returned is written by [`encode`]: 64 columns, line feeds, one
//! at the end.
//!
//! The available PEM crates read line by line, or refuse a whole text because of one block that is not needed. So the
//! frame is parsed here, and the base64 by its crate.

mod block;
mod kinds;

pub(crate) use block::{blocks, encode, text};
pub(crate) use kinds::{certificates, private_key, signing_request};

#[cfg(test)]
mod tests;
