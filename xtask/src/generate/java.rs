//! The typed part of the Java package: settings, requests, answers, words, exceptions, and a method for each operation.

mod answers;
mod docs;
mod exceptions;
mod operations;
mod requests;
mod setters;
mod source;
mod types;
mod version;
mod words;

use std::path::PathBuf;

pub(crate) use source::FOLDER;
pub(super) use words::constant;

pub(super) fn files() -> Vec<(PathBuf, String)> {
    let sources = [
        answers::sources(),
        exceptions::sources(),
        operations::sources(),
        requests::sources(),
        version::sources(),
        words::sources(),
    ];
    sources.into_iter().flatten().map(source::file).collect()
}
