//! `libzerossl.so`: the C library, a window onto the core.
//!
//! It knows no operation by heart: names and JSON go down, answers and errors come up. [`exports`] holds what C sees,
//! each function with its documentation, from which `include/zerossl.h` is made; the functions named like operations
//! are generated. Every export turns its pointers into references, with [`pointer`], and then works inside [`guard`]. Unsafe
//! code is in [`pointer`], in [`string`], and in these first lines of the exports.

#![deny(unsafe_code, clippy::undocumented_unsafe_blocks)]
// The header must not show Rust's ways: its own text says what callers have to keep.
#![allow(clippy::missing_safety_doc, non_camel_case_types, missing_debug_implementations)]

pub mod exports;

mod argument;
mod client;
mod count;
mod error;
mod guard;
mod json;
mod op;
mod pointer;
mod string;
