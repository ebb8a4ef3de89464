//! PEM (RFC 7468): read tolerantly, written in one way.
//!
//! Keys, requests and certificates pass through editors, mails, YAML files, environment variables and shells. What
//! arrives may have a byte order mark, indentation, line ends of any kind or none, a literal `\n` in their place, text
//! around the blocks. All of that is read here, and nowhere else, and what is sent, stored or returned is written by
//! [`encode`]: 64 columns, line feeds, one at the end.
//!
//! The PEM crates at hand read line by line, or refuse a whole text for one block that nobody asked for; so the frame is
//! read here, and base64 by its crate.

mod block;
mod kinds;

pub(crate) use block::{blocks, encode, text};
pub(crate) use kinds::{certificates, private_key, signing_request};

#[cfg(test)]
mod tests;
