//! `libzerossl.so`: the C library, a thin layer over the core.
//!
//! It has no code for single operations: it passes names and JSON to the core, and returns answers and
//! errors. [`exports`] has all exported functions with their documentation; `include/zerossl.h` is generated
//! from it. The functions that are named like operations are generated, too. Every export turns its pointers
//! into references, with [`pointer`], and then works inside [`guard`]. Unsafe code is in [`pointer`], in
//! [`memory`], [`bytes`] and [`string`], and in these first lines of the exports.

#![deny(unsafe_code, clippy::undocumented_unsafe_blocks)]
// The header is for C programmers: its own text has the rules for callers, without Rust's `# Safety`
// sections.
#![allow(clippy::missing_safety_doc, non_camel_case_types, missing_debug_implementations)]

pub mod exports;

mod argument;
mod bytes;
mod callback;
mod cancel_token;
mod client;
mod count;
mod document;
mod error;
mod guard;
mod json;
mod left;
mod memory;
mod op;
mod pointer;
mod string;
