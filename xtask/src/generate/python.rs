//! The typed part of the Python package: answers, words, and a method for each operation.

mod answers;
mod docstrings;
mod init;
mod layout;
mod methods;
mod note;
mod own;
mod settings;
mod types;
mod words;

use std::path::PathBuf;

pub(super) fn files() -> [(PathBuf, String); 6] {
    let file = |name: &str, text: String| (PathBuf::from("python/libzerossl").join(name), text);
    [
        file("__init__.py", init::text()),
        file("answers.py", answers::text()),
        file("literals.py", words::text()),
        file("operations.py", methods::text(methods::Part::Calls)),
        file("obtaining.py", methods::text(methods::Part::Obtaining)),
        file("settings.py", settings::text()),
    ]
}
